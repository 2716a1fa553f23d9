// The documents of a thread, beside it (DC-4, DC-5): what its messages carry and the reader may see now, the latest first; and
// what staff do with each. Fetched.

import "./documents_tab.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import type { Card, Document, Folder, Id, Side } from "../core/protocol.gen.ts";
import type { OpenThread } from "../core/state.ts";
import { t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { CheckIcon, PaperclipIcon, PlusIcon, UnreadIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { Menu, type MenuItem } from "../kit/Menu.tsx";
import { DownloadIcon, EyeIcon, TrashIcon } from "../kit/more_icons.tsx";
import { attempt, say } from "../shell/toasts.ts";
import { seenBy } from "./audience.ts";
import { DocumentLine } from "./DocumentLine.tsx";
import { downloadAll } from "./download_all.ts";
import { FileCard } from "./FileCard.tsx";
import { isRead, useReading } from "./reading.tsx";
import { canBeShown } from "./shown.ts";

export interface DocumentsTabProps {
  readonly desk: Desk;
  readonly threadId: Id;
}

interface Loaded {
  readonly state: "loading" | "ready" | "failed";
  readonly documents: readonly Document[];
  readonly next?: string | undefined;
}

export function DocumentsTab({ desk, threadId }: DocumentsTabProps): JSX.Element {
  const { api, state } = desk.client;
  const accountId = state.value.rows.get(threadId)?.account.id;
  const [loaded, setLoaded] = useState<Loaded>({ state: "loading", documents: [] });
  const [folders, setFolders] = useState<readonly Folder[]>([]);
  const [leaving, setLeaving] = useState<Document>();
  const asked = useRef(0);
  const load = async (after?: string): Promise<void> => {
    asked.current += 1;
    const round = asked.current;
    try {
      const page = await insist(() =>
        api.call("document.carried", { thread_id: threadId, ...(after === undefined ? {} : { after }) }),
      );
      if (round !== asked.current) return;
      setLoaded((before) => ({
        state: "ready",
        documents: onceEach([...(after === undefined ? [] : before.documents), ...page.documents]),
        next: page.next,
      }));
    } catch {
      if (round === asked.current) setLoaded((before) => ({ ...before, state: "failed" }));
    }
  };
  const told = toldOf(state.value.opened[threadId]);
  useEffect(() => void load(), [threadId, told]);
  useEffect(() => {
    if (accountId === undefined) return;
    let wanted = true;
    insist(() => api.call("folder.list", { account_id: accountId })).then(
      (page) => wanted && setFolders(page.folders),
      () => undefined, // who sees a document isn't said then
    );
    return () => {
      wanted = false;
    };
  }, [accountId, told]);
  /** As it is after a command; what follows from it comes with the thread's events. */
  const put = (after: Document): void =>
    setLoaded((before) => ({
      ...before,
      documents: before.documents.map((one) => (one.id === after.id ? after : one)),
    }));
  const [reading, read] = useReading(loaded.documents, (document) => put({ ...document, new: false }));
  const mark = (document: Document, side: Side, isNew: boolean): void =>
    void attempt(async () =>
      put(await api.call("document.mark", { document_id: document.id, side, new: isNew })),
    );
  const remove = async (document: Document): Promise<void> => {
    setLeaving(undefined);
    if (!(await attempt(() => api.call("document.delete", { document_id: document.id })))) return;
    setLoaded((before) => ({
      ...before,
      documents: before.documents.filter(({ id }) => id !== document.id),
    }));
    const restore = (): void =>
      void attempt(() => api.call("document.restore", { document_id: document.id }));
    say(t("docs.deleted", { name: document.name }), {
      icon: "check",
      action: { label: t("undo"), run: restore },
    });
  };
  const links = desk.directory.account(accountId)?.links;
  const note = (document: Document): string | undefined => {
    const folder = folders.find(({ id }) => id === document.folder_id);
    return folder && `${isolated(folder.name)}: ${seenBy(folder, links)}`;
  };
  return (
    <div class="docs">
      <div class="docs__acts">
        {desk.attaching.may.value && <Add desk={desk} />}
        {loaded.documents.length > 0 && (
          <Button icon={DownloadIcon} onClick={() => downloadAll("threads", threadId)}>
            {t("docs.downloadAll")}
          </Button>
        )}
      </div>
      <Listing
        skeleton="rows"
        state={loaded.state}
        empty={
          loaded.documents.length > 0 ? undefined : <EmptyState icon={PaperclipIcon} title={t("docs.none")} />
        }
        more={loaded.next !== undefined}
        onMore={() => void load(loaded.next)}
        onRetry={() => void load()}
      >
        <ul class="docs__list" aria-label={t("documents")}>
          {loaded.documents.map((document) => (
            <li key={document.id}>
              <Carded card={document.preview?.card}>
                <DocumentLine
                  document={document}
                  note={note(document)}
                  onBring={() => put({ ...document, new: false })}
                  after={
                    <Menu
                      label={t("docs.menu", { name: document.name })}
                      items={itemsOf(document, mark, setLeaving, put, read)}
                    />
                  }
                />
              </Carded>
            </li>
          ))}
        </ul>
      </Listing>
      {reading}
      {leaving && (
        <ConfirmDialog
          title={t("docs.delete", { name: leaving.name })}
          verb={t("docs.deleteVerb")}
          danger
          onConfirm={() => void remove(leaving)}
          onCancel={() => setLeaving(undefined)}
        >
          {t("docs.deleteWhy")}
        </ConfirmDialog>
      )}
    </div>
  );
}

/** A document with what it says of itself, if it says something. */
function Carded({
  card,
  children,
}: {
  readonly card: Card | null | undefined;
  readonly children: JSX.Element;
}): JSX.Element {
  return card ? <FileCard card={card}>{children}</FileCard> : children;
}

/** More of them: they go with the message that is being written. */
function Add({ desk }: { readonly desk: Desk }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon={PlusIcon} onClick={() => input.current?.click()}>
        {t("docs.add")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          desk.thread.files.value?.add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
          if (desk.panelOpen.value) desk.closePanel();
        }}
      />
    </>
  );
}

