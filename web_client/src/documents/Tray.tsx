// The files of what is being written: each with how far it has come, the folder in which they are saved with who sees it, and
// Save (DC-2). Fetched with the first file.

import "./tray.css";
import "./file_row.css";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import {
  DOCUMENTS_ASKED_MAX,
  FOLDER_FILES_MAX,
  FOLDERS_DEEP_MAX,
  type Id,
  type Link,
} from "../core/protocol.gen.ts";
import { format, t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { Button } from "../kit/Button.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { CheckIcon, CloseIcon, FolderIcon, ProblemIcon } from "../kit/icons.tsx";
import { Select } from "../kit/Select.tsx";
import { seenBy } from "./audience.ts";
import type { DraftFiles, NotTaken } from "./draft_files.ts";
import { type FileView, typeOf } from "./file_views.ts";
import { folderPath } from "./folders.ts";

/** Shown before the rest is folded (DC-11). */
const SHOWN_MAX = 5;
/** So often a screen reader is told how far it is. */
const TOLD_PERCENT = 25;

export interface TrayProps {
  readonly files: DraftFiles;
  readonly internal: boolean;
  /** For staff: the people of an account, as far as they are known, to say who sees what is in a folder. */
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
}

export function Tray({ files, internal, linksOf }: TrayProps): JSX.Element {
  const [whole, setWhole] = useState(false);
  // What needs somebody is never folded away.
  const all = [...files.all.value].sort(
    (a, b) => Number(b.state === "failed") - Number(a.state === "failed"),
  );
  const shown = whole ? all : all.slice(0, SHOWN_MAX);
  const saved = all.filter(({ state }) => state === "saved").length;
  return (
    <section class="tray" aria-label={t("attach.files")}>
      <ul class="tray__list">
        {shown.map((file) => (
          <li key={file.key}>
            <Row file={file} files={files} internal={internal} />
          </li>
        ))}
      </ul>
      {all.length > SHOWN_MAX && (
        <p class="tray__sum">
          <button type="button" class="tray__more" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? t("attach.less") : t("documents.more", { n: all.length - shown.length })}
          </button>
          <span>{t("attach.savedOf", { n: saved, total: all.length })}</span>
        </p>
      )}
      {files.refused.value && (
        <div class="tray__problem" role="alert">
          <ProblemIcon size={14} />
          <span class="file-row__words">{notTaken(files.refused.value)}</span>
          <IconButton
            icon={CloseIcon}
            size={16}
            label={t("close")}
            onClick={() => {
              files.refused.value = undefined;
            }}
          />
        </div>
      )}
      {files.undecided && <Target files={files} internal={internal} linksOf={linksOf} />}
      <p class="hidden" aria-live="polite">
        {spoken(all)}
      </p>
    </section>
  );
}

interface RowProps {
  readonly file: FileView;
  readonly files: DraftFiles;
  readonly internal: boolean;
}

function Row({ file, files, internal }: RowProps): JSX.Element {
  const { key, name, state } = file;
  const id = useId();
  const moving = state === "coming" || state === "waiting" || state === "stalled";
  const percent = percentOf(file);
  const leave = state === "saved" || state === "failed" ? "attach.remove" : "attach.cancel";
  return (
    <div class={`tray__file tray__file--${state}`}>
      <span class="file-row__type" aria-hidden="true">
        {file.files === undefined ? typeOf(name) : <FolderIcon size={16} />}
      </span>
      <div class="file-row__words">
        <p class="tray__head">
          <span class="tray__name" id={id}>
            {name}
          </span>
          {moving && <span class="tray__percent">{`${format.value.number(percent)} %`}</span>}
          {state === "saved" && <CheckIcon size={14} />}
        </p>
        {moving && (
          <div
            class="tray__bar"
            role="progressbar"
            aria-labelledby={id}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={percent}
          >
            <span style={{ inlineSize: `${percent}%` }} />
          </div>
        )}
        {state === "failed" ? (
          <p class="tray__problem" role="alert">
            <ProblemIcon size={14} />
            <span>
              {failure(file)}
              {files.canRetry(file) && (
                <>
                  {" "}
                  <button
                    type="button"
                    class="tray__again"
                    aria-describedby={id}
                    onClick={() => files.retry(key, internal)}
                  >
                    {t("retry")}
                  </button>
                </>
              )}
            </span>
          </p>
        ) : (
          <p class="tray__note">
            {words(file)}
            {file.scan && <span class={`tray__scan tray__scan--${file.scan}`}>{t(`scan.${file.scan}`)}</span>}
          </p>
        )}
      </div>
      <IconButton icon={CloseIcon} size={16} label={t(leave, { name })} onClick={() => files.remove(key)} />
    </div>
  );
}

