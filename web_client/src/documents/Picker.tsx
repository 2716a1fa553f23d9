// Choosing documents that are in the account's folders already (DC-1): folder by folder, or by name. Fetched.

import "./browse.css";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../core/api.ts";
import type { Document, Folder, Id, Link } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { FolderIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { ChevronRightIcon } from "../kit/more_icons.tsx";
import { SearchField } from "../kit/SearchField.tsx";
import { seenBy } from "./audience.ts";
import { Browsing } from "./browsing.ts";
import { DocumentLine } from "./DocumentLine.tsx";
import type { DraftFiles } from "./draft_files.ts";
import { folderPath } from "./folders.ts";

export interface PickerProps {
  readonly api: Pick<Api, "call">;
  readonly accountId: Id;
  readonly files: DraftFiles;
  readonly internal: boolean;
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly onClose: () => void;
}

export function Picker({ api, accountId, files, internal, linksOf, onClose }: PickerProps): JSX.Element {
  const browsing = useMemo(
    () => new Browsing(api, accountId, ({ access }) => internal || access !== "private"),
    [accountId],
  );
  const [chosen, setChosen] = useState<readonly Document[]>([]);
  useEffect(() => void browsing.load(), [browsing]);
  const add = (): void => {
    if (chosen.length === 0) return;
    files.addDocuments(chosen, ({ folder_id }) => browsing.folder(folder_id)?.access === "private");
    onClose();
  };
  const footer = (
    <>
      <p class="dialog__note" aria-live="polite">
        {chosen.length > 0 && t("pick.chosen", { n: chosen.length })}
      </p>
      <Button kind="quiet" onClick={onClose}>
        {t("cancel")}
      </Button>
      <Button kind="primary" disabled={chosen.length === 0} onClick={add}>
        {t("pick.add")}
      </Button>
    </>
  );
  return (
    <Dialog size="form" title={t("pick.title")} footer={footer} onClose={onClose} onSubmit={add}>
      <div class="browse">
        <NameSearch browsing={browsing} />
        <Way browsing={browsing} />
        <Rows
          browsing={browsing}
          linksOf={linksOf}
          chosen={chosen}
          taken={files.documentIds}
          onChoose={(document, on) =>
            setChosen((before) => [
              ...before.filter(({ id }) => id !== document.id),
              ...(on ? [document] : []),
            ])
          }
        />
      </div>
    </Dialog>
  );
}

/** Finds documents by name, in every folder. */
export function NameSearch({ browsing }: { readonly browsing: Browsing }): JSX.Element {
  return (
    <SearchField
      label={t("pick.search")}
      value={browsing.search.value}
      onInput={(text) => browsing.find(text)}
    />
  );
}

/** The folders down to where one stands, each a way back. */
export function Way({ browsing }: { readonly browsing: Browsing }): JSX.Element | null {
  const { way } = browsing;
  if (browsing.search.value !== "" || way.length === 0) return null;
  return (
    <nav class="browse__way" aria-label={t("pick.way")}>
      <Button kind="link" onClick={() => browsing.open(undefined)}>
        {t("pick.top")}
      </Button>
      {way.map((folder, at) => (
        <span key={folder.id} class="browse__step">
          <ChevronRightIcon size={14} />
          {at === way.length - 1 ? (
            <span aria-current="page">{folder.name}</span>
          ) : (
            <Button kind="link" onClick={() => browsing.open(folder.id)}>
              {folder.name}
            </Button>
          )}
        </span>
      ))}
    </nav>
  );
}

interface RowsProps {
  readonly browsing: Browsing;
  readonly linksOf: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly chosen: readonly Document[];
  /** Those that go with it already. */
  readonly taken: readonly Id[];
  readonly onChoose: (document: Document, on: boolean) => void;
}

function Rows({ browsing, linksOf, chosen, taken, onChoose }: RowsProps): JSX.Element {
  const { folders, failed, list, search } = browsing;
  const { state, documents, next } = list.value;
  const known = folders.value;
  const waits = known === undefined || state === "loading";
  const empty =
    browsing.inside.length + documents.length > 0 ? undefined : (
      <EmptyState icon={FolderIcon} title={t(search.value === "" ? "pick.empty" : "pick.none")} />
    );
  return (
    <Listing
      skeleton="rows"
      state={failed.value || state === "failed" ? "failed" : waits ? "loading" : "ready"}
      empty={empty}
      more={next !== undefined}
      onMore={browsing.more}
      onRetry={browsing.again}
    >
      <ul class="browse__rows">
        {browsing.inside.map((folder) => (
          <li key={folder.id}>
            <FolderLine
              folder={folder}
              note={linksOf && seenBy(folder, linksOf(folder.account_id))}
              onOpen={() => browsing.open(folder.id)}
            />
          </li>
        ))}
        {documents.map((document) => {
          const folder = browsing.folder(document.folder_id);
          const there = taken.includes(document.id);
          return (
            <li key={document.id}>
              <DocumentLine
                document={document}
                note={search.value !== "" && folder ? folderPath(folder, known ?? []) : undefined}
                before={
                  <Checkbox
                    label={document.name}
                    checked={there || chosen.some(({ id }) => id === document.id)}
                    disabled={there}
                    onChange={(on) => onChoose(document, on)}
                  />
                }
              />
            </li>
          );
        })}
      </ul>
    </Listing>
  );
}

interface FolderLineProps {
  readonly folder: Folder;
  readonly note: string | undefined;
  readonly onOpen: () => void;
}

/** A folder in a list. */
export function FolderLine({ folder, note, onOpen }: FolderLineProps): JSX.Element {
  return (
    <button type="button" class="browse__folder" onClick={onOpen}>
      <FolderIcon size={20} />
      <span class="browse__words">
        <span class="browse__name">{folder.name}</span>
        {note && <span class="browse__note">{note}</span>}
      </span>
      <ChevronRightIcon size={16} />
    </button>
  );
}
