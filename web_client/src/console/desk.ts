// What the console's pages share: the client, the lists, the open thread, the directory; and staff's actions on a thread.

import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { JSX } from "preact";
import { Directory } from "../accounts/directory.ts";
import { noReader, readersOf } from "../accounts/reachable.ts";
import { newKey } from "../core/keys.ts";
import { personView } from "../core/people.ts";
import type { Id, Me, ScheduledChat, Seq, Template, ThreadState } from "../core/protocol.gen.ts";
import { Attaching } from "../documents/attaching.ts";
import { t } from "../i18n/index.ts";
import type { Page } from "../shell/boot.ts";
import { address, ask, Choice, go, path, query } from "../shell/router.ts";
import { idsIn } from "../shell/routes.ts";
import { attempt, say } from "../shell/toasts.ts";
import type { Resolve } from "../shortcodes/resolving.ts";
import { memberView, staffChoices } from "../staff/members.ts";
import type { StaffChoice } from "../staff/models.ts";
import { Ticks } from "../tasks/ticks.ts";
import { filters } from "../threads/filters.ts";
import { Lists } from "../threads/lists.ts";
import type { PanelTab } from "../threads/Panel.tsx";
import { snoozeText } from "../threads/snoozing.ts";
import { type StaffHeader, ThreadModel } from "../threads/thread.ts";

export const CHATS = "/console";
const THREADS = "/console/threads/";
export const THREAD = `${THREADS}:thread`;
const ACCOUNTS = "/console/accounts/";
/** The documents of an account. */
export const DOCUMENTS = `${ACCOUNTS}:account/documents`;
export const documentsHref = (accountId: Id): string => `${ACCOUNTS}${accountId}/documents`;

/** What narrows the chats, and the tab beside a thread, as they stand in the address. */
export const listed = {
  state: new Choice<ThreadState>("state", ["active", "archived"]),
  only: new Choice("only", filters),
  tab: new Choice<PanelTab>("tab", ["tasks", "documents", "reminders", "info"]),
  panel: new Choice("panel", ["", "open"]),
};

/** Somebody on an account's side. */
export interface ContactPlace {
  readonly accountId: Id;
  readonly contactId: Id;
}

export class Desk {
  readonly directory: Directory;
  readonly lists: Lists;
  readonly thread: ThreadModel;
  readonly attaching: Attaching;
  readonly ticks: Ticks;
  readonly me: ReadonlySignal<Me>;
  readonly panel: Signal<PanelTab> = signal(listed.tab.value);
  /** The panel is shown where it doesn't always stand. It stands in the address, so that Back leads from it to the chat. */
  readonly panelOpen = computed(() => this.threadId.value !== null && listed.panel.value === "open");
  /** It was opened here: the chat without it is the entry before in the history. */
  #panelEntry = false;
  /** The thread that is opened to write in. */
  toWrite: Id | undefined;
  /** The form of a new chat is open: empty, filled with a template, or with one that is to be created later and is changed. */
  readonly newChat: Signal<{ readonly template?: Template; readonly scheduled?: ScheduledChat } | undefined> =
    signal(undefined);
  /** The list of keys is open. */
  readonly keys = signal(false);
  /** What else lies over the page, such as what an act asks first. */
  readonly over: Signal<JSX.Element | null> = signal(null);
  /** The contact whose address is looked at. */
  readonly contact: Signal<ContactPlace | undefined> = signal(undefined);
  /** The threads' id in the path. */
  readonly threadId = computed(() => idsIn(path.value, THREAD)?.thread ?? null);

  constructor(readonly page: Page) {
    const { client } = page;
    this.me = page.me;
    this.directory = new Directory(client);
    this.lists = new Lists(client, { state: "active", only: "all", search: "" }, this.threadId);
    this.ticks = new Ticks(client);
    this.attaching = new Attaching(
      client,
      computed(() => this.me.value.may?.includes("manage_documents") ?? false),
    );
    this.thread = new ThreadModel(client, this.#header(), this.attaching);
  }

  get client(): Page["client"] {
    return this.page.client;
  }

  /** Begin: what every page of the console shows. */
  start(): void {
    void attempt(() => this.directory.loadStaff());
    void this.client.run({ type: "notification.list" });
    this.client.accessListeners.add(() => void this.directory.loadStaff());
    this.threadId.subscribe((id) => {
      this.thread.show(id, location.hash.slice(1));
      this.#panelEntry = false;
      if (id !== this.toWrite) this.toWrite = undefined;
    });
    // Elsewhere the list and the tab stay as they were.
    const atChats = computed(() => this.threadId.value !== null || path.value === CHATS);
    effect(() => {
      const asked = {
        state: listed.state.value,
        only: listed.only.value,
        search: query.value.get("q") ?? "",
      };
      const tab = listed.tab.value;
      if (this.threadId.value !== null) this.panel.value = tab;
      if (atChats.value) untracked(() => this.lists.show(asked));
    });
    if (!atChats.value) void this.lists.load();
    // What stands in the header needs the account; it comes once the thread's row is known.
    computed(() => this.#row()?.account.id).subscribe((id) => {
      if (id !== undefined && this.directory.account(id) === undefined) void this.loadAccount(id);
    });
  }

  /** The chats' address, with what narrows them. */
  chatsHref(to = CHATS, more = {}): string {
    const { state, only, search } = this.lists.query.value;
    return address(to, { ...listed.state.written(state), ...listed.only.written(only), q: search, ...more });
  }