/** In which folder, who sees it then, and Save. */
function Target({ files, internal, linksOf }: TrayProps): JSX.Element {
  const id = useId();
  const choices = files.choices(internal);
  const chosen = files.chosen(internal);
  if (files.folders.value === undefined) return <p class="tray__note">{t("loading")}</p>;
  if (chosen === undefined)
    return (
      <p class="tray__problem" role="alert">
        <ProblemIcon size={14} />
        {t("attach.noPlace")}
      </p>
    );
  return (
    <div class="tray__target">
      <label class="tray__label" for={id}>
        {t("attach.folder")}
      </label>
      <Select
        id={id}
        describedBy={linksOf ? `${id}-seen` : undefined}
        value={chosen.id}
        options={choices.map((folder) => [folder.id, folderPath(folder, files.folders.value ?? [])])}
        onChange={(folderId) => {
          files.folderId.value = folderId;
        }}
      />
      <Button kind="secondary" onClick={() => files.save(internal)}>
        {t("attach.save")}
      </Button>
      {linksOf && (
        <p class="tray__seen" id={`${id}-seen`}>
          {seenBy(chosen, linksOf(chosen.account_id))}
        </p>
      )}
    </div>
  );
}

function percentOf({ sent, size }: FileView): number {
  return size === 0 ? 0 : Math.floor((Math.min(sent, size) / size) * 100);
}

/** Why it isn't taken: with the limit and what came, where it is one. */
function notTaken(one: NotTaken): string {
  if (one.why === "too_many") return t("attach.tooMany", { n: DOCUMENTS_ASKED_MAX });
  const { name, why, n = 0, more = false } = one;
  if (why === "empty") return t("attach.folderEmpty", { name });
  if (why === "unread") return t("attach.folderUnread", { name });
  const came = more ? t("attach.over", { most: n }) : format.value.number(n);
  const most = why === "files" ? FOLDER_FILES_MAX : FOLDERS_DEEP_MAX - 1;
  return t(why === "files" ? "attach.folderFiles" : "attach.folderTooDeep", { name, came, most });
}

function words(file: FileView): string {
  const { state, sent, size, files, filesSaved = 0 } = file;
  const { bytes } = format.value;
  if (files !== undefined && state === "brought")
    return t("attach.folderReady", { n: files, size: bytes(size) });
  if (files !== undefined && state === "coming")
    return t("attach.folderComing", { n: filesSaved, total: files, sent: bytes(sent), size: bytes(size) });
  switch (state) {
    case "coming":
      return t("attach.coming", { sent: bytes(sent), size: bytes(size) });
    case "stalled":
      return t("attach.stalled");
    case "brought":
      return t("attach.brought", { size: bytes(size) });
    case "saving":
      return t("attach.saving");
    case "saved":
      return t("attach.saved", { size: bytes(size) });
    default:
      return t("attach.waiting", { size: bytes(size) });
  }
}

/** Why it failed: with the limit, where it is one. The name stands above; of a folder, which of its files it is about. */
function failure(file: FileView): string {
  const { files, behind } = file;
  if (files === undefined || behind === undefined) return reason(file);
  return t("attach.folderBehind", { n: files, name: behind, why: reason(file) });
}

function reason({ problem, most, size, behindSize }: FileView): string {
  const { bytes } = format.value;
  if (most !== undefined) return t("attach.tooLarge", { size: bytes(behindSize ?? size), most: bytes(most) });
  if (problem?.reason === "file_unreadable") return t("attach.unreadable");
  if (problem?.reason === "folder_deep")
    return t("attach.folderDeep", { came: problem.got ?? "", most: FOLDERS_DEEP_MAX });
  if (problem === undefined) return t("problem.internal");
  const words = problemText(problem);
  // Of a zip that isn't unpacked: the entry that is why.
  return problem.reason?.startsWith("zip_") && problem.got ? `${words} (${problem.got})` : words;
}

/** For screen readers: in quarters of all bytes, and when all are saved. */
function spoken(all: readonly FileView[]): string {
  if (all.length === 0) return "";
  if (all.every(({ state }) => state === "saved")) return t("attach.allSaved", { n: all.length });
  const size = all.reduce((sum, file) => sum + file.size, 0);
  const sent = all.reduce((sum, file) => sum + Math.min(file.sent, file.size), 0);
  const quarter = size === 0 ? 0 : Math.floor(((sent / size) * 100) / TOLD_PERCENT) * TOLD_PERCENT;
  return quarter === 0 ? "" : t("attach.quarter", { percent: quarter });
}
