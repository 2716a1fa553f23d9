// An account's folders and documents, as staff and contacts look through them: open, search, make, rename, move, delete, take out
// of the trash, several at once; and bring new ones into the folder that is open. Who may see what is in a folder stands beside
// it, for staff. Refuses to know which side it is shown to.

import "../kit/page.css";
import "./browse.css";
import "./documents_page.css";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../core/api.ts";
import { DOCUMENTS_ASKED_MAX, type Document, type Folder, type Id, type Link } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { CheckIcon, FolderIcon, LockIcon, PencilIcon, PlusIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { Menu, type MenuItem } from "../kit/Menu.tsx";
import { DownloadIcon, TrashIcon } from "../kit/more_icons.tsx";
import { seenBy } from "./audience.ts";
import { Browsing } from "./browsing.ts";
import { Changes } from "./changes.ts";
import { DocumentLine } from "./DocumentLine.tsx";
import { downloadAll, downloadChosen } from "./download_all.ts";
import type { DraftFiles } from "./draft_files.ts";
import { AttachButton, Files } from "./Files.tsx";
import { folderPath } from "./folders.ts";
import { FolderLine, NameSearch, Way } from "./Picker.tsx";
import { type Asked, Asking, type Person } from "./page_dialogs.tsx";
import { useReading } from "./reading.tsx";

export interface DocumentsPageProps {
  readonly api: Pick<Api, "call">;
  readonly accountId: Id;
  readonly title: string;
  /** Files that are brought here. */
  readonly files: DraftFiles | undefined;
  /** For staff who may: the account's people, for whom a folder can be opened or closed. */
  readonly people?: readonly Person[] | undefined;
  /** For staff: the account’s people, to say who sees what is in a folder. */
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  /** Whether the reader may make folders that stand in no other. */
  readonly makesTop: boolean;
  /** Instead of the page where there is no such account for the reader: somebody typed an address. */
  readonly nowhere?: JSX.Element;
  /** For contacts: who has uploaded all says so (DC-9). */
  readonly finishes?: boolean;
}

export function DocumentsPage(props: DocumentsPageProps): JSX.Element {
  const { api, accountId, title, files, linksOf } = props;
  const browsing = useMemo(() => new Browsing(api, accountId), [accountId]);
  const changes = useMemo(() => new Changes(api, browsing), [browsing]);
  const [chosen, setChosen] = useState<ReadonlySet<Id>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => void browsing.load(), [browsing]);
  const here = browsing.folder(browsing.folderId.value);
  const trash = browsing.trash.value;
  useEffect(() => setChosen(new Set()), [browsing, here?.id, trash]);
  // What was brought and saved stands in the list now. By their keys: while one is taken away, another may be saved.
  const saved = files?.all.value.flatMap(({ key, state }) => (state === "saved" ? key : [])) ?? [];
  useEffect(() => {
    if (saved.length === 0) return;
    for (const key of saved) files?.remove(key);
    void browsing.load();
  }, [saved.join()]);
  const makes = here ? (here.may_edit ?? false) : props.makesTop;
  const picked = browsing.list.value.documents.filter(({ id }) => chosen.has(id));
  const brings = files !== undefined && here?.may_edit === true && !trash;
  if (browsing.unknown.value && props.nowhere) return props.nowhere;
  return (
    <div class="page documents-page" {...(brings ? { "data-drop": t("attach.drop") } : {})}>
      <header class="page__head">
        <h1 class="page__title">{title}</h1>
        <div class="page__acts">
          {!trash && makes && (
            <Button icon={PlusIcon} onClick={() => setAsked({ what: "make", parent: here })}>
              {t("docs.newFolder")}
            </Button>
          )}
          {props.finishes && brings && (
            <Button icon={CheckIcon} onClick={() => void changes.finish()}>
              {t("docs.finished")}
            </Button>
          )}
          {!trash && here && (
            <Button icon={DownloadIcon} onClick={() => downloadAll("folders", here.id)}>
              {t("docs.downloadAll")}
            </Button>
          )}
          <Button
            icon={TrashIcon}
            aria-pressed={trash}
            onClick={() => (trash ? browsing.open(undefined) : browsing.openTrash())}
          >
            {t("docs.trash")}
          </Button>
        </div>
      </header>
      <div class="documents-page__tools">
        <NameSearch browsing={browsing} />
        {brings && <AttachButton key={here.id} files={files} into={here} />}
      </div>
      {files && <Files files={files} internal linksOf={linksOf} />}
      <Way browsing={browsing} />
      {here && linksOf && <p class="documents-page__seen">{seenBy(here, linksOf(accountId))}</p>}
      {trash && <p class="documents-page__seen">{t("docs.trashWhy")}</p>}
      {picked.length > 0 && (
        <div class="documents-page__chosen" role="toolbar" aria-label={t("docs.chosen")}>
          <span>{t("pick.chosen", { n: picked.length })}</span>
          {trash ? (
            <Button
              onClick={() =>
                void changes.restore(picked, () => setAsked({ what: "restore", documents: picked }))
              }
            >
              {t("docs.restore")}
            </Button>
          ) : (
            <>
              <Button
                disabled={picked.length > DOCUMENTS_ASKED_MAX}
                onClick={() => downloadChosen(picked.map(({ id }) => id))}
              >
                {t("documents.bring")}
              </Button>
              {picked.every(({ may_edit }) => may_edit) && (
                <>
                  <Button onClick={() => setAsked({ what: "move", documents: picked })}>
                    {t("docs.move")}
                  </Button>
                  <Button kind="danger" onClick={() => setAsked({ what: "delete", documents: picked })}>
                    {t("docs.deleteVerb")}
                  </Button>
                </>
              )}
            </>
          )}
        </div>
      )}
      <Rows
        browsing={browsing}
        changes={changes}
        linksOf={linksOf}
        canOpen={props.people !== undefined}
        chosen={chosen}
        onChoose={(id, on) =>
          setChosen((before) => new Set([...[...before].filter((one) => one !== id), ...(on ? [id] : [])]))
        }
        onAsk={setAsked}
      />
      {asked && (
        <Asking
          asked={asked}
          folders={browsing.folders.value ?? []}
          people={props.people ?? []}
          top={props.makesTop}
          changes={changes}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

interface RowsProps {
  readonly browsing: Browsing;
  readonly changes: Changes;
  readonly linksOf: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly canOpen: boolean;
  readonly chosen: ReadonlySet<Id>;
  readonly onChoose: (id: Id, on: boolean) => void;
  readonly onAsk: (asked: Asked) => void;
}

function Rows({ browsing, changes, linksOf, canOpen, chosen, onChoose, onAsk }: RowsProps): JSX.Element {
  const { folders, failed, list, search, trash } = browsing;
  const { state, documents, next } = list.value;
  const waits = folders.value === undefined || state === "loading";
  const nothing = trash.value ? "docs.trashEmpty" : search.value === "" ? "pick.empty" : "pick.none";
  const [reading, read] = useReading(documents, (document) => browsing.put({ ...document, new: false }));
  const scattered = search.value !== "" || trash.value;
  return (
    <Listing
      skeleton="rows"
      state={failed.value || state === "failed" ? "failed" : waits ? "loading" : "ready"}
      empty={
        browsing.inside.length + documents.length > 0 ? undefined : (
          <EmptyState icon={FolderIcon} title={t(nothing)} />
        )
      }
      more={next !== undefined}
      onMore={browsing.more}
      onRetry={browsing.again}
    >
      <ul class="browse__rows" aria-label={t("documents")}>
        {browsing.inside.map((folder) => (
          <li key={folder.id} class="documents-page__row">
            <FolderLine
              folder={folder}
              note={linksOf && seenBy(folder, linksOf(folder.account_id))}
              onOpen={() => browsing.open(folder.id)}
            />
            {folder.may_edit && (
              <Menu
                label={t("docs.menu", { name: folder.name })}
                items={folderItems(folder, canOpen, onAsk)}
              />
            )}
          </li>
        ))}
        {documents.map((document) => {
          const folder = browsing.folder(document.folder_id);
          const items = trash.value ? [] : documentItems(document, changes, onAsk, read);
          return (
            <li key={document.id}>
              <DocumentLine
                document={document}
                note={scattered && folder ? folderPath(folder, folders.value ?? []) : undefined}
                onBring={trash.value ? undefined : () => browsing.put({ ...document, new: false })}
                before={
                  (document.may_edit || !trash.value) && (
                    <Checkbox
                      label={t("docs.choose", { name: document.name })}
                      checked={chosen.has(document.id)}
                      onChange={(on) => onChoose(document.id, on)}
                    />
                  )
                }
                after={
                  items.length > 0 && <Menu label={t("docs.menu", { name: document.name })} items={items} />
                }
              />
            </li>
          );
        })}
      </ul>
      {reading}
    </Listing>
  );
}

function folderItems(folder: Folder, canOpen: boolean, ask: (asked: Asked) => void): readonly MenuItem[] {
  const items: MenuItem[] = [
    { label: t("docs.rename"), icon: PencilIcon, onSelect: () => ask({ what: "renameFolder", folder }) },
  ];
  if (canOpen && folder.parent_id === undefined)
    items.push({ label: t("docs.access"), icon: LockIcon, onSelect: () => ask({ what: "access", folder }) });
  if (folder.for_uploads) return items;
  return [
    ...items,
    { label: t("docs.move"), icon: FolderIcon, onSelect: () => ask({ what: "moveFolder", folder }) },
    {
      label: t("docs.deleteVerb"),
      icon: TrashIcon,
      danger: true,
      onSelect: () => ask({ what: "deleteFolder", folder }),
    },
  ];
}

function documentItems(
  document: Document,
  changes: Changes,
  ask: (asked: Asked) => void,
  read: (id: Id) => void,
): readonly MenuItem[] {
  const looks = changes.looks(document, read);
  if (!document.may_edit) return looks;
  return [
    ...looks,
    { label: t("docs.rename"), icon: PencilIcon, onSelect: () => ask({ what: "rename", document }) },
    { label: t("docs.move"), icon: FolderIcon, onSelect: () => ask({ what: "move", documents: [document] }) },
    {
      label: t("docs.deleteVerb"),
      icon: TrashIcon,
      danger: true,
      onSelect: () => ask({ what: "delete", documents: [document] }),
    },
  ];
}
