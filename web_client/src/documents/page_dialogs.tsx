// What the page of documents asks before it changes something: a name, where to, whether, and who sees it.

import "../kit/choice.css";
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import { newKey } from "../core/keys.ts";
import type { Document, Folder, Id } from "../core/protocol.gen.ts";
import { type PlainKey, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { Select } from "../kit/Select.tsx";
import type { Changes } from "./changes.ts";
import { folderPath } from "./folders.ts";

type Access = NonNullable<Folder["access"]>;
type Level = "none" | "view" | "edit";

/** A contact of the account, for whom something else may hold in a folder. */
export interface Person {
  readonly id: Id;
  readonly name: string;
}

export type Asked =
  | { readonly what: "make"; readonly parent: Folder | undefined }
  | { readonly what: "renameFolder"; readonly folder: Folder }
  | { readonly what: "moveFolder"; readonly folder: Folder }
  | { readonly what: "deleteFolder"; readonly folder: Folder }
  | { readonly what: "access"; readonly folder: Folder }
  | { readonly what: "rename"; readonly document: Document }
  | { readonly what: "move"; readonly documents: readonly Document[] }
  | { readonly what: "delete"; readonly documents: readonly Document[] }
  | { readonly what: "restore"; readonly documents: readonly Document[] };

export interface AskingProps {
  readonly asked: Asked;
  readonly folders: readonly Folder[];
  readonly people: readonly Person[];
  /** Folders may stand in no other. */
  readonly top: boolean;
  readonly changes: Changes;
  readonly onClose: () => void;
}

export function Asking(props: AskingProps): JSX.Element {
  const { asked, folders, people, top, changes, onClose } = props;
  const key = useRef(newKey()).current;
  /** Close it, unless it was refused. */
  const then = (done: Promise<boolean>): void => void done.then((ok) => ok && onClose());
  switch (asked.what) {
    case "make":
      return (
        <NameDialog
          title={t("docs.newFolder")}
          verb={t("docs.make")}
          max={120}
          name=""
          access={asked.parent === undefined}
          onName={(name, access) => then(changes.make(name, key, asked.parent, access))}
          onClose={onClose}
        />
      );
    case "renameFolder":
      return (
        <NameDialog
          title={t("docs.rename")}
          verb={t("docs.rename")}
          max={120}
          name={asked.folder.name}
          onName={(name) => then(changes.renameFolder(asked.folder, name))}
          onClose={onClose}
        />
      );
    case "rename":
      return (
        <NameDialog
          title={t("docs.rename")}
          verb={t("docs.rename")}
          max={200}
          name={asked.document.name}
          onName={(name) => then(changes.rename(asked.document, name))}
          onClose={onClose}
        />
      );
    case "moveFolder":
      return (
        <MoveDialog
          folders={folders.filter((one) => !isInside(one, asked.folder, folders))}
          all={folders}
          top={top}
          onMove={(to) => then(changes.moveFolder(asked.folder, to))}
          onClose={onClose}
        />
      );
    case "move":
    case "restore":
      return (
        <MoveDialog
          folders={folders}
          all={folders}
          top={false}
          onMove={(to) => {
            if (to === undefined) return;
            then(
              asked.what === "move"
                ? changes.move(asked.documents, to)
                : changes.restoreTo(asked.documents, to),
            );
          }}
          onClose={onClose}
        />
      );
    case "access":
      return (
        <AccessDialog
          folder={asked.folder}
          people={people}
          onSave={(access, levels) => then(changes.setAccess(asked.folder, access, levels))}
          onClose={onClose}
        />
      );
    case "deleteFolder":
      return (
        <ConfirmDialog
          title={t("docs.deleteOne", { name: asked.folder.name })}
          verb={t("docs.deleteVerb")}
          danger
          onConfirm={() => then(changes.deleteFolder(asked.folder))}
          onCancel={onClose}
        >
          {t("docs.deleteFolderWhy")}
        </ConfirmDialog>
      );
    case "delete": {
      const [one, ...more] = asked.documents;
      return (
        <ConfirmDialog
          title={
            more.length > 0
              ? t("docs.deleteMany", { n: asked.documents.length })
              : t("docs.deleteOne", { name: one?.name ?? "" })
          }
          verb={t("docs.deleteVerb")}
          danger
          onConfirm={() => then(changes.delete(asked.documents))}
          onCancel={onClose}
        >
          {t("docs.deletePageWhy")}
        </ConfirmDialog>
      );
    }
  }
}

/** Whether it is this folder, or stands somewhere in it. */
function isInside(folder: Folder, outer: Folder, all: readonly Folder[]): boolean {
  const passed = new Set<Id>();
  for (let at: Folder | undefined = folder; at !== undefined && !passed.has(at.id); ) {
    if (at.id === outer.id) return true;
    passed.add(at.id);
    const above: Id | undefined = at.parent_id;
    at = all.find(({ id }) => id === above);
  }
  return false;
}

interface NameDialogProps {
  readonly title: string;
  readonly verb: string;
  readonly max: number;
  readonly name: string;
  /** Ask what contacts may do in it, too. */
  readonly access?: boolean;
  readonly onName: (name: string, access: Access) => void;
  readonly onClose: () => void;
}

function NameDialog({
  title,
  verb,
  max,
  name: before,
  access,
  onName,
  onClose,
}: NameDialogProps): JSX.Element {
  const [name, setName] = useState(before);
  const [tried, setTried] = useState(false);
  const [level, setLevel] = useState<Access>("private");
  const missing = saysNothing(name);
  const save = (): void => {
    setTried(true);
    if (!missing) onName(oneLine(name), level);
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={save}
      footer={<Foot verb={verb} onDo={save} onClose={onClose} />}
    >
      <form
        class="documents-page__form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label={t("docs.name")}
          value={name}
          maxLength={max}
          onInput={setName}
          error={tried && missing ? t("docs.nameMissing") : undefined}
        />
        {access && <AccessChoice value={level} onChange={setLevel} />}
      </form>
    </Dialog>
  );
}

interface MoveDialogProps {
  readonly folders: readonly Folder[];
  readonly all: readonly Folder[];
  readonly top: boolean;
  readonly onMove: (folderId: Id | undefined) => void;
  readonly onClose: () => void;
}

function MoveDialog({ folders, all, top, onMove, onClose }: MoveDialogProps): JSX.Element {
  const id = useId();
  const open = folders
    .filter(({ may_edit }) => may_edit)
    .map((folder) => ({ id: folder.id, name: folderPath(folder, all) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const [to, setTo] = useState(top ? "" : (open[0]?.id ?? ""));
  const move = (): void => onMove(to === "" ? undefined : to);
  return (
    <Dialog
      title={t("docs.moveTitle")}
      onClose={onClose}
      onSubmit={move}
      footer={<Foot verb={t("docs.moveHere")} onDo={move} onClose={onClose} />}
    >
      <div class="field documents-page__form">
        <label class="field__label" for={id}>
          {t("docs.moveTo")}
        </label>
        <Select
          id={id}
          value={to}
          options={[
            ...(top ? [["", t("docs.atTop")] as const] : []),
            ...open.map((folder) => [folder.id, folder.name] as const),
          ]}
          onChange={setTo}
        />
        <p class="documents-page__seen">{t("docs.moveWhy")}</p>
      </div>
    </Dialog>
  );
}

interface AccessDialogProps {
  readonly folder: Folder;
  readonly people: readonly Person[];
  readonly onSave: (access: Access, people: Readonly<Record<Id, Level>>) => void;
  readonly onClose: () => void;
}

const LEVELS: readonly (readonly [Level | "", PlainKey])[] = [
  ["", "docs.asFolder"],
  ["none", "docs.seesNothing"],
  ["view", "docs.views"],
  ["edit", "docs.edits"],
];

function AccessDialog({ folder, people, onSave, onClose }: AccessDialogProps): JSX.Element {
  const form = useId();
  const [access, setAccess] = useState<Access>(folder.access ?? "private");
  const [levels, setLevels] = useState<Readonly<Record<Id, Level>>>(folder.people ?? {});
  const save = (): void => onSave(access, levels);
  return (
    <Dialog
      title={t("docs.accessTitle", { name: folder.name })}
      onClose={onClose}
      onSubmit={save}
      footer={<Foot verb={t("docs.save")} onDo={save} onClose={onClose} />}
    >
      <div class="documents-page__form">
        <AccessChoice
          value={access}
          only={folder.for_uploads ? "client_edits" : undefined}
          onChange={setAccess}
        />
        {people.map(({ id, name }) => (
          <label key={id} class="documents-page__person" for={`${form}-${id}`}>
            <span>{name}</span>
            <Select
              id={`${form}-${id}`}
              value={levels[id] ?? ""}
              options={LEVELS.map(([level, label]) => [level, t(label)])}
              onChange={(level) => {
                const { [id]: _, ...others } = levels;
                setLevels(level === "" ? others : { ...others, [id]: level });
              }}
            />
          </label>
        ))}
      </div>
    </Dialog>
  );
}

const ACCESS: readonly (readonly [Access, PlainKey])[] = [
  ["client_edits", "docs.accessEdits"],
  ["client_views", "docs.accessViews"],
  ["private", "docs.accessNone"],
];

interface AccessChoiceProps {
  readonly value: Access;
  /** The others can't be chosen. */
  readonly only?: Access | undefined;
  readonly onChange: (access: Access) => void;
}

function AccessChoice({ value, only, onChange }: AccessChoiceProps): JSX.Element {
  const id = useId();
  return (
    <fieldset class="documents-page__access">
      <legend class="field__label">{t("docs.access")}</legend>
      <div class="choices">
        {ACCESS.map(([access, label]) => (
          <label key={access} class="choice">
            <input
              type="radio"
              name={id}
              checked={access === value}
              disabled={only !== undefined && access !== only}
              onChange={() => onChange(access)}
            />
            <span class="choice__dot" aria-hidden="true" />
            <span>{t(label)}</span>
          </label>
        ))}
      </div>
      {only && <p class="documents-page__seen">{t("problem.folder_kept")}</p>}
    </fieldset>
  );
}

interface FootProps {
  readonly verb: string;
  readonly onDo: () => void;
  readonly onClose: () => void;
}

function Foot({ verb, onDo, onClose }: FootProps): JSX.Element {
  return (
    <>
      <Button kind="quiet" onClick={onClose}>
        {t("cancel")}
      </Button>
      <Button kind="primary" onClick={onDo}>
        {verb}
      </Button>
    </>
  );
}