function itemsOf(
  document: Document,
  mark: (document: Document, side: Side, isNew: boolean) => void,
  remove: (document: Document) => void,
  put: (document: Document) => void,
  read: (id: Id) => void,
): readonly MenuItem[] {
  const { id, family, new: isNew = false, new_to_contacts: newToContacts = false, may_edit } = document;
  const items: MenuItem[] = [];
  if (isRead(document)) items.push({ label: t("docs.view"), icon: EyeIcon, onSelect: () => read(id) });
  else if (canBeShown(family) && document.scan !== "refused")
    items.push({
      label: t("docs.view"),
      icon: EyeIcon,
      onSelect: () => {
        open(`/api/v1/documents/${id}/content?show`, "_blank", "noopener");
        put({ ...document, new: false });
      },
    });
  if (!may_edit) return items;
  return [
    ...items,
    {
      label: t(isNew ? "docs.notNew" : "docs.asNew"),
      icon: isNew ? CheckIcon : UnreadIcon,
      onSelect: () => mark(document, "staff", !isNew),
    },
    {
      label: t(newToContacts ? "docs.notNewToContacts" : "docs.asNewToContacts"),
      icon: newToContacts ? CheckIcon : UnreadIcon,
      onSelect: () => mark(document, "contact", !newToContacts),
    },
    { label: t("docs.deleteVerb"), icon: TrashIcon, danger: true, onSelect: () => remove(document) },
  ];
}

/** A number that grows with what is told of documents in the thread: what they are is asked for again then. */
function toldOf(thread: OpenThread | undefined): number {
  let told = 0;
  for (const items of [thread?.items ?? [], thread?.notes ?? []])
    for (const { event } of items)
      if (event.type === "document.changed" || (event.type === "message.sent" && event.attachments?.length))
        told += 1;
  return told;
}

/** A document that several messages carry stands where it stood first. */
function onceEach(documents: readonly Document[]): readonly Document[] {
  return [...new Map(documents.map((document) => [document.id, document])).values()];
}