  /** A thread's address beside the list as it is. */
  readonly hrefOf = (id: Id): string => this.chatsHref(THREADS + id, listed.tab.written(this.panel.value));

  /** What a text says with the values of its shortcodes. */
  readonly resolve: Resolve = (account_id, { subject = "", body, tasks = [] }) =>
    this.client.api.call("shortcode.resolve", { account_id, subject, tasks, ...(body ? { body } : {}) });

  /** Over the chat where there is no room beside it, at one of its tabs. */
  openPanel(tab: PanelTab = this.panel.value): void {
    ask({ ...listed.tab.written(tab), ...listed.panel.written("open") });
    this.#panelEntry = true;
  }

  readonly closePanel = (): void => {
    if (this.#panelEntry) history.back();
    else ask(listed.panel.written(""), { replace: true });
    this.#panelEntry = false;
  };

  /** While it lies over the chat, its tabs are no steps on the way back. */
  readonly choosePanel = (tab: PanelTab): void =>
    ask(listed.tab.written(tab), { replace: this.panelOpen.value });

  async loadAccount(id: Id): Promise<void> {
    // Without it the header says less; the thread itself doesn't need it.
    await this.directory.loadAccount(id).catch(() => undefined);
  }

  /** Colleagues for a picker, those with access to the account first. */
  choices(accountId: Id | undefined): readonly StaffChoice[] | undefined {
    const { staff } = this.directory;
    if (staff.value.size === 0) return undefined;
    const state = this.client.state.value;
    const access = this.directory.access(accountId);
    return access === null ? undefined : staffChoices(staff.value, access, state);
  }

  /** The same with what is known so far, for the @-picker, which must not wait. */
  mentionable(accountId: Id | undefined): readonly StaffChoice[] {
    const { staff } = this.directory;
    return staffChoices(staff.value, this.directory.access(accountId), this.client.state.value);
  }

  /** A picker shows them: ask for what it needs. */
  needStaff(accountId: Id | undefined): void {
    if (this.directory.staff.value.size === 0) void attempt(() => this.directory.loadStaff());
    if (accountId !== undefined) void attempt(() => this.directory.loadAccess(accountId));
  }

  // actions on a thread

  async archive(id: Id, archived: boolean, quiet = false): Promise<void> {
    const done = await attempt(() =>
      this.client.api.call(archived ? "thread.archive" : "thread.reopen", { thread_id: id }),
    );
    if (!done || quiet) return;
    const action = { label: t("undo"), run: () => void this.archive(id, !archived, true) };
    say(t(archived ? "toast.archived" : "toast.reopened"), { icon: "archive", action });
  }

  async assign(id: Id, staffId: Id | null): Promise<void> {
    const args = staffId === null ? { thread_id: id } : { thread_id: id, staff_id: staffId };
    if (!(await attempt(() => this.client.api.call("thread.assign", args)))) return;
    const name = staffId === null ? undefined : this.directory.staff.value.get(staffId)?.name;
    const said = name === undefined ? t("toast.unassigned") : t("toast.assigned", { name });
    say(staffId === this.me.value.person.id ? t("toast.tookOver") : said, { icon: "person" });
  }

  async rename(id: Id, subject: string): Promise<void> {
    await attempt(() => this.client.api.call("thread.rename", { thread_id: id, subject }));
  }

  /** Where the client's last word stands, as far as the thread is loaded. */
  lastWord(id: Id): Seq | undefined {
    const items = this.client.state.value.opened[id]?.items;
    return items?.findLast(({ event, actor }) => event.type === "message.sent" && actor?.side === "contact")
      ?.seq;
  }

  /** The firm is to look at it again (RD-9). Open, the thread is left, because whoever looks at it reads it. */
  async markUnread(id: Id, seq: Seq): Promise<void> {
    if (id === this.threadId.value) go(this.chatsHref());
    await this.client.marksTold();
    await attempt(() => this.client.api.call("mark.unread", { thread_id: id, seq }));
  }

  async addTask(id: Id, text: string): Promise<void> {
    const key = newKey();
    await attempt(() => this.client.api.call("task.add", { thread_id: id, client_task_id: key, text }));
  }

  #row() {
    const id = this.threadId.value;
    return id === null ? undefined : this.client.state.value.rows.get(id);
  }

  #header(): ReadonlySignal<StaffHeader | undefined> {
    return computed(() => {
      const row = this.#row();
      if (row === undefined) return { seen: { people: [] } };
      const state = this.client.state.value;
      const account = this.directory.account(row.account.id);
      const readers = account && readersOf(account);
      const assignee = memberView(row.staff?.assignee_id, state, this.directory.staff.value);
      const reminder = row.staff?.reminder;
      return {
        seen: {
          people: (readers ?? []).map((link) =>
            personView({ id: link.contact_id, side: "contact", name: link.name }, state),
          ),
          reminderOn: reminder?.enabled ?? false,
          why: snoozeText(row),
          ...(assignee ? { assignee } : {}),
          ...(reminder?.next_due_at ? { reminderNextAt: reminder.next_due_at } : {}),
        },
        ...(readers ? { receivers: readers.map((link) => link.name.split(" ")[0] ?? link.name) } : {}),
        noReader: account && noReader(account),
      };
    });
  }
}
