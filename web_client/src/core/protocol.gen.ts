// Made by `python -m protocol.describing.export` from the structs in protocol/. Do not edit: a test compares.
//
// A field with `?` has a default: leave it out to mean that, and expect it to be left out.
// `Text`, `Event` and `Notification` are also names of the browser's: import what you use, or the module as a whole.
// Times are milliseconds since the epoch, UTC.

export type Side = "staff" | "contact";
export type Role = "owner" | "admin" | "employee";
export type Right = "view_all_accounts" | "view_all_contacts" | "manage_accounts" | "manage_contacts" | "manage_documents" | "manage_templates" | "manage_pipelines" | "manage_custom_fields" | "assign_teammates";
export type Language = "sv" | "en";
export type ThreadState = "active" | "archived";
export type Activation = "not_activated" | "pending" | "activated";
export type FieldOf = "account" | "contact";
export type FieldKind = "text" | "number" | "date" | "choice" | "choices" | "email" | "url" | "phone" | "money";
export type NotificationKind = "mention" | "message_from_contact" | "message_from_staff" | "thread_created" | "assignment" | "tasks_completed" | "assignment_lost" | "assignment_changed" | "thread_reopened" | "tasks_changed" | "documents_uploaded" | "uploads_finished" | "mail_failed" | "mail_away" | "mail_back" | "snooze_ended" | "send_stopped" | "document_refused" | "bulk_done" | "reminders_exhausted";
export type AfterLast = "nothing" | "tell" | "archive";
export type Unanswered = "reply" | "tasks" | "reading";
export type AccountCode = "ACCOUNT_NAME";
export type ContactCode = "CONTACT_NAME" | "FIRST_NAME" | "MIDDLE_NAME" | "LAST_NAME" | "PHONE_NUMBER" | "COUNTRY" | "COMPANY_NAME" | "STREET_ADDRESS" | "CITY" | "STATE / PROVINCE" | "ZIP / POSTAL CODE";
export type DateCode = "CURRENT_DAY_FULL_DATE" | "CURRENT_DAY_NUMBER" | "CURRENT_DAY_NAME" | "CURRENT_WEEK" | "CURRENT_MONTH_NUMBER" | "CURRENT_MONTH_NAME" | "CURRENT_QUARTER" | "CURRENT_YEAR" | "LAST_DAY_FULL_DATE" | "LAST_DAY_NUMBER" | "LAST_DAY_NAME" | "LAST_WEEK" | "LAST_MONTH_NUMBER" | "LAST_MONTH_NAME" | "LAST_QUARTER" | "LAST_YEAR" | "NEXT_DAY_FULL_DATE" | "NEXT_DAY_NUMBER" | "NEXT_DAY_NAME" | "NEXT_WEEK" | "NEXT_MONTH_NUMBER" | "NEXT_MONTH_NAME" | "NEXT_QUARTER" | "NEXT_YEAR";
export type ReasonToContacts = "clients_may_not_create" | "document_private" | "file_name" | "folder_deep" | "folder_gone" | "folder_kept" | "key_reused" | "no_room" | "nothing_to_download" | "other_person" | "thread_archived" | "too_large" | "too_long" | "too_many" | "too_many_files" | "too_many_to_download" | "unreadable" | "zip_damaged" | "zip_deep" | "zip_empty" | "zip_entries" | "zip_entry_bytes" | "zip_kind" | "zip_path" | "zip_ratio" | "zip_total_bytes";
export type ReasonToStaff = "account_archived" | "account_not_activated" | "already_activated" | "already_linked" | "assignee_without_access" | "bulk_over" | "email_address" | "email_taken" | "field_exists" | "login_off" | "mention_without_access" | "no_copy_address" | "nobody_to_notify" | "nothing_to_remind_of" | "one_owner" | "owner_only" | "owner_stays" | "secret_gone" | "send_gone" | "template_gone";
/** 32 lower-case hexadecimal digits */
export type Id = string;
/** chosen by the client, once per thing it creates: 8 to 64 of A-Z a-z 0-9 _ - */
export type ClientKey = string;
/** t:, n: or u: and an id */
export type StreamName = string;
export type Seq = number;

/** A video at one of four providers. */
export interface Video {
  readonly provider: "youtube" | "vimeo" | "loom" | "google_drive";
  /** As the provider writes it. */
  readonly id: string;
  /** Of Vimeo: what opens an unlisted one. */
  readonly hash?: string;
  /** Of YouTube: at which second it begins. Default: 0. */
  readonly start?: number;
}

/** A run of characters with one set of marks. Never contains a line break. */
export interface Text {
  readonly type: "text";
  readonly text: string;
  /** Default: false. */
  readonly strong?: boolean;
  /** Default: false. */
  readonly em?: boolean;
  /** Default: false. */
  readonly underline?: boolean;
  readonly link?: string;
}

/** A member of staff who is called on. Contacts see it as plain `@name`. */
export interface Mention {
  readonly type: "mention";
  readonly id: Id;
  readonly name: string;
}

/** A line break inside a paragraph. */
export interface Break {
  readonly type: "break";
}

/** A paragraph; an empty one is a blank line. As a `table` its lines are rows, of as many cells each, between which stands a tab; cells hold text without marks and links. Of a `video` the content is one text without marks: `Video: ` and its link. Who doesn't know of tables and videos shows the lines and the link. */
export interface Paragraph {
  readonly type: "paragraph";
  /** Default: []. */
  readonly content?: readonly Inline[];
  /** Default: false. */
  readonly table?: boolean;
  readonly video?: Video;
}

/** One item of a list: paragraphs and nested lists. */
export interface ListItem {
  readonly content: readonly Block[];
}

/** A list with bullets. */
export interface BulletList {
  readonly type: "bullet_list";
  readonly items: readonly ListItem[];
}

/** A numbered list. */
export interface OrderedList {
  readonly type: "ordered_list";
  readonly items: readonly ListItem[];
}

/** A message body: its blocks in order. */
export interface Body {
  readonly content: readonly Block[];
}

/** An error as clients see it: `code` is for programs, `message` for people, the rest says where and what. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** A more precise code within `code`, such as `account_not_activated`. */
  readonly reason?: string;
  /** Where in what was sent: `$` is the frame (over HTTP the body), `$.command.positions["…"]` a member, `[0]` an item. */
  readonly path?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly retry_after_ms?: number;
}

/** It is done, and there is nothing more to say. */
export interface Done {
}

/** Base of pages of a kind; the subclass says what its `entities` are. */
export interface KeptPage {
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
  /** Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of this kind asks again. Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
}

/** An export of somebody's books (SIE 1 to 4). */
export interface BooksCard {
  readonly type: "books";
  /** Default: "". */
  readonly company?: string;
  /** Default: "". */
  readonly organisation_number?: string;
  readonly first_day?: string;
  /** Of the financial year; of an export of vouchers alone, of the vouchers. */
  readonly last_day?: string;
  readonly as_of?: string;
  /** `1` to `4`: what the format calls its type. Default: "". */
  readonly kind?: string;
  /** Default: "". */
  readonly program?: string;
  /** Default: "SEK". */
  readonly currency?: string;
  /** Default: 0. */
  readonly vouchers?: number;
  /** Vouchers whose debits and credits differ. Default: 0. */
  readonly unbalanced?: number;
  /** Of the year, a profit above zero; None where the file has no balances of the result's accounts. */
  readonly result?: string;
  /** Of all assets at the end of the year; None where the file has no closing balances. */
  readonly balance_total?: string;
  /** The file says that it has been imported already. Default: false. */
  readonly imported?: boolean;
}

/** One account of a statement. */
export interface StatementLine {
  /** An account number as the file has it, or its last four digits. Default: "". */
  readonly account?: string;
  readonly first_day?: string;
  readonly last_day?: string;
  readonly opening?: string;
  readonly closing?: string;
  /** Default: "". */
  readonly currency?: string;
  /** That are booked. Default: 0. */
  readonly entries?: number;
  /** Default: 0. */
  readonly pending?: number;
  readonly credits?: string;
  readonly debits?: string;
  /** Whether opening balance and entries give the closing balance; None where the file doesn't let it be known. */
  readonly adds_up?: boolean;
}

/** A bank's statement (ISO 20022 camt.052 to 054, OFX). */
export interface StatementCard {
  readonly type: "statement";
  /** Default: []. */
  readonly lines?: readonly StatementLine[];
  /** Accounts beyond those. Default: 0. */
  readonly more?: number;
}

/** An invoice or a credit note (Peppol BIS, UBL). */
export interface InvoiceCard {
  readonly type: "invoice";
  /** Default: "". */
  readonly number?: string;
  /** Default: false. */
  readonly credit?: boolean;
  /** Default: "". */
  readonly seller?: string;
  /** Default: "". */
  readonly buyer?: string;
  readonly issued?: string;
  readonly due?: string;
  /** With tax. */
  readonly total?: string;
  readonly payable?: string;
  readonly tax?: string;
  /** Default: "". */
  readonly currency?: string;
}

/** A mail that was saved as a file. */
export interface MailCard {
  readonly type: "mail";
  /** Default: "". */
  readonly subject?: string;
  /** Default: "". */
  readonly from_name?: string;
  /** Default: "". */
  readonly from_address?: string;
  readonly sent?: string;
  /** Default: []. */
  readonly attachments?: readonly string[];
  /** Attachments beyond those. Default: 0. */
  readonly more?: number;
  /** There may be more attachments: only the beginning of a long mail is read. Default: false. */
  readonly cut?: boolean;
}

/** One event of a calendar. */
export interface CalendarLine {
  /** Default: "". */
  readonly summary?: string;
  readonly starts?: string;
  /** Of whole days the last one. */
  readonly ends?: string;
  /** Whose clock that is, as the file says it: empty where it doesn't. Default: "". */
  readonly zone?: string;
  /** Default: "". */
  readonly place?: string;
  /** Default: "". */
  readonly organiser?: string;
  /** Default: false. */
  readonly repeats?: boolean;
}

/** Events in a calendar's format (RFC 5545). */
export interface CalendarCard {
  readonly type: "calendar";
  /** What is asked of the reader, such as REQUEST or CANCEL. Default: "". */
  readonly method?: string;
  /** Default: []. */
  readonly events?: readonly CalendarLine[];
  /** Default: 0. */
  readonly more?: number;
}

/** What a document is shown as, as far as it could be looked into. */
export interface Preview {
  /** Default: 0. */
  readonly width?: number;
  /** Of its thumbnail (`/api/v1/documents/{id}/thumbnail`), in pixels; 0 of one that has none. Default: 0. */
  readonly height?: number;
  /** Of a document that has pages. Default: 0. */
  readonly pages?: number;
  readonly card?: Card;
}

/** Somebody as shown beside what they did. */
export interface Person {
  readonly id: Id;
  readonly side: Side;
  readonly name: string;
}

/** The firm, as everybody who is logged in to it may see it. */
export interface Firm {
  readonly id: Id;
  readonly name: string;
  /** The name in the foot of letters, where that is another one. Default: "". */
  readonly legal_name?: string;
  /** Of the letters to clients. Default: "en". */
  readonly language?: Language;
  /** Default: "UTC". */
  readonly time_zone?: string;
  readonly accent?: string;
  /** Default: "". */
  readonly address?: string;
  /** Default: "". */
  readonly phone?: string;
  /** Default: "". */
  readonly website?: string;
  /** Default: true. */
  readonly clients_may_create_threads?: boolean;
  /** Within how many hours somebody answers while the team is online, as the firm itself says; 0: it says nothing. Default: 0. */
  readonly answer_hours?: number;
  /** Where its picture is, below the server's own address; another picture has another place. */
  readonly logo?: string;
}

/** Something was changed that is said of the firm. Windows keep it as kind `firm`, and show it in place of `me.firm`. Stands in u:. */
export interface FirmChanged {
  readonly type: "firm.changed";
  readonly firm: Firm;
}

/** What only owner and admins see and change of a firm. */
export interface FirmSettings {
  /** Where answers to letters to clients go. */
  readonly reply_to?: string;
  /** Who gets a copy of every letter to a client. */
  readonly bcc?: string;
  /** Default: false. */
  readonly show_message_text_in_client_email?: boolean;
  /** Default: true. */
  readonly show_tasks_in_client_email?: boolean;
  /** Default: 3. */
  readonly reminder_days?: number;
  /** Default: 1. */
  readonly reminder_number?: number;
  /** What follows the last reminder in chats that begin from now on, where nothing else is said. Default: "nothing". */
  readonly reminder_after_last?: AfterLast;
  /** Reminders stop as soon as the tasks are done, read or not. Default: false. */
  readonly tasks_ignore_read_state?: boolean;
  /** Default: []. */
  readonly widget_origins?: readonly string[];
}

/** The firm with its settings. */
export interface FirmView {
  readonly firm: Firm;
  readonly settings: FirmSettings;
}

/** The firm and its settings. */
export interface FirmRead {
  readonly type: "firm.read";
}

/** Change what is said of the firm, and its settings; what is absent stays, and an empty text takes back what was said. */
export interface FirmUpdate {
  readonly type: "firm.update";
  readonly name?: string;
  readonly legal_name?: string;
  readonly language?: Language;
  readonly time_zone?: string;
  readonly accent?: string;
  /** Stands in letters and on clients' pages, instead of the firm's initials. */
  readonly logo?: string;
  readonly address?: string;
  readonly phone?: string;
  readonly website?: string;
  readonly reply_to?: string;
  readonly bcc?: string;
  readonly clients_may_create_threads?: boolean;
  /** Promised to clients where they see that the team is online; 0 takes it back. */
  readonly answer_hours?: number;
  readonly show_message_text_in_client_email?: boolean;
  readonly show_tasks_in_client_email?: boolean;
  readonly reminder_days?: number;
  readonly reminder_number?: number;
  readonly reminder_after_last?: AfterLast;
  readonly tasks_ignore_read_state?: boolean;
}

/** What has become of a letter to somebody. */
export interface Delivery {
  readonly letter_id: Id;
  readonly state: "waiting" | "handed_over" | "dropped" | "failed" | "unknown";
  readonly at: number;
  readonly person_id: Id;
  readonly name: string;
  /** The mail server's own words, one line. Default: "". */
  readonly said?: string;
  /** Ours, where there is one: `read`, `archived`, `notify_off`, `not_true_any_more`, or what went wrong. Default: "". */
  readonly reason?: string;
  /** It is tried again by `invitation.send`, since its link is gone; others by `letter.retry`. Default: false. */
  readonly invitation?: boolean;
}

/** What came of trying a letter again. */
export interface LetterRetried {
  /** It had been given up, and waits now to be sent. False: nothing was done, since it hadn't, or isn't any more. */
  readonly again: boolean;
  /** The letter as it stands. */
  readonly delivery: Delivery;
}

/** Try a letter again that was given up. One that wasn't, or is on its way again, stays as it is: the answer says so. */
export interface LetterRetry {
  readonly type: "letter.retry";
  readonly account_id: Id;
  readonly letter_id: Id;
}

/** What came of sending blind copies again. */
export interface LetterCopiesRetried {
  /** So many wait now to be sent. 0: none that failed is kept any more. */
  readonly count: number;
  /** The address that they go to. */
  readonly email: string;
}

/** Send the firm's blind copies again that failed, to the address that is set now. They are kept for a while. */
export interface LetterRetryCopies {
  readonly type: "letter.retry_copies";
}

/** A letter to a contact about the thread was given up. Stands in n:. */
export interface LetterFailed {
  readonly type: "letter.failed";
  readonly letter_id: Id;
  /** To whom. */
  readonly person: Person;
  /** The mail server's own words, or ours where it said nothing. */
  readonly said: string;
}

/** What the firm knows of a person besides name and address. Empty: not known. */
export interface ContactDetails {
  /** Default: "". */
  readonly first_name?: string;
  /** Default: "". */
  readonly middle_name?: string;
  /** Default: "". */
  readonly last_name?: string;
  /** Default: "". */
  readonly phone?: string;
  /** Default: "". */
  readonly company_name?: string;
  /** Default: "". */
  readonly street?: string;
  /** Default: "". */
  readonly zip?: string;
  /** Default: "". */
  readonly city?: string;
  /** Default: "". */
  readonly state?: string;
  /** Default: "". */
  readonly country?: string;
}

/** A contact's place in an account: its two switches, and how far the invitation has come. */
export interface Link {
  readonly contact_id: Id;
  readonly name: string;
  readonly email: string;
  readonly login: boolean;
  readonly notify: boolean;
  /** The person has a password; with `login` on they can read and write here. */
  readonly activated: boolean;
  readonly invited_at?: number;
  readonly last_login_at?: number;
  /** What has become of the last letter to them about this account that was tried, an invitation's too. */
  readonly mail?: Delivery;
  /** The latest letters to them about this account that failed: each can be tried again by `letter.retry`. Default: []. */
  readonly failed_letters?: readonly Id[];
}

/** Add a person to an account; somebody with this address already at the firm is linked. */
export interface ContactCreate {
  readonly type: "contact.create";
  readonly account_id: Id;
  readonly name: string;
  readonly email: string;
  /** Default: false. */
  readonly login?: boolean;
  /** Default: true. */
  readonly notify?: boolean;
  /** Default: false. */
  readonly invite?: boolean;
}

/** Correct a contact's address. Whoever has an earlier invitation or login of theirs is out. */
export interface ContactUpdate {
  readonly type: "contact.update";
  readonly account_id: Id;
  readonly contact_id: Id;
  readonly email: string;
}

/** A person and what is known of them. */
export interface ContactView {
  readonly contact_id: Id;
  readonly name: string;
  /** Default: {}. */
  readonly details?: ContactDetails;
  /** What is said in the firm's custom fields. Default: {}. */
  readonly custom?: { readonly [key: string]: readonly string[] };
}

/** What the firm knows of a contact. Whoever knows of somebody only the address that was typed is told no more. */
export interface ContactRead {
  readonly type: "contact.read";
  readonly account_id: Id;
  readonly contact_id: Id;
}

/** Say what the firm knows of a contact; what is absent stays, and an empty text takes back what was said. Shortcodes stand for it. */
export interface ContactDescribe {
  readonly type: "contact.describe";
  readonly account_id: Id;
  readonly contact_id: Id;
  readonly first_name?: string;
  readonly middle_name?: string;
  readonly last_name?: string;
  readonly phone?: string;
  readonly company_name?: string;
  readonly street?: string;
  readonly zip?: string;
  readonly city?: string;
  readonly state?: string;
  readonly country?: string;
  /** Of the custom fields those that are named; the others stay. */
  readonly custom?: { readonly [key: string]: readonly string[] };
}

/** Turn Login or Notify on or off for one person in one account. */
export interface LinkUpdate {
  readonly type: "link.update";
  readonly account_id: Id;
  readonly contact_id: Id;
  readonly login?: boolean;
  readonly notify?: boolean;
}

/** Send the person a link with which to choose a password. An earlier link stops working. */
export interface InvitationSend {
  readonly type: "invitation.send";
  readonly account_id: Id;
  readonly contact_id: Id;
}

/** An account's name, as shown beside its threads. */
export interface AccountBrief {
  readonly id: Id;
  /** Empty where an inbox entry is about no account. */
  readonly name: string;
  /** Default: "". */
  readonly short_id?: string;
}

/** A client entity that is served, as staff see it. */
export interface Account {
  readonly id: Id;
  readonly name: string;
  readonly short_id: string;
  readonly kind: "company" | "individual" | "other";
  readonly activation: Activation;
  readonly staff_ids: readonly Id[];
  readonly following: boolean;
  readonly links: readonly Link[];
  /** Default: false. */
  readonly archived?: boolean;
  /** What is said in the firm's custom fields. Left out where accounts are listed. Default: {}. */
  readonly custom?: { readonly [key: string]: readonly string[] };
}

/** What some accounts have in common; what is absent doesn't matter. */
export interface AccountFilter {
  /** Words of which each begins one of name and short id. Default: "". */
  readonly search?: string;
  readonly kind?: "company" | "individual" | "other";
  /** Who is assigned. */
  readonly staff_id?: Id;
  readonly activation?: Activation;
}

/** Accounts by name. */
export interface AccountPage {
  readonly accounts: readonly Account[];
  /** Default: false. */
  readonly more?: boolean;
  /** How many there are on all pages, if that was asked for. */
  readonly total?: number;
}

/** The accounts I may see, by name; `after` is the last account of the page before. */
export interface AccountList {
  readonly type: "account.list";
  /** Default: "". */
  readonly search?: string;
  readonly after?: Id;
  /** Default: 100. */
  readonly limit?: number;
  readonly kind?: "company" | "individual" | "other";
  /** Those that this colleague is assigned to. */
  readonly staff_id?: Id;
  readonly activation?: Activation;
  /** Say how many there are on all pages, too. Default: false. */
  readonly counted?: boolean;
}

/** One account. */
export interface AccountRead {
  readonly type: "account.read";
  readonly account_id: Id;
}

/** Add an account. */
export interface AccountCreate {
  readonly type: "account.create";
  readonly name: string;
  readonly client_account_id: ClientKey;
  /** Default: "company". */
  readonly kind?: "company" | "individual" | "other";
}

/** Say what the firm's custom fields say of an account; those that aren't named stay. Shortcodes stand for it. */
export interface AccountDescribe {
  readonly type: "account.describe";
  readonly account_id: Id;
  readonly custom: { readonly [key: string]: readonly string[] };
}

/** Give a colleague access to an account, or take it away; takes effect at once everywhere. */
export interface AccountAssign {
  readonly type: "account.assign";
  readonly account_id: Id;
  readonly staff_id: Id;
  readonly assigned: boolean;
}

/** Follow an account, or stop. */
export interface AccountFollow {
  readonly type: "account.follow";
  readonly account_id: Id;
  readonly following: boolean;
}

/** What this person may see has changed; accounts in `lost` must be dropped at once. Stands in u:. */
export interface AccessChanged {
  readonly type: "access.changed";
  /** Default: []. */
  readonly lost?: readonly Id[];
  /** Default: []. */
  readonly gained?: readonly Id[];
  /** Default: 0. */
  readonly at?: number;
  /** Staff: the badge, once the entries of what is lost have gone. */
  readonly open_count?: number;
}

/** Who is logged in, where, and with which rights. */
export interface Me {
  readonly person: Person;
  readonly firm: Firm;
  readonly email: string;
  readonly language: Language;
  readonly role?: Role;
  /** Those that were given to somebody who works here. Default: []. */
  readonly rights?: readonly Right[];
  /** All that they hold, by their role too: what a page offers goes by this. Absent from older servers. Default: []. */
  readonly may?: readonly Right[];
  /** A contact's own accounts; empty for staff, who page through `account.list`. Default: []. */
  readonly accounts?: readonly AccountBrief[];
}

/** A session. `token` is absent where it was put into the browser's cookie. */
export interface SessionOpened {
  readonly me: Me;
  readonly expires_at: number;
  readonly token?: string;
}

/** Log in. Where the address is known to several firms, `firm_id` chooses; without it the error lists them. */
export interface SessionCreate {
  readonly type: "session.create";
  readonly email: string;
  readonly password: string;
  readonly firm_id?: Id;
  /** A browser page of our own: put the token into an HttpOnly cookie instead of the answer. Default: false. */
  readonly cookie?: boolean;
}

/** Extend the session that this command came in, in band, for its whole length from now. */
export interface SessionRenew {
  readonly type: "session.renew";
}

/** Log out: the token is worth nothing from now on, and its sockets close. */
export interface SessionEnd {
  readonly type: "session.end";
}

/** Send a link for a new password, if somebody has this address. The answer is the same if not. */
export interface PasswordForgot {
  readonly type: "password.forgot";
  readonly email: string;
}

/** Set a new password with the secret from the mail. Ends all of the person's sessions. */
export interface PasswordReset {
  readonly type: "password.reset";
  readonly secret: string;
  readonly password: string;
}

/** An open invitation, as shown before it is accepted. */
export interface Invitation {
  readonly firm: Firm;
  readonly name: string;
  readonly email: string;
  readonly account_name: string;
}

/** What an invitation's link is for. A used or replaced link is `not_found`. */
export interface InvitationRead {
  readonly type: "invitation.read";
  readonly secret: string;
}

/** Choose a password and be logged in. */
export interface InvitationAccept {
  readonly type: "invitation.accept";
  readonly secret: string;
  readonly password: string;
  /** Default: false. */
  readonly cookie?: boolean;
}

/** Who am I? */
export interface MeRead {
  readonly type: "me.read";
}

/** Change my language. */
export interface MeUpdate {
  readonly type: "me.update";
  readonly language: Language;
}

/** A member of staff, as colleagues see them. */
export interface StaffMember {
  readonly id: Id;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  /** Default: []. */
  readonly rights?: readonly Right[];
  /** Default: true. */
  readonly active?: boolean;
}

/** Everybody who works at the firm. */
export interface StaffPage {
  readonly staff: readonly StaffMember[];
}

/** Everybody who works at the firm; with `account_id`, only active ones who can see that account. */
export interface StaffList {
  readonly type: "staff.list";
  readonly account_id?: Id;
}

/** Change a colleague's rights or whether they are active. Only the owner changes roles; the owner's stays. */
export interface StaffUpdate {
  readonly type: "staff.update";
  readonly staff_id: Id;
  readonly role?: Role;
  readonly rights?: readonly Right[];
  readonly active?: boolean;
}

/** A client task. Tasks are listed in the order in which they are to be shown. */
export interface Task {
  readonly id: Id;
  readonly text: string;
  readonly created_by: Person;
  readonly created_at: number;
  /** Default: false. */
  readonly done?: boolean;
  readonly done_by?: Person;
  readonly done_at?: number;
}

/** A task with its thread, for the page over all threads. */
export interface TaskRow {
  readonly thread_id: Id;
  readonly subject: string;
  readonly account: AccountBrief;
  readonly task: Task;
  readonly assignee_id?: Id;
  readonly reminder_next_at?: number;
}

/** A task to be added. */
export interface TaskToAdd {
  readonly text: string;
  readonly client_task_id?: ClientKey;
}

/** A task was added at the end. Stands in t:. */
export interface TaskAdded {
  readonly type: "task.added";
  readonly task: Task;
}

/** A task's text was changed. Stands in t:. */
export interface TaskEdited {
  readonly type: "task.edited";
  readonly task_id: Id;
  readonly text: string;
}

/** A task was ticked. Stands in t:. */
export interface TaskCompleted {
  readonly type: "task.completed";
  readonly task_id: Id;
}

/** A task was un-ticked. Stands in t:. */
export interface TaskReopened {
  readonly type: "task.reopened";
  readonly task_id: Id;
}

/** The tasks now stand in this order. Stands in t:. */
export interface TasksReordered {
  readonly type: "tasks.reordered";
  readonly task_ids: readonly Id[];
}

/** A task was taken away. Stands in t:. */
export interface TaskDeleted {
  readonly type: "task.deleted";
  readonly task_id: Id;
}

/** The last open task was just ticked; follows its `task.completed`. Stands in t:. */
export interface TasksCompleted {
  readonly type: "tasks.completed";
}

/** The task as it is now. */
export interface TaskView {
  readonly task: Task;
}

/** Add a task at the end. */
export interface TaskAdd {
  readonly type: "task.add";
  readonly thread_id: Id;
  readonly client_task_id: ClientKey;
  readonly text: string;
}

/** Tick or un-tick. Setting what already is so changes nothing. */
export interface TaskSet {
  readonly type: "task.set";
  readonly thread_id: Id;
  readonly task_id: Id;
  readonly done: boolean;
}

/** Change a task's text. */
export interface TaskEdit {
  readonly type: "task.edit";
  readonly thread_id: Id;
  readonly task_id: Id;
  readonly text: string;
}

/** Put a task before another one, or last. */
export interface TaskMove {
  readonly type: "task.move";
  readonly thread_id: Id;
  readonly task_id: Id;
  readonly before_id?: Id;
}

/** Take a task away. */
export interface TaskDelete {
  readonly type: "task.delete";
  readonly thread_id: Id;
  readonly task_id: Id;
}

/** Tasks over all threads. */
export interface TaskPage {
  readonly rows: readonly TaskRow[];
  readonly next?: string;
}

/** Tasks over all threads that I may see, newest first. `next` of a page is `after` of the following one; a page may hold fewer rows than asked for, or none, and the list still go on: it ends where `next` is absent. */
export interface TaskList {
  readonly type: "task.list";
  /** Default: "open". */
  readonly state?: "open" | "done" | "all";
  readonly account_id?: Id;
  readonly assignee_id?: Id;
  readonly after?: string;
  /** Default: 100. */
  readonly limit?: number;
}

/** A thread's reminder setting and where its cycle stands. */
export interface Reminder {
  readonly enabled: boolean;
  readonly days: number;
  readonly number: number;
  /** Default: 1. */
  readonly cycle?: number;
  readonly anchor_at?: number;
  /** Default: 0. */
  readonly sent?: number;
  readonly next_due_at?: number;
  /** Default: "disabled". */
  readonly verdict?: "due" | "disabled" | "closed" | "count_reached" | "nobody_to_notify" | "nothing_to_remind_of" | "tasks_done_and_read" | "replied";
  /** Default: "client_replies". */
  readonly stops_when?: "client_replies" | "all_read" | "tasks_done_and_all_read";
  /** The thread has tasks, and by a setting of the firm it doesn't matter whether messages are read: where `verdict` or `stops_when` speak of reading, the tasks alone are meant. Default: false. */
  readonly ignores_read_state?: boolean;
  /** When the rest of this cycle would go out if nothing changes; the first is `next_due_at`. Default: []. */
  readonly planned?: readonly number[];
  /** Default: "nothing". */
  readonly after_last?: AfterLast;
  /** When that would follow if nothing changes: known once all have gone out, and to who reads the whole of it. */
  readonly after_at?: number;
  /** When it was done, for this cycle. */
  readonly after_done_at?: number;
}

/** A reminder that was put into the outbox: its place in its cycle, what it was about and to whom. */
export interface ReminderRow {
  /** The one that ran when it went out, also for one that was sent by hand. */
  readonly cycle: number;
  /** 0 for one that was sent by hand. */
  readonly number: number;
  readonly at: number;
  readonly recipients: readonly string[];
  readonly by?: Person;
  /** Default: "". */
  readonly id?: string;
  /** Whether it was sent: a letter was handed over, or may have been, or still waits. Default: true. */
  readonly counted?: boolean;
  /** What has become of its letters. Absent from older servers. Default: []. */
  readonly deliveries?: readonly Delivery[];
}

/** A contact and whether reminders reach them. */
export interface Recipient {
  readonly contact_id: Id;
  readonly name: string;
  readonly email: string;
  readonly notify: boolean;
}

/** What the Reminders tab saves. */
export interface ReminderSetting {
  readonly enabled: boolean;
  /** Default: 3. */
  readonly days?: number;
  /** Default: 1. */
  readonly number?: number;
  /** Absent: what the firm has chosen by the time the chat begins. */
  readonly after_last?: AfterLast;
}

/** The reminder setting was saved, or its cycle moved on or stopped. Stands in n:. */
export interface ReminderChanged {
  readonly type: "reminder.changed";
  readonly reminder: Reminder;
}

/** A reminder was handed to the mail outbox, automatically or by hand. Stands in n:. */
export interface ReminderSent {
  readonly type: "reminder.sent";
  /** Its place in the cycle; 0 for one sent by hand. */
  readonly number: number;
  readonly of: number;
  readonly recipients: readonly string[];
  /** Default: 0. */
  readonly after?: Seq;
  /** Of the reminder whose letters' fate a `reminder.settled` will tell; empty from older servers. Default: "". */
  readonly reminder_id?: string;
}

/** All letters of a reminder have their fate. Told again if one is tried again. Stands in n:. */
export interface ReminderSettled {
  readonly type: "reminder.settled";
  readonly reminder_id: string;
  readonly number: number;
  readonly of: number;
  /** False: it reached nobody, and its number is still to be sent. */
  readonly counted: boolean;
  readonly deliveries: readonly Delivery[];
}

/** The last reminder has been out for as long as there is between two of them, and the client hasn't answered: what was chosen for that was done. Stands in n:. */
export interface ReminderExhausted {
  readonly type: "reminder.exhausted";
  /** How many had gone out by themselves. */
  readonly sent: number;
  readonly unanswered: Unanswered;
  /** The thread was archived; else somebody is told. Default: false. */
  readonly archived?: boolean;
  /** Who is told; absent: those who hear of the thread. */
  readonly assignee?: Person;
  /** A contact to whom the reminders went; absent if there is none any more. */
  readonly about?: Person;
}

/** All that the Reminders tab shows. */
export interface ReminderView {
  readonly reminder: Reminder;
  readonly recipients: readonly Recipient[];
  readonly rows: readonly ReminderRow[];
  /** `you` wrote the message that the clock runs from, or a name, or None if it runs from something else. */
  readonly anchor_by?: string;
}

/** The Reminders tab of a thread. */
export interface ReminderRead {
  readonly type: "reminder.read";
  readonly thread_id: Id;
}

/** Save the Reminders tab. */
export interface ReminderSet {
  readonly type: "reminder.set";
  readonly thread_id: Id;
  readonly enabled: boolean;
  readonly days: number;
  readonly number: number;
  /** Absent: it stays as it is. Chosen once all have gone out, it follows a gap after that at the earliest. */
  readonly after_last?: AfterLast;
}

/** Remind now, by hand. The key makes a retry send nothing more. */
export interface ReminderSend {
  readonly type: "reminder.send";
  readonly thread_id: Id;
  readonly client_message_id: ClientKey;
}

/** A message that another one answers: who said what, shortened. */
export interface Quote {
  readonly message_id: Id;
  readonly person: Person;
  readonly text: string;
}

/** A message: in t: one that everybody in the thread may see, in n: an internal one. Stands in t: or n:. */
export interface MessageSent {
  readonly type: "message.sent";
  readonly message_id: Id;
  readonly client_message_id: ClientKey;
  readonly body: Body;
  readonly quote?: Quote;
  /** Only in n: the position in t: that the internal message follows when the two are shown together. */
  readonly after?: Seq;
  /** The documents that it carries: what they are called is told to whoever may see them (`document.get`). Default: []. */
  readonly attachments?: readonly Id[];
}

/** The message is in the log, majority and journaled, at this place. */
export interface MessageAccepted {
  readonly message_id: Id;
  readonly stream: string;
  readonly seq: Seq;
  readonly at: number;
}

/** Write to a thread. `internal` is for staff: contacts never learn of it. */
export interface MessageSend {
  readonly type: "message.send";
  readonly thread_id: Id;
  readonly client_message_id: ClientKey;
  readonly body: Body;
  /** Default: false. */
  readonly internal?: boolean;
  readonly quoted_message_id?: Id;
  /** Documents of the account, which contacts may see unless it is internal. With one the body may be blank. Default: []. */
  readonly attachments?: readonly Id[];
  /** Refused: only a new thread begins with a template. */
  readonly template_id?: Id;
}

/** I am writing; send at most once in 3 s. `internal` is shown to staff only. */
export interface TypingSet {
  readonly type: "typing.set";
  readonly thread_id: Id;
  /** Default: true. */
  readonly typing?: boolean;
  /** Default: false. */
  readonly internal?: boolean;
}

/** A position that somebody reached, and when. */
export interface Step {
  readonly seq: Seq;
  readonly at: number;
}

/** How far somebody has got in a thread. A message was read when the first step with `seq` at or above it was made. Positions never go back. The lists hold the latest steps only, oldest first (at most 200). */
export interface Mark {
  readonly person: Person;
  /** Default: []. */
  readonly read?: readonly Step[];
  /** What came to the person's own program. Default: []. */
  readonly delivered?: readonly Step[];
  /** Staff: up to where a mail server has taken letters to the person; whether they arrived nobody knows. Default: []. */
  readonly mailed?: readonly Step[];
}

/** I have seen everything in the thread up to this position of t:. */
export interface MarkRead {
  readonly type: "mark.read";
  readonly thread_id: Id;
  readonly seq: Seq;
  /** Staff: and everything up to this position of n:. Who doesn't say it has seen no notes: what the inbox tells of them stays unread, and can be put away. */
  readonly notes_seq?: Seq;
}

/** The firm has not read the thread from this position of t: on, whoever has looked at it. Receipts stay. */
export interface MarkUnread {
  readonly type: "mark.unread";
  readonly thread_id: Id;
  readonly seq: Seq;
}

/** My client has received everything up to these positions of t:. */
export interface MarkDelivered {
  readonly type: "mark.delivered";
  readonly positions: { readonly [key: string]: Seq };
}

/** The first words of the last client-visible message of a thread. */
export interface Excerpt {
  readonly person: Person;
  readonly text: string;
  readonly at: number;
  /** How many documents it carried: it may have no words. Default: 0. */
  readonly documents?: number;
}

/** A thread is put off: it stands in no list of what is to be done until a time, or until a contact writes. */
export interface Snooze {
  readonly by: Person;
  /** Absent: until a contact writes. That ends one with a time, too. */
  readonly until?: number;
  /** As soon as there are more messages of contacts than this, the snooze is over. Default: 0. */
  readonly answered_at?: number;
}

/** A thread has come back from a snooze: it stands on top until somebody writes, puts it off again or takes it down. */
export interface Back {
  readonly at: number;
  /** The time has come, or a contact has written. */
  readonly why: "time" | "answer";
}

/** What only staff may see of a thread. */
export interface StaffPart {
  /** Default: 0. */
  readonly notes_head?: Seq;
  /** Default: "manual". */
  readonly origin?: "manual" | "bulk" | "automation" | "client";
  readonly assignee_id?: Id;
  /** What it began with; the template may be another by now, or gone. */
  readonly template_id?: Id;
  readonly reminder?: Reminder;
  readonly snooze?: Snooze;
  readonly back?: Back;
}

/** A thread's row and header. `head` is the position up to which this row is true. */
export interface Thread {
  readonly id: Id;
  readonly account: AccountBrief;
  readonly subject: string;
  readonly state: ThreadState;
  readonly created_at: number;
  readonly created_by: Person;
  readonly head: Seq;
  readonly updated_at: number;
  readonly last_message_at: number;
  /** For contacts: when the firm last asked again by hand. Lists sort by this or the last message, whichever is later. */
  readonly raised_at?: number;
  readonly last?: Excerpt;
  /** Messages of the other side after the reader's position: the firm's shared one or the contact's own. Default: 0. */
  readonly unread?: number;
  /** The reader's position: the firm's shared one for staff, their own for a contact. Default: 0. */
  readonly read_seq?: Seq;
  /** How often that position was taken back by `mark.unread`. Of two positions, the one with more is the later. Default: 0. */
  readonly turns_back?: number;
  /** Messages of the other side up to `head`; absent from older servers. */
  readonly their_messages?: number;
  /** How many of them stand up to `read_seq`: `unread` is what is left, wherever the two have got to. */
  readonly read_messages?: number;
  /** Default: 0. */
  readonly tasks_done?: number;
  /** Default: 0. */
  readonly tasks_total?: number;
  /** A message that the reader may see carries a document that they may see. Default: false. */
  readonly has_documents?: boolean;
  readonly staff?: StaffPart;
}

/** The first event of every thread. Stands in t:. */
export interface ThreadCreated {
  readonly type: "thread.created";
  readonly account_id: Id;
  readonly subject: string;
}

/** The subject was changed. Stands in t:. */
export interface ThreadRenamed {
  readonly type: "thread.renamed";
  readonly subject: string;
}

/** The firm archived the thread. Stands in t:. */
export interface ThreadArchived {
  readonly type: "thread.archived";
}

/** The thread is active again. Stands in t:. */
export interface ThreadReopened {
  readonly type: "thread.reopened";
}

/** The firm asked again, by hand: the thread moves to the top of what waits for the contacts. Stands in t:. */
export interface ThreadRaised {
  readonly type: "thread.raised";
}

/** The thread has another assignee, or none. Stands in n:. */
export interface ThreadAssigned {
  readonly type: "thread.assigned";
  readonly assignee?: Person;
  /** Who was it, and lost it together with their access. */
  readonly lost_by?: Person;
}

/** Somebody marked the thread as unread for the whole firm. Stands in n:. */
export interface ThreadUnread {
  readonly type: "thread.unread";
  /** How far the firm has read now. */
  readonly read_seq: Seq;
  /** What was left to read, as far as the server had counted: use `read_messages` where it is there. */
  readonly unread: number;
  /** Messages of contacts up to `read_seq`: see Thread. */
  readonly read_messages?: number;
  /** See Thread. Default: 0. */
  readonly turns_back?: number;
}

/** Somebody put the thread off. Stands in n:. */
export interface ThreadSnoozed {
  readonly type: "thread.snoozed";
  readonly snooze: Snooze;
}

/** The thread is put off no more. Stands in n:. */
export interface ThreadWoken {
  readonly type: "thread.woken";
  /** Absent where it has not come back: somebody ended the snooze by hand, or took down what had come back, or the thread was archived. */
  readonly back?: Back;
  /** Who had put it off; absent where it had come back before. */
  readonly snoozed_by?: Person;
}

/** One thread's row. Of `thread.create`: the new thread, or the one that this key already made. */
export interface ThreadView {
  readonly thread: Thread;
}

/** Start a thread with its first message. */
export interface ThreadCreate {
  readonly type: "thread.create";
  readonly account_id: Id;
  readonly client_message_id: ClientKey;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly TaskToAdd[];
  readonly reminder?: ReminderSetting;
  /** Documents that the message carries: see `message.send`. Default: []. */
  readonly attachments?: readonly Id[];
  /** What the form was filled with. What is sent is what stands in the other fields: all of it may be edited. */
  readonly template_id?: Id;
}

/** Threads: those back from a snooze, then unread ones, then the others; of each the latest message first. */
export interface ThreadPage {
  readonly threads: readonly Thread[];
  readonly next?: string;
  /** How many active threads with something unread there are in all, whatever page this is. Of staff without those that are put off, here as below. Default: 0. */
  readonly unread_threads?: number;
  /** How many unread messages stand in them, for the badge. Absent from older servers. Default: 0. */
  readonly unread_messages?: number;
  /** Default: 0. */
  readonly open_total?: number;
}

/** The threads I may see. `next` of a page is `after` of the following one. `since` asks instead for those of either state that changed after a time, in order of change: how a client that was away catches up on threads that it doesn't hold. */
export interface ThreadList {
  readonly type: "thread.list";
  /** Default: "active". */
  readonly state?: ThreadState;
  readonly account_id?: Id;
  /** Threads that are put off are listed where `snoozed` or words are asked for, and else not. Default: "all". */
  readonly only?: "all" | "unread" | "mine" | "open_tasks" | "snoozed";
  /** Default: "". */
  readonly search?: string;
  readonly after?: string;
  readonly since?: number;
  /** Default: 50. */
  readonly limit?: number;
}

/** One thread's row. */
export interface ThreadRead {
  readonly type: "thread.read";
  readonly thread_id: Id;
}

/** Change the subject. */
export interface ThreadRename {
  readonly type: "thread.rename";
  readonly thread_id: Id;
  readonly subject: string;
}

/** Archive. A thread that already is archived stays so. */
export interface ThreadArchive {
  readonly type: "thread.archive";
  readonly thread_id: Id;
}

/** Make active again; reminders start anew. */
export interface ThreadReopen {
  readonly type: "thread.reopen";
  readonly thread_id: Id;
}

/** Make a colleague responsible, or nobody. Grants no access. */
export interface ThreadAssign {
  readonly type: "thread.assign";
  readonly thread_id: Id;
  readonly staff_id?: Id;
}

/** Put the thread off for the whole firm, until a time or until a contact writes. One that is put off already is so in another way then. */
export interface ThreadSnooze {
  readonly type: "thread.snooze";
  readonly thread_id: Id;
  /** The position of t: up to which the asker knows the thread: what a contact writes behind it ends the snooze, also if that has happened already. */
  readonly seq: Seq;
  readonly until?: number;
}

/** End the snooze; a thread that has come back from one stands on top no more. Else nothing changes. */
export interface ThreadWake {
  readonly type: "thread.wake";
  readonly thread_id: Id;
}

/** One of the things that an inbox entry tells: what somebody did, the latest of it and how often. */
export interface Gathered {
  readonly kind: NotificationKind;
  readonly actor: Person;
  readonly at: number;
  /** Default: 1. */
  readonly count?: number;
  /** There may be more than `count`: of very much news an entry keeps the latest. Default: false. */
  readonly more?: boolean;
  /** The type of the event, such as `task.completed`. Default: "". */
  readonly event?: string;
  /** Default: "". */
  readonly text?: string;
  /** Default: false. */
  readonly internal?: boolean;
  /** Of `mail_failed` in a chat: the last of `letter_ids`. */
  readonly letter_id?: Id;
  /** Of `mail_failed` in a chat: the letters that still stand as failed, each of which `letter.retry` sends again. Default: []. */
  readonly letter_ids?: readonly Id[];
  /** How many documents came with it, or were uploaded. Default: 0. */
  readonly documents?: number;
  /** Of `mail_failed`: what has become of it since, once somebody tried again. None: it still wasn't sent. */
  readonly became?: "waiting" | "handed_over" | "dropped" | "failed" | "unknown";
}

/** A staff member's inbox entry: one for each thread, moved to the top by each new event. */
export interface Notification {
  readonly id: Id;
  /** Of an entry that is not `about` a thread: of no thread, and what there is one entry of. */
  readonly thread_id: Id;
  readonly account: AccountBrief;
  readonly subject: string;
  readonly kind: NotificationKind;
  readonly actor: Person;
  readonly at: number;
  readonly created_at: number;
  /** Default: "". */
  readonly text?: string;
  /** Default: true. */
  readonly unread?: boolean;
  /** Stays until this person has read the thread, whatever came after. Default: false. */
  readonly mentioned?: boolean;
  /** Default: false. */
  readonly internal?: boolean;
  /** Default: false. */
  readonly archived?: boolean;
  readonly assignee_id?: Id;
  /** Colleagues who have read the thread since. Default: []. */
  readonly read_by?: readonly string[];
  /** All that it tells, the weightiest first: what is unread, or, once all is read, what came last. `kind`, `actor`, `at`, `text` and `internal` are of the latest alone. Empty in entries of an older server. Default: []. */
  readonly gathered?: readonly Gathered[];
  /** The first position of t: with something unread that it tells of. */
  readonly unread_from?: Seq;
  /** The same in n:. */
  readonly notes_unread_from?: Seq;
  /** What it is about, and leads to: the thread, or the contact, who is its `actor`; `mail` and `unseen` lead nowhere, and their account has no name. An entry about no thread is unread until it is archived, or its matter has been put right. Default: "thread". */
  readonly about?: "thread" | "contact" | "mail" | "documents" | "bulk" | "scheduled_chat" | "unseen";
  /** Of an entry about no thread: the address that the letter was for. Default: "". */
  readonly email?: string;
  /** Of an entry about the firm's blind copies: there are some that `letter.retry_copies` sends again. Default: false. */
  readonly copies?: boolean;
  /** Of an entry about a bulk run: what it came to. */
  readonly bulk?: BulkCounts;
}

/** An inbox entry is new or has changed. Stands in u:. */
export interface NotificationUpdated {
  readonly type: "notification.updated";
  readonly notification: Notification;
  /** Entries not archived: the badge. */
  readonly open_count: number;
}

/** Inbox entries, latest first. */
export interface NotificationPage {
  readonly notifications: readonly Notification[];
  readonly open_count: number;
  readonly next?: string;
  /** The position of u: at which it was read: who has applied later events of u: knows better. */
  readonly head?: Seq;
}

/** My inbox. */
export interface NotificationList {
  readonly type: "notification.list";
  /** Default: false. */
  readonly archived?: boolean;
  readonly after?: string;
  /** Default: 50. */
  readonly limit?: number;
}

/** Put an entry away, or take it back. */
export interface NotificationArchive {
  readonly type: "notification.archive";
  readonly notification_id: Id;
  /** Default: true. */
  readonly archived?: boolean;
}

/** One line of the audit trail. `person` did it; absent, if nobody had proved to be anybody, or it came about by itself. */
export interface AuditRow {
  readonly id: Id;
  readonly event: string;
  readonly at: number;
  readonly account_name: string;
  readonly person: Person | null;
  readonly email: string;
  /** Default: "". */
  readonly text?: string;
  readonly utc_offset_minutes?: number;
  /** Default: "". */
  readonly ip?: string;
  /** Default: "". */
  readonly browser?: string;
  /** Default: "". */
  readonly os?: string;
  /** To whom it was done, in `security.list`. */
  readonly about?: Person;
  /** How often within a quarter of an hour, of what is counted rather than written down each time. Default: 1. */
  readonly times?: number;
}

/** Audit rows, newest first. */
export interface AuditPage {
  readonly rows: readonly AuditRow[];
  readonly next?: string;
}

/** The audit trail of a thread's tasks and reminders. */
export interface AuditList {
  readonly type: "audit.list";
  readonly thread_id: Id;
  /** Default: 100. */
  readonly limit?: number;
}

/** What mattered for the firm's security: logins and failed ones, rights, Login and Notify, invitations, passwords, sessions that were ended, settings. `next` of a page is `after` of the following one. */
export interface SecurityList {
  readonly type: "security.list";
  readonly after?: string;
  /** Default: 100. */
  readonly limit?: number;
}

/** A text that staff put into what they write. It has neither tasks nor reminders, and mentions nobody. */
export interface SavedReply {
  readonly id: Id;
  /** What staff find it by; clients never see it. */
  readonly title: string;
  readonly body: Body;
  readonly updated_at: number;
  /** Seen by whoever saved it and by nobody else; otherwise the firm's, for all its staff. Default: false. */
  readonly personal?: boolean;
}

/** A saved reply is new or has changed. Stands in u:. */
export interface SavedReplyUpdated {
  readonly type: "saved_reply.updated";
  readonly saved_reply: SavedReply;
}

/** A saved reply is gone. Stands in u:. */
export interface SavedReplyDeleted {
  readonly type: "saved_reply.deleted";
  readonly saved_reply_id: Id;
}

/** Saved replies. */
export interface SavedReplyPage {
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
  /** Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of this kind asks again. Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
  readonly entities: readonly SavedReply[];
}

/** The firm's saved replies and my own. */
export interface SavedReplyList {
  readonly type: "saved_reply.list";
  /** `next` of the page before. */
  readonly after?: Id;
  /** Default: 200. */
  readonly limit?: number;
}

/** Save a reply: for myself, or, with the right to manage templates, for all staff. */
export interface SavedReplyCreate {
  readonly type: "saved_reply.create";
  readonly client_reply_id: ClientKey;
  readonly title: string;
  readonly body: Body;
  /** Default: false. */
  readonly personal?: boolean;
}

/** Change a saved reply that I may manage; what is absent stays. */
export interface SavedReplyUpdate {
  readonly type: "saved_reply.update";
  readonly saved_reply_id: Id;
  readonly title?: string;
  readonly body?: Body;
}

/** Delete a saved reply that I may manage. One that is gone already is gone. */
export interface SavedReplyDelete {
  readonly type: "saved_reply.delete";
  readonly saved_reply_id: Id;
}

/** A folder of an account, as the asker sees it. */
export interface Folder {
  readonly id: Id;
  readonly account_id: Id;
  readonly name: string;
  /** Absent of a top-level one. */
  readonly parent_id?: Id;
  /** Whether the asker may put something in and take it out. Default: false. */
  readonly may_edit?: boolean;
  /** The one that every account has for what contacts bring: it can be renamed and not deleted. Default: false. */
  readonly for_uploads?: boolean;
  /** For staff: as its top-level folder says. */
  readonly access?: "client_edits" | "client_views" | "private";
  /** For staff: the contacts for whom something else holds. Default: {}. */
  readonly people?: { readonly [key: string]: "none" | "view" | "edit" };
}

/** A document, as the asker sees it now. */
export interface Document {
  readonly id: Id;
  readonly account_id: Id;
  readonly folder_id: Id;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** What it is by its content: a word of a list that may grow, such as `pdf`; `other` for what nobody knows. */
  readonly family: string;
  readonly uploaded_by: Person;
  readonly uploaded_at: number;
  /** Nobody of the asker's side has looked at it yet. Default: false. */
  readonly new?: boolean;
  /** For staff: the same of the contacts. Default: false. */
  readonly new_to_contacts?: boolean;
  /** Default: false. */
  readonly may_edit?: boolean;
  /** It is in the trash since then, and goes for good 120 days later. */
  readonly deleted_at?: number;
  /** What it is shown as besides its name; absent where that is all, or where nobody has looked into it yet. */
  readonly preview?: Preview;
  /** Why it isn't offered to the other side: told to the side alone that brought it. Absent of what is for both. */
  readonly scan?: "held" | "too_large" | "refused";
}

/** Of a document that a message of this stream carries there is something else to know: whoever shows it asks again (`document.get`). That it has been renamed, moved, deleted, restored or closed isn't told, as it may not be for all. Stands in t: or n:. */
export interface DocumentChanged {
  readonly type: "document.changed";
  readonly document_id: Id;
}

/** Folders of an account, in the order of their ids. */
export interface FolderPage {
  readonly folders: readonly Folder[];
}

/** The folders of an account that I may see. */
export interface FolderList {
  readonly type: "folder.list";
  readonly account_id: Id;
}

/** Make a folder. Inside another one it has the access of that; a top-level one is for staff to make. */
export interface FolderCreate {
  readonly type: "folder.create";
  readonly account_id: Id;
  readonly client_folder_id: ClientKey;
  readonly name: string;
  readonly parent_id?: Id;
  /** Of a top-level one. Default: "private". */
  readonly access?: "client_edits" | "client_views" | "private";
}

/** Call a folder something else. */
export interface FolderRename {
  readonly type: "folder.rename";
  readonly folder_id: Id;
  readonly name: string;
}

/** Put a folder into another one of the account: everything in it has the access of that then. Without `parent_id` it becomes a top-level one, with the access that it had. */
export interface FolderMove {
  readonly type: "folder.move";
  readonly folder_id: Id;
  readonly parent_id?: Id;
}

/** Delete a folder with those in it; their documents go to the trash. */
export interface FolderDelete {
  readonly type: "folder.delete";
  readonly folder_id: Id;
}

/** Say what contacts may do in a top-level folder and all that is below it. */
export interface FolderSetAccess {
  readonly type: "folder.set_access";
  readonly folder_id: Id;
  readonly access: "client_edits" | "client_views" | "private";
  /** Contacts of the account for whom something else holds; those who aren't named have what `access` says. Default: {}. */
  readonly people?: { readonly [key: string]: "none" | "view" | "edit" };
}

/** Documents, the latest first. */
export interface DocumentPage {
  readonly documents: readonly Document[];
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
}

/** Those documents that the asker may see now. */
export interface DocumentsSeen {
  readonly documents: readonly Document[];
  /** Those of the other side's that I shall see once the virus scanner has found them clean. Default: []. */
  readonly held?: readonly Id[];
}

/** Documents that messages of a thread carry. */
export interface CarriedPage {
  readonly documents: readonly Document[];
  /** `after` of the following page, if there is one. */
  readonly next?: string;
}

/** Where a file has stood in a folder of somebody's computer that is brought as a whole. */
export interface Inside {
  /** Of all files of that folder the same: they go into one new folder, whatever order they come in. */
  readonly client_folder_id: ClientKey;
  /** What its folders are called there, that one first. What can't stand in a name is replaced, as in zips. */
  readonly way: readonly string[];
}

/** Make a document of a file that I have uploaded, in a folder. If one there is called so, it gets a number. */
export interface DocumentSave {
  readonly type: "document.save";
  readonly folder_id: Id;
  readonly upload_id: Id;
  readonly client_document_id: ClientKey;
  readonly name: string;
  /** It is of a folder: those that it was in are made inside `folder_id` as its files come. */
  readonly inside?: Inside;
}

/** What a zip has become. */
export interface Unpacked {
  /** How many documents. */
  readonly documents: number;
  /** These, as far as I may see them still: at most as many as a message can carry. */
  readonly first: readonly Document[];
  /** Files that macOS and Windows leave in zips, and that are not kept. Default: 0. */
  readonly skipped?: number;
  /** Why it is one document, as it came. */
  readonly whole?: "encrypted" | "compression" | "package";
}

/** Make documents of what is in a zip that I have uploaded, in a folder and in new ones inside it: of all of it, or of nothing. One that can't be opened, or would be broken by it, becomes a document as it is. */
export interface DocumentUnpack {
  readonly type: "document.unpack";
  readonly folder_id: Id;
  readonly upload_id: Id;
  readonly client_document_id: ClientKey;
  /** The zip's. */
  readonly name: string;
}

/** The documents in a folder, the latest first. */
export interface DocumentList {
  readonly type: "document.list";
  readonly folder_id: Id;
  readonly after?: Id;
  /** Default: 100. */
  readonly limit?: number;
}

/** The documents of an account whose names have words that begin so, the latest first; or those in the trash that I may take out again. */
export interface DocumentSearch {
  readonly type: "document.search";
  readonly account_id: Id;
  /** Default: "". */
  readonly search?: string;
  /** Default: false. */
  readonly deleted?: boolean;
  readonly after?: Id;
  /** Default: 100. */
  readonly limit?: number;
}

/** What these documents are called and how long they are, of each that I may see now. Those that are gone and those that are not for me are left out alike. */
export interface DocumentGet {
  readonly type: "document.get";
  readonly document_ids: readonly Id[];
}

/** A small picture. */
export interface Thumbnail {
  /** In base64 (RFC 4648, 4); empty where there is none. Default: "". */
  readonly webp?: string;
}

/** A document's thumbnail, for who has no cookie with which a browser would fetch it from its address: the widget. */
export interface DocumentThumbnail {
  readonly type: "document.thumbnail";
  readonly document_id: Id;
}

/** The words of a document, as far as they are shown in a page. */
export interface Reading {
  /** With U+000A between lines; empty of a table. Default: "". */
  readonly text?: string;
  /** Of a table: its rows, which need not all be equally long. Default: []. */
  readonly rows?: readonly (readonly string[])[];
  /** There is more of it in the file than stands here. Default: false. */
  readonly cut?: boolean;
}

/** The words of a text, or the cells of a table of values, from the beginning of the file. It is new to my side no more then. Empty for what is neither, and for what makes no sense as one. */
export interface DocumentRead {
  readonly type: "document.read";
  readonly document_id: Id;
}

/** The documents that messages of a thread carry, of each that I may see now, the latest first. */
export interface DocumentCarried {
  readonly type: "document.carried";
  readonly thread_id: Id;
  readonly after?: string;
  /** Default: 100. */
  readonly limit?: number;
}

/** Say that I have uploaded all that I wanted to: whoever hears of the account is told at once. */
export interface DocumentFinish {
  readonly type: "document.finish";
  readonly account_id: Id;
}

/** Call a document something else. */
export interface DocumentRename {
  readonly type: "document.rename";
  readonly document_id: Id;
  readonly name: string;
}

/** Put a document into another folder of the account: whoever may see that one sees it then. */
export interface DocumentMove {
  readonly type: "document.move";
  readonly document_id: Id;
  readonly folder_id: Id;
}

/** Put a document into the trash. One that is there already stays there. */
export interface DocumentDelete {
  readonly type: "document.delete";
  readonly document_id: Id;
}

/** Take a document out of the trash, to where it was or into another folder, which has to be named once the first one is gone. */
export interface DocumentRestore {
  readonly type: "document.restore";
  readonly document_id: Id;
  readonly folder_id?: Id;
}

/** Say that a document is new, or isn't, for a side; only staff say so for contacts. */
export interface DocumentMark {
  readonly type: "document.mark";
  readonly document_id: Id;
  readonly side: Side;
  /** Default: false. */
  readonly new?: boolean;
}

/** What a new chat can begin with: it is copied into the chat, so a later change changes no chat. */
export interface Template {
  readonly id: Id;
  /** What staff find it by; clients never see it. */
  readonly name: string;
  readonly subject: string;
  readonly body: Body;
  readonly updated_at: number;
  /** Default: []. */
  readonly tasks?: readonly string[];
  /** Absent: the template says nothing of reminders. */
  readonly reminder?: ReminderSetting;
}

/** A template is new or has changed. Stands in u:. */
export interface TemplateUpdated {
  readonly type: "template.updated";
  readonly template: Template;
}

/** A template is gone. Stands in u:. */
export interface TemplateDeleted {
  readonly type: "template.deleted";
  readonly template_id: Id;
}

/** Templates. */
export interface TemplatePage {
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
  /** Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of this kind asks again. Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
  readonly entities: readonly Template[];
}

/** The firm's templates. */
export interface TemplateList {
  readonly type: "template.list";
  /** `next` of the page before. */
  readonly after?: Id;
  /** Default: 200. */
  readonly limit?: number;
}

/** Save a template for all staff. A copy is made in the same way. */
export interface TemplateCreate {
  readonly type: "template.create";
  readonly client_template_id: ClientKey;
  readonly name: string;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
}

/** Change a template; what is absent stays. Chats that began with it stay as they are. */
export interface TemplateUpdate {
  readonly type: "template.update";
  readonly template_id: Id;
  readonly name?: string;
  readonly subject?: string;
  readonly body?: Body;
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
}

/** Delete a template. Chats that began with it stay as they are. */
export interface TemplateDelete {
  readonly type: "template.delete";
  readonly template_id: Id;
}

/** A shortcode that nothing stands for. */
export interface Gap {
  /** As it is written, in its brackets. */
  readonly token: string;
  /** There is no such shortcode, and it stays as it is written; or there is one, and nothing is known: nothing takes its place. */
  readonly why: "unknown" | "empty";
}

/** What a message would say if it were created now. */
export interface ShortcodesResolved {
  /** Default: "". */
  readonly subject?: string;
  readonly body?: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  /** Each once, in the order in which they stand there. Default: []. */
  readonly gaps?: readonly Gap[];
  /** Whose values stand for shortcodes of contacts, where there are any: the first who can log in. Default: "". */
  readonly contact?: string;
  /** How many more contacts there are who can log in, and read of that one. Default: 0. */
  readonly others?: number;
}

/** What stands for the shortcodes of a text in an account's chats: a preview, which creates nothing. */
export interface ShortcodeResolve {
  readonly type: "shortcode.resolve";
  readonly account_id: Id;
  /** Default: "". */
  readonly subject?: string;
  readonly body?: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
}

/** A field that the firm has defined. */
export interface CustomField {
  readonly id: Id;
  readonly of: FieldOf;
  /** What it is called where it is shown, and in its shortcode: `[ACCOUNT_CUSTOM_FIELD:name]`. */
  readonly name: string;
  readonly kind: FieldKind;
  /** Fields of accounts, and those of contacts, are shown by it, ascending. */
  readonly place: Seq;
  readonly updated_at: number;
  /** Of `choice` and `choices`. What was said once stays where it was said, also when it is an option no more. Default: []. */
  readonly options?: readonly string[];
  /** Of `money`. Default: "". */
  readonly currency?: string;
}

/** A custom field is new or has changed. Stands in u:. */
export interface CustomFieldUpdated {
  readonly type: "custom_field.updated";
  readonly custom_field: CustomField;
}

/** A custom field is gone, with all that was said in it. Stands in u:. */
export interface CustomFieldDeleted {
  readonly type: "custom_field.deleted";
  readonly custom_field_id: Id;
}

/** Custom fields. */
export interface CustomFieldPage {
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
  /** Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of this kind asks again. Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
  readonly entities: readonly CustomField[];
}

/** The firm's custom fields. */
export interface CustomFieldList {
  readonly type: "custom_field.list";
  /** `next` of the page before. */
  readonly after?: Id;
  /** Default: 200. */
  readonly limit?: number;
}

/** Define a field, behind the others. Whose it is, what is said in it and its currency stay for good. */
export interface CustomFieldCreate {
  readonly type: "custom_field.create";
  readonly client_field_id: ClientKey;
  readonly of: FieldOf;
  readonly name: string;
  readonly kind: FieldKind;
  /** Default: []. */
  readonly options?: readonly string[];
  /** Default: "". */
  readonly currency?: string;
}

/** Change a field's name or options; what is absent stays. Texts that name the field by its former name don't follow. */
export interface CustomFieldUpdate {
  readonly type: "custom_field.update";
  readonly custom_field_id: Id;
  readonly name?: string;
  readonly options?: readonly string[];
}

/** Put a field before another one of the same, or behind all of them. */
export interface CustomFieldMove {
  readonly type: "custom_field.move";
  readonly custom_field_id: Id;
  readonly before_id?: Id;
}

/** Delete a field, and with it what was said in it of every account or contact. Messages keep what they say. */
export interface CustomFieldDelete {
  readonly type: "custom_field.delete";
  readonly custom_field_id: Id;
}

/** What a message is to say later, and when. */
export interface LaterMessage {
  readonly thread_id: Id;
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  /** As it was written: its shortcodes stand for what is so when it goes. */
  readonly body: Body;
  /** The position of t: up to which its author knew the thread. */
  readonly seq: Seq;
  /** It doesn't go if a contact has written behind `seq` meanwhile. Default: false. */
  readonly unless_answered?: boolean;
  readonly quoted_message_id?: Id;
  /** Default: []. */
  readonly attachments?: readonly Id[];
}

/** A message that waits for its time, or could not go when that came, and then waits for its author. */
export interface ScheduledSend {
  readonly thread_id: Id;
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  /** As it was written: its shortcodes stand for what is so when it goes. */
  readonly body: Body;
  /** The position of t: up to which its author knew the thread. */
  readonly seq: Seq;
  /** It doesn't go if a contact has written behind `seq` meanwhile. Default: false. */
  readonly unless_answered?: boolean;
  readonly quoted_message_id?: Id;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  readonly id: Id;
  /** Its author, in whose name it goes. */
  readonly by: Person;
  /** Why it did not go. It keeps its words, and goes no more unless somebody says when, or sends it. */
  readonly stopped?: "contact_wrote" | "thread_archived" | "author_inactive" | "no_access" | "account_archived" | "nobody_can_read" | "documents" | "refused";
}

/** A message that is to go later is there, is another, or is there no more. Stands in n:. */
export interface ScheduledSendChanged {
  readonly type: "scheduled_send.changed";
  readonly scheduled_send_id: Id;
  readonly became: "waiting" | "sent" | "cancelled" | "stopped";
  readonly due_at: number;
  /** Its author: who changed it is the event's actor, if anybody. */
  readonly by: Person;
  /** It is new. Default: false. */
  readonly first?: boolean;
  readonly stopped?: "contact_wrote" | "thread_archived" | "author_inactive" | "no_access" | "account_archived" | "nobody_can_read" | "documents" | "refused";
}

/** Those that wait or did not go, the next first. */
export interface ScheduledSends {
  readonly scheduled_sends: readonly ScheduledSend[];
}

/** Write to a thread at a later time. What could not be sent now is refused. With documents it goes as a message with documents does: both times by what its author may send then. */
export interface MessageSchedule {
  readonly type: "message.schedule";
  readonly thread_id: Id;
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  /** As it was written: its shortcodes stand for what is so when it goes. */
  readonly body: Body;
  /** The position of t: up to which its author knew the thread. */
  readonly seq: Seq;
  /** It doesn't go if a contact has written behind `seq` meanwhile. Default: false. */
  readonly unless_answered?: boolean;
  readonly quoted_message_id?: Id;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  readonly client_message_id: ClientKey;
}

/** What is to go later in a thread, whoever wrote it. */
export interface ScheduledSendList {
  readonly type: "scheduled_send.list";
  readonly thread_id: Id;
}

/** Change one of my own; what is absent stays. One that did not go waits again once it has another time. */
export interface ScheduledSendUpdate {
  readonly type: "scheduled_send.update";
  readonly scheduled_send_id: Id;
  readonly due_at?: number;
  readonly body?: Body;
  readonly unless_answered?: boolean;
  readonly seq?: Seq;
}

/** Have one of my own not go; owner and admins anybody's. One that is gone already is not found. */
export interface ScheduledSendCancel {
  readonly type: "scheduled_send.cancel";
  readonly scheduled_send_id: Id;
}

/** Send one of my own at once, also if a contact has written meanwhile. */
export interface ScheduledSendNow {
  readonly type: "scheduled_send.send";
  readonly scheduled_send_id: Id;
}

/** What a chat is to begin with, and when: what `thread.create` takes, as it was written. Its shortcodes stand for what is so when it is created. */
export interface LaterChat {
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  /** What the form was filled with. One that is gone by then is left out: what it said is in the other fields. */
  readonly template_id?: Id;
}

/** A new chat that waits for its time, or could not be created when that came, and then waits for its author. */
export interface ScheduledChat {
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  /** What the form was filled with. One that is gone by then is left out: what it said is in the other fields. */
  readonly template_id?: Id;
  readonly id: Id;
  readonly account: AccountBrief;
  /** Its author, in whose name it is created. */
  readonly by: Person;
  /** Why it was not created. It keeps its words, and goes no more unless somebody says when, or creates it. */
  readonly stopped?: "contact_wrote" | "thread_archived" | "author_inactive" | "no_access" | "account_archived" | "nobody_can_read" | "documents" | "refused";
}

/** A new chat that is to be created later is there, is another, or is there no more. For whom and what it says is not told: who may see it asks. Stands in u:. */
export interface ScheduledChatChanged {
  readonly type: "scheduled_chat.changed";
  readonly scheduled_chat_id: Id;
  readonly became: "waiting" | "sent" | "cancelled" | "stopped";
}

/** Those that wait or were not created, the next first. */
export interface ScheduledChats {
  readonly scheduled_chats: readonly ScheduledChat[];
}

/** Start a thread at a later time. What could not be created now is refused. */
export interface ThreadSchedule {
  readonly type: "thread.schedule";
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  /** What the form was filled with. One that is gone by then is left out: what it said is in the other fields. */
  readonly template_id?: Id;
  readonly account_id: Id;
  readonly client_message_id: ClientKey;
}

/** The new chats that are to be created later, of the accounts that I may see, whoever wrote them. */
export interface ScheduledChatList {
  readonly type: "scheduled_chat.list";
}

/** Have one of my own be this instead, all of it. One that was not created waits again. */
export interface ScheduledChatUpdate {
  readonly type: "scheduled_chat.update";
  /** When it is scheduled, a time behind now, at most 366 days. */
  readonly due_at: number;
  readonly subject: string;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
  /** Default: []. */
  readonly attachments?: readonly Id[];
  /** What the form was filled with. One that is gone by then is left out: what it said is in the other fields. */
  readonly template_id?: Id;
  readonly scheduled_chat_id: Id;
  readonly account_id: Id;
}

/** Have one of my own not be created; owner and admins anybody's. One that is gone already is not found. */
export interface ScheduledChatCancel {
  readonly type: "scheduled_chat.cancel";
  readonly scheduled_chat_id: Id;
}

/** Create one of my own at once. */
export interface ScheduledChatNow {
  readonly type: "scheduled_chat.create";
  readonly scheduled_chat_id: Id;
}

/** How far one message to many accounts has come. */
export interface BulkProgress {
  readonly by: Person;
  readonly state: "running" | "paused" | "cancelling" | "cancelled" | "done";
  /** As it was written, or taken from template or text: its shortcodes stand for something else in each chat. */
  readonly subject: string;
  readonly created_at: number;
  readonly updated_at: number;
  /** How many accounts were chosen. */
  readonly total: number;
  /** How many have got their chat. Default: 0. */
  readonly created?: number;
  /** How many can't receive one. Default: 0. */
  readonly skipped?: number;
  /** Default: 0. */
  readonly failed?: number;
  /** How often it was begun: more than once where what was left out was tried again. Default: 1. */
  readonly attempt?: number;
  readonly template_id?: Id;
  readonly finished_at?: number;
}

/** One message to many accounts, and how far it has come. */
export interface BulkRun {
  readonly by: Person;
  readonly state: "running" | "paused" | "cancelling" | "cancelled" | "done";
  /** As it was written, or taken from template or text: its shortcodes stand for something else in each chat. */
  readonly subject: string;
  readonly created_at: number;
  readonly updated_at: number;
  /** How many accounts were chosen. */
  readonly total: number;
  /** How many have got their chat. Default: 0. */
  readonly created?: number;
  /** How many can't receive one. Default: 0. */
  readonly skipped?: number;
  /** Default: 0. */
  readonly failed?: number;
  /** How often it was begun: more than once where what was left out was tried again. Default: 1. */
  readonly attempt?: number;
  readonly template_id?: Id;
  readonly finished_at?: number;
  readonly id: Id;
}

/** What a run came to, as its report says it. */
export interface BulkCounts {
  readonly total: number;
  /** Default: 0. */
  readonly created?: number;
  /** Default: 0. */
  readonly skipped?: number;
  /** Default: 0. */
  readonly failed?: number;
  /** Default: false. */
  readonly cancelled?: boolean;
}

/** An account without a chat, and why. */
export interface LeftOut {
  /** Without a name where the asker may not see it. */
  readonly account: AccountBrief;
  readonly why: "no_access" | "account_archived" | "nobody_can_read" | "author_inactive" | "text" | "refused" | "failed";
}

/** A run of mine is new, has come further, or was stopped or taken up. Stands in u:. */
export interface BulkUpdated {
  readonly type: "bulk.updated";
  readonly bulk: BulkRun;
}

/** A run of mine of long ago is forgotten. Its chats stay. Stands in u:. */
export interface BulkDeleted {
  readonly type: "bulk.deleted";
  readonly bulk_id: Id;
}

/** Runs. */
export interface BulkPage {
  /** `after` of the following page, if there is one. */
  readonly next?: Id;
  /** Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of this kind asks again. Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
  readonly entities: readonly BulkRun[];
}

/** Who would get a chat, and who would not. */
export interface BulkPreviewed {
  readonly total: number;
  /** How many would get one. */
  readonly ready: number;
  /** How many would not, by why. Default: {}. */
  readonly excluded?: { readonly [key: string]: number };
  /** The first of these, by name. Default: []. */
  readonly left_out?: readonly LeftOut[];
}

/** A run with what it says, and a page of whom it left out. */
export interface BulkReport {
  readonly bulk: BulkRun;
  readonly body: Body;
  /** Default: []. */
  readonly tasks?: readonly string[];
  readonly reminder?: ReminderSetting;
  /** Default: []. */
  readonly left_out?: readonly LeftOut[];
  /** `after` of the following page, if there is one. */
  readonly next?: Seq;
}

/** My runs: those that aren't over, and the latest of the others. */
export interface BulkList {
  readonly type: "bulk.list";
  /** `next` of the page before. */
  readonly after?: Id;
  /** Default: 200. */
  readonly limit?: number;
}

/** Say who would get a chat and who would not, before anything is sent. */
export interface BulkPreview {
  readonly type: "bulk.preview";
  /** Default: []. */
  readonly account_ids?: readonly Id[];
  /** All that I see and that match, instead of `account_ids`. */
  readonly matching?: AccountFilter;
}

/** Begin a chat with each of many accounts. Answered at once, done behind the answer. Accounts are chosen when this is asked; whether each can receive is asked when its turn comes. */
export interface BulkCreate {
  readonly type: "bulk.create";
  readonly client_bulk_id: ClientKey;
  /** Default: []. */
  readonly account_ids?: readonly Id[];
  /** All that I see and that match, instead of `account_ids`. */
  readonly matching?: AccountFilter;
  /** Gives the tasks, and what isn't said here of the rest; it is copied. */
  readonly template_id?: Id;
  /** Empty: the template's, or else the first words of the text. Default: "". */
  readonly subject?: string;
  readonly body?: Body;
  readonly reminder?: ReminderSetting;
}

/** A run of mine, and whom it left out. */
export interface BulkGet {
  readonly type: "bulk.get";
  readonly bulk_id: Id;
  /** `next` of the page before. Default: 0. */
  readonly after?: Seq;
}

/** Begin no more chats of a run of mine for now; what is under way is finished. */
export interface BulkPause {
  readonly type: "bulk.pause";
  readonly bulk_id: Id;
}

/** Go on with a run of mine. */
export interface BulkResume {
  readonly type: "bulk.resume";
  readonly bulk_id: Id;
}

/** Begin no more chats of a run of mine, for good. Those that there are stay. */
export interface BulkCancel {
  readonly type: "bulk.cancel";
  readonly bulk_id: Id;
}

/** Try again with those that a run of mine left out, and with nobody else. */
export interface BulkRetry {
  readonly type: "bulk.retry";
  readonly bulk_id: Id;
}

/** One event of a stream, with its envelope: the same fields as an `event` frame, without the stream's name. */
export interface StreamEvent {
  readonly seq: Seq;
  readonly at: number;
  readonly actor: Person | null;
  readonly event: Event;
}

/** A stretch of a stream: events, ascending by seq, without holes. */
export interface StreamPage {
  readonly stream: string;
  readonly events: readonly StreamEvent[];
  readonly head: Seq;
  /** Default: false. */
  readonly more?: boolean;
}

/** A stretch of a stream: after a position, or (`before`) up to one, for paging back. */
export interface StreamRead {
  readonly type: "stream.read";
  readonly stream: StreamName;
  readonly after?: Seq;
  readonly before?: Seq;
  /** Default: 100. */
  readonly limit?: number;
}

/** A thread as needed to show it: everything is true at the heads of the two pages. */
export interface ThreadOpened {
  readonly thread: Thread;
  readonly tasks: readonly Task[];
  readonly marks: readonly Mark[];
  /** The newest stretch of t:. */
  readonly page: StreamPage;
  /** The newest stretch of n:, for staff. */
  readonly notes?: StreamPage;
  /** Names of the contacts who can read here (for staff), or of the firm's staff in this thread (for contacts). Default: []. */
  readonly writers?: readonly string[];
  /** For contacts: whether anybody at the firm is connected; `presence` frames say when that changes. Default: false. */
  readonly team_online?: boolean;
}

/** Show a thread: header, tasks, marks and the newest messages. */
export interface ThreadOpen {
  readonly type: "thread.open";
  readonly thread_id: Id;
  /** Default: 50. */
  readonly limit?: number;
}

/** Development only: move the scheduler's clock ahead of the real one by so much. */
export interface ClockSet {
  readonly type: "clock.set";
  readonly offset_ms: number;
}

/** The first frame. `token` or `identity` says who; neither is needed where a browser's session cookie does. `positions` are the streams the client holds and the last `seq` it has applied in each. */
export interface Hello {
  readonly type: "hello";
  readonly token?: string;
  /** A widget identity: JWT, HS256, signed by the firm's own server. */
  readonly identity?: string;
  /** The log's epoch that the positions belong to, from an earlier `welcome`. Without it no position but 0 is believed. */
  readonly epoch?: string;
  /** Default: {}. */
  readonly positions?: { readonly [key: string]: Seq };
  /** How far the person's clock is ahead of UTC: the audit trail notes both clocks. */
  readonly utc_offset_minutes?: number;
  /** Staff: what happens in the firm's own stream, `u:<firm id>`, is wanted too. Default: false. */
  readonly firm?: boolean;
  /** Who you were told that you are, by an earlier `welcome`: where the login is another person's now, nothing is done. */
  readonly person?: Id;
}

/** A command. The reply carries the same `id`; ids are the client's own and need only differ while unanswered. */
export interface Call {
  readonly type: "call";
  readonly id: number;
  readonly command: Command;
}

/** The answer to `hello`: who you are, and how far the streams you hold have got. */
export interface Welcome {
  readonly type: "welcome";
  readonly session: Id;
  readonly me: Me;
  readonly at: number;
  readonly epoch: string;
  /** Of each stream in `positions` that you may still read, of your own `u:` stream, and of the firm's if you want it. */
  readonly heads: { readonly [key: string]: Seq };
}

/** Everything missed has been sent; from here events come as they happen. */
export interface Live {
  readonly type: "live";
}

/** One event of one stream. `seq` is dense from 1: see docs/protocol.md for the client's rule. */
export interface EventFrame {
  readonly type: "event";
  readonly stream: StreamName;
  readonly seq: Seq;
  readonly at: number;
  readonly actor: Person | null;
  readonly event: Event;
}

/** A command was done, durably, and this is its result. */
export interface Reply {
  readonly type: "reply";
  readonly id: number;
  readonly result: unknown;
}

/** A command was refused (`id` is its id), or a frame could not be understood (`id` is absent). */
export interface ErrorFrame {
  readonly type: "error";
  readonly error: Problem;
  readonly id?: number;
}

/** The stream can't be resumed from your position: load it anew; its head is now `head`. */
export interface Reset {
  readonly type: "reset";
  readonly stream: StreamName;
  readonly head: Seq;
}

/** You may not see this account any more: forget its threads. Or only this stream, at resume. */
export interface Dropped {
  readonly type: "dropped";
  readonly account_id?: Id;
  readonly stream?: StreamName;
  /** Staff: the badge without what is lost. */
  readonly open_count?: number;
}

/** Somebody has got further in a thread. State, not log: may be lost, and comes again with the thread. */
export interface MarkMoved {
  readonly type: "mark";
  readonly thread_id: Id;
  readonly person: Person;
  readonly read_seq?: Seq;
  readonly read_at?: number;
  readonly delivered_seq?: Seq;
  readonly delivered_at?: number;
  /** Staff: up to here a mail server has taken a letter to this person. */
  readonly mailed_seq?: Seq;
  readonly mailed_at?: number;
  /** What that person's side (the firm) or that person (a contact) has left to read, as far as the server had counted: use `read_messages` where it is there. */
  readonly unread?: number;
  /** Messages of the other side up to `read_seq`: see Thread. */
  readonly read_messages?: number;
  /** To staff, of the firm's position: see Thread. Default: 0. */
  readonly turns_back?: number;
}

/** Somebody is writing; forget it after 6 seconds. `internal` is sent to staff only. */
export interface Typing {
  readonly type: "typing";
  readonly thread_id: Id;
  readonly person: Person;
  /** Default: true. */
  readonly typing?: boolean;
  /** Default: false. */
  readonly internal?: boolean;
}

/** To staff: this person is here or has left. To contacts: whether the team is (`person` absent). */
export interface Presence {
  readonly type: "presence";
  readonly online: boolean;
  readonly person?: Person;
}

/** Every 25 s, one or several at once: the server is there, and heads of streams that moved lately. What is too much for now comes with the next ones. */
export interface Pulse {
  readonly type: "pulse";
  readonly at: number;
  /** Default: {}. */
  readonly heads?: { readonly [key: string]: Seq };
}

export type Inline =
  | Text
  | Mention
  | Break;
export type Block =
  | Paragraph
  | BulletList
  | OrderedList;
export type Card =
  | BooksCard
  | StatementCard
  | InvoiceCard
  | MailCard
  | CalendarCard;
export type Event =
  | FirmChanged
  | LetterFailed
  | AccessChanged
  | TaskAdded
  | TaskEdited
  | TaskCompleted
  | TaskReopened
  | TasksReordered
  | TaskDeleted
  | TasksCompleted
  | ReminderChanged
  | ReminderSent
  | ReminderSettled
  | ReminderExhausted
  | MessageSent
  | ThreadCreated
  | ThreadRenamed
  | ThreadArchived
  | ThreadReopened
  | ThreadRaised
  | ThreadAssigned
  | ThreadUnread
  | ThreadSnoozed
  | ThreadWoken
  | NotificationUpdated
  | SavedReplyUpdated
  | SavedReplyDeleted
  | DocumentChanged
  | TemplateUpdated
  | TemplateDeleted
  | CustomFieldUpdated
  | CustomFieldDeleted
  | ScheduledSendChanged
  | ScheduledChatChanged
  | BulkUpdated
  | BulkDeleted;
export type Command =
  | FirmRead
  | FirmUpdate
  | LetterRetry
  | LetterRetryCopies
  | ContactCreate
  | ContactUpdate
  | ContactRead
  | ContactDescribe
  | LinkUpdate
  | InvitationSend
  | AccountList
  | AccountRead
  | AccountCreate
  | AccountDescribe
  | AccountAssign
  | AccountFollow
  | SessionCreate
  | SessionRenew
  | SessionEnd
  | PasswordForgot
  | PasswordReset
  | InvitationRead
  | InvitationAccept
  | MeRead
  | MeUpdate
  | StaffList
  | StaffUpdate
  | TaskAdd
  | TaskSet
  | TaskEdit
  | TaskMove
  | TaskDelete
  | TaskList
  | ReminderRead
  | ReminderSet
  | ReminderSend
  | MessageSend
  | TypingSet
  | MarkRead
  | MarkUnread
  | MarkDelivered
  | ThreadCreate
  | ThreadList
  | ThreadRead
  | ThreadRename
  | ThreadArchive
  | ThreadReopen
  | ThreadAssign
  | ThreadSnooze
  | ThreadWake
  | NotificationList
  | NotificationArchive
  | AuditList
  | SecurityList
  | SavedReplyList
  | SavedReplyCreate
  | SavedReplyUpdate
  | SavedReplyDelete
  | FolderList
  | FolderCreate
  | FolderRename
  | FolderMove
  | FolderDelete
  | FolderSetAccess
  | DocumentSave
  | DocumentUnpack
  | DocumentList
  | DocumentSearch
  | DocumentGet
  | DocumentThumbnail
  | DocumentRead
  | DocumentCarried
  | DocumentFinish
  | DocumentRename
  | DocumentMove
  | DocumentDelete
  | DocumentRestore
  | DocumentMark
  | TemplateList
  | TemplateCreate
  | TemplateUpdate
  | TemplateDelete
  | ShortcodeResolve
  | CustomFieldList
  | CustomFieldCreate
  | CustomFieldUpdate
  | CustomFieldMove
  | CustomFieldDelete
  | MessageSchedule
  | ScheduledSendList
  | ScheduledSendUpdate
  | ScheduledSendCancel
  | ScheduledSendNow
  | ThreadSchedule
  | ScheduledChatList
  | ScheduledChatUpdate
  | ScheduledChatCancel
  | ScheduledChatNow
  | BulkList
  | BulkPreview
  | BulkCreate
  | BulkGet
  | BulkPause
  | BulkResume
  | BulkCancel
  | BulkRetry
  | StreamRead
  | ThreadOpen
  | ClockSet;
export type ClientFrame =
  | Hello
  | Call;
export type ServerFrame =
  | Welcome
  | Live
  | EventFrame
  | Reply
  | ErrorFrame
  | Reset
  | Dropped
  | MarkMoved
  | Typing
  | Presence
  | Pulse;

/** Each command's own shape and that of its answer, by tag. */
export interface Commands {
  readonly "firm.read": { readonly command: FirmRead; readonly result: FirmView };
  readonly "firm.update": { readonly command: FirmUpdate; readonly result: FirmView };
  readonly "letter.retry": { readonly command: LetterRetry; readonly result: LetterRetried };
  readonly "letter.retry_copies": { readonly command: LetterRetryCopies; readonly result: LetterCopiesRetried };
  readonly "contact.create": { readonly command: ContactCreate; readonly result: Link };
  readonly "contact.update": { readonly command: ContactUpdate; readonly result: Link };
  readonly "contact.read": { readonly command: ContactRead; readonly result: ContactView };
  readonly "contact.describe": { readonly command: ContactDescribe; readonly result: ContactView };
  readonly "link.update": { readonly command: LinkUpdate; readonly result: Link };
  readonly "invitation.send": { readonly command: InvitationSend; readonly result: Link };
  readonly "account.list": { readonly command: AccountList; readonly result: AccountPage };
  readonly "account.read": { readonly command: AccountRead; readonly result: Account };
  readonly "account.create": { readonly command: AccountCreate; readonly result: Account };
  readonly "account.describe": { readonly command: AccountDescribe; readonly result: Account };
  readonly "account.assign": { readonly command: AccountAssign; readonly result: Account };
  readonly "account.follow": { readonly command: AccountFollow; readonly result: Account };
  readonly "session.create": { readonly command: SessionCreate; readonly result: SessionOpened };
  readonly "session.renew": { readonly command: SessionRenew; readonly result: SessionOpened };
  readonly "session.end": { readonly command: SessionEnd; readonly result: Done };
  readonly "password.forgot": { readonly command: PasswordForgot; readonly result: Done };
  readonly "password.reset": { readonly command: PasswordReset; readonly result: Done };
  readonly "invitation.read": { readonly command: InvitationRead; readonly result: Invitation };
  readonly "invitation.accept": { readonly command: InvitationAccept; readonly result: SessionOpened };
  readonly "me.read": { readonly command: MeRead; readonly result: Me };
  readonly "me.update": { readonly command: MeUpdate; readonly result: Me };
  readonly "staff.list": { readonly command: StaffList; readonly result: StaffPage };
  readonly "staff.update": { readonly command: StaffUpdate; readonly result: StaffMember };
  readonly "task.add": { readonly command: TaskAdd; readonly result: TaskView };
  readonly "task.set": { readonly command: TaskSet; readonly result: TaskView };
  readonly "task.edit": { readonly command: TaskEdit; readonly result: TaskView };
  readonly "task.move": { readonly command: TaskMove; readonly result: Done };
  readonly "task.delete": { readonly command: TaskDelete; readonly result: Done };
  readonly "task.list": { readonly command: TaskList; readonly result: TaskPage };
  readonly "reminder.read": { readonly command: ReminderRead; readonly result: ReminderView };
  readonly "reminder.set": { readonly command: ReminderSet; readonly result: ReminderView };
  readonly "reminder.send": { readonly command: ReminderSend; readonly result: ReminderView };
  readonly "message.send": { readonly command: MessageSend; readonly result: MessageAccepted };
  readonly "typing.set": { readonly command: TypingSet; readonly result: Done };
  readonly "mark.read": { readonly command: MarkRead; readonly result: Done };
  readonly "mark.unread": { readonly command: MarkUnread; readonly result: Done };
  readonly "mark.delivered": { readonly command: MarkDelivered; readonly result: Done };
  readonly "thread.create": { readonly command: ThreadCreate; readonly result: ThreadView };
  readonly "thread.list": { readonly command: ThreadList; readonly result: ThreadPage };
  readonly "thread.read": { readonly command: ThreadRead; readonly result: ThreadView };
  readonly "thread.rename": { readonly command: ThreadRename; readonly result: Done };
  readonly "thread.archive": { readonly command: ThreadArchive; readonly result: Done };
  readonly "thread.reopen": { readonly command: ThreadReopen; readonly result: Done };
  readonly "thread.assign": { readonly command: ThreadAssign; readonly result: Done };
  readonly "thread.snooze": { readonly command: ThreadSnooze; readonly result: Done };
  readonly "thread.wake": { readonly command: ThreadWake; readonly result: Done };
  readonly "notification.list": { readonly command: NotificationList; readonly result: NotificationPage };
  readonly "notification.archive": { readonly command: NotificationArchive; readonly result: Done };
  readonly "audit.list": { readonly command: AuditList; readonly result: AuditPage };
  readonly "security.list": { readonly command: SecurityList; readonly result: AuditPage };
  readonly "saved_reply.list": { readonly command: SavedReplyList; readonly result: SavedReplyPage };
  readonly "saved_reply.create": { readonly command: SavedReplyCreate; readonly result: SavedReply };
  readonly "saved_reply.update": { readonly command: SavedReplyUpdate; readonly result: SavedReply };
  readonly "saved_reply.delete": { readonly command: SavedReplyDelete; readonly result: Done };
  readonly "folder.list": { readonly command: FolderList; readonly result: FolderPage };
  readonly "folder.create": { readonly command: FolderCreate; readonly result: Folder };
  readonly "folder.rename": { readonly command: FolderRename; readonly result: Folder };
  readonly "folder.move": { readonly command: FolderMove; readonly result: Folder };
  readonly "folder.delete": { readonly command: FolderDelete; readonly result: Done };
  readonly "folder.set_access": { readonly command: FolderSetAccess; readonly result: Folder };
  readonly "document.save": { readonly command: DocumentSave; readonly result: Document };
  readonly "document.unpack": { readonly command: DocumentUnpack; readonly result: Unpacked };
  readonly "document.list": { readonly command: DocumentList; readonly result: DocumentPage };
  readonly "document.search": { readonly command: DocumentSearch; readonly result: DocumentPage };
  readonly "document.get": { readonly command: DocumentGet; readonly result: DocumentsSeen };
  readonly "document.thumbnail": { readonly command: DocumentThumbnail; readonly result: Thumbnail };
  readonly "document.read": { readonly command: DocumentRead; readonly result: Reading };
  readonly "document.carried": { readonly command: DocumentCarried; readonly result: CarriedPage };
  readonly "document.finish": { readonly command: DocumentFinish; readonly result: Done };
  readonly "document.rename": { readonly command: DocumentRename; readonly result: Document };
  readonly "document.move": { readonly command: DocumentMove; readonly result: Document };
  readonly "document.delete": { readonly command: DocumentDelete; readonly result: Done };
  readonly "document.restore": { readonly command: DocumentRestore; readonly result: Document };
  readonly "document.mark": { readonly command: DocumentMark; readonly result: Document };
  readonly "template.list": { readonly command: TemplateList; readonly result: TemplatePage };
  readonly "template.create": { readonly command: TemplateCreate; readonly result: Template };
  readonly "template.update": { readonly command: TemplateUpdate; readonly result: Template };
  readonly "template.delete": { readonly command: TemplateDelete; readonly result: Done };
  readonly "shortcode.resolve": { readonly command: ShortcodeResolve; readonly result: ShortcodesResolved };
  readonly "custom_field.list": { readonly command: CustomFieldList; readonly result: CustomFieldPage };
  readonly "custom_field.create": { readonly command: CustomFieldCreate; readonly result: CustomField };
  readonly "custom_field.update": { readonly command: CustomFieldUpdate; readonly result: CustomField };
  readonly "custom_field.move": { readonly command: CustomFieldMove; readonly result: CustomField };
  readonly "custom_field.delete": { readonly command: CustomFieldDelete; readonly result: Done };
  readonly "message.schedule": { readonly command: MessageSchedule; readonly result: ScheduledSend };
  readonly "scheduled_send.list": { readonly command: ScheduledSendList; readonly result: ScheduledSends };
  readonly "scheduled_send.update": { readonly command: ScheduledSendUpdate; readonly result: ScheduledSend };
  readonly "scheduled_send.cancel": { readonly command: ScheduledSendCancel; readonly result: Done };
  readonly "scheduled_send.send": { readonly command: ScheduledSendNow; readonly result: Done };
  readonly "thread.schedule": { readonly command: ThreadSchedule; readonly result: ScheduledChat };
  readonly "scheduled_chat.list": { readonly command: ScheduledChatList; readonly result: ScheduledChats };
  readonly "scheduled_chat.update": { readonly command: ScheduledChatUpdate; readonly result: ScheduledChat };
  readonly "scheduled_chat.cancel": { readonly command: ScheduledChatCancel; readonly result: Done };
  readonly "scheduled_chat.create": { readonly command: ScheduledChatNow; readonly result: ThreadView };
  readonly "bulk.list": { readonly command: BulkList; readonly result: BulkPage };
  readonly "bulk.preview": { readonly command: BulkPreview; readonly result: BulkPreviewed };
  readonly "bulk.create": { readonly command: BulkCreate; readonly result: BulkRun };
  readonly "bulk.get": { readonly command: BulkGet; readonly result: BulkReport };
  readonly "bulk.pause": { readonly command: BulkPause; readonly result: BulkRun };
  readonly "bulk.resume": { readonly command: BulkResume; readonly result: BulkRun };
  readonly "bulk.cancel": { readonly command: BulkCancel; readonly result: BulkRun };
  readonly "bulk.retry": { readonly command: BulkRetry; readonly result: BulkRun };
  readonly "stream.read": { readonly command: StreamRead; readonly result: StreamPage };
  readonly "thread.open": { readonly command: ThreadOpen; readonly result: ThreadOpened };
  readonly "clock.set": { readonly command: ClockSet; readonly result: Done };
}
export type CommandName = keyof Commands;
export type CommandOf<N extends CommandName> = Commands[N]["command"];
export type ResultOf<N extends CommandName> = Commands[N]["result"];
/** A command's fields without its tag. */
export type ArgumentsOf<N extends CommandName> = Omit<CommandOf<N>, "type">;
/** One event by its tag. */
export type EventOf<T extends Event["type"]> = Extract<Event, { readonly type: T }>;
/** One frame from the server by its tag. */
export type FrameOf<T extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: T }>;

export type ErrorCode = "invalid" | "unknown_command" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "rate_limited" | "unavailable" | "internal";
/** The HTTP status that goes with each code. */
export const ERROR_STATUS = {
  invalid: 422,
  unknown_command: 404,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

// Why the server closes. Below 4400: connect again, with back-off; above: change something first.
export const CLOSE_ILL_FORMED = 1007;
export const CLOSE_TOO_LONG = 1009;
export const CLOSE_DRAINING = 1012;
export const CLOSE_TRY_AGAIN = 4000;
export const CLOSE_HELLO_TIMEOUT = 4003;
export const CLOSE_BAD_FRAMES = 4400;
export const CLOSE_UNAUTHENTICATED = 4401;
export const CLOSE_BAD_HELLO = 4402;
export const CLOSE_REVOKED = 4403;
export const CLOSE_UNSUPPORTED = 4406;
export const CLOSE_OTHER_PERSON = 4409;

/** Characters in all of a body's text. */
export const BODY_CHARACTERS_MAX = 20000;
/** Characters in all of a body's links. */
export const BODY_LINK_CHARACTERS_MAX = 20000;
/** Blocks and inline nodes; a list item that holds none counts as one. */
export const BODY_NODES_MAX = 2000;
/** Levels: a paragraph at the top is at 1, one in a list at 2. */
export const BODY_DEPTH_MAX = 6;
/** Different people mentioned. */
export const BODY_MENTIONS_MAX = 50;
/** Rows of one table. */
export const TABLE_ROWS_MAX = 500;
/** Cells in a row of a table. */
export const TABLE_CELLS_MAX = 50;
/** Documents that one message carries, and that are asked for at once. */
export const DOCUMENTS_ASKED_MAX = 100;
/** Folders inside each other. */
export const FOLDERS_DEEP_MAX = 25;
/** Files of a folder that a page brings as a whole: as many as may come out of a zip. */
export const FOLDER_FILES_MAX = 2000;
/** Parts of a way that are read at all: FOLDERS_DEEP_MAX says how many may be kept. */
export const WAY_MAX = 200;
export const JSON_SUBPROTOCOL = "chattar.v1.json";
export const MSGPACK_SUBPROTOCOL = "chattar.v1.msgpack";
/** A longer frame from a client is refused, with an error to its call. Whatever is within the limits of characters and nodes fits, even with every character escaped (12 bytes for an emoji). */
export const INBOUND_FRAME_BYTES_MAX = 1572864;
/** A frame longer than this isn't even read: it closes the connection (1009). */
export const READ_FRAME_BYTES_MAX = 2097152;
/** The same before `live`, for `hello` and what is sent with it. */
export const EARLY_FRAME_BYTES_MAX = 65536;
/** A connection that hasn't said `hello` by then is closed (4003). */
export const HELLO_DEADLINE_S = 5.0;
/** Streams in one `hello`. */
export const POSITIONS_MAX = 500;
/** Events that are sent again after a `hello`, for each stream; a position further back gets `reset`. */
export const RESUME_EVENTS_MAX = 300;
/** The same in bytes. */
export const RESUME_BYTES_MAX = 262144;
/** A `pulse` comes so often; a client that has heard nothing at all for 60 seconds connects anew. */
export const PULSE_INTERVAL_S = 25.0;
/** A connection that sent so many frames nobody could understand is closed (4400). */
export const INVALID_FRAMES_MAX = 20;

/** The limits of the named types: lengths in characters, `ge` and `le` inclusive. */
export const LIMITS = {
  LinkAddress: { max_length: 2048, pattern: "^(https?://|mailto:)[^<>\"\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+$" },
  Ms: { ge: 0, le: 9007199254740991 },
  Id: { pattern: "^[0-9a-f]{32}$" },
  ClientKey: { pattern: "^[A-Za-z0-9_-]{8,64}$" },
  StreamName: { pattern: "^[tnu]:[0-9a-f]{32}$" },
  Seq: { ge: 0, le: 9007199254740991 },
  CallId: { ge: -9007199254740991, le: 9007199254740991 },
  Name: { min_length: 1, max_length: 200, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  Subject: { min_length: 1, max_length: 200, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  TaskText: { min_length: 1, max_length: 500, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  Email: { min_length: 3, max_length: 254, pattern: "^[^\"@,;:<>()\\[\\]\\\\\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+@[^\"@,;:<>()\\[\\]\\\\\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+$" },
  Mailbox: { min_length: 3, max_length: 254, pattern: "^[A-Za-z0-9#\\x24&'*+=?^_\\x60{}~-]+(?:\\.[A-Za-z0-9#\\x24&'*+=?^_\\x60{}~-]+)*@[^!-,./:-@\\[-\\x60{-~\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+(?:\\.[^!-,./:-@\\[-\\x60{-~\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+)*$" },
  Password: { min_length: 10, max_length: 200 },
  Secret: { min_length: 16, max_length: 4096 },
  Days: { ge: 1, le: 365 },
  Count: { ge: 1, le: 30 },
  Hours: { ge: 0, le: 72 },
  Search: { max_length: 100, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  PageSize: { ge: 1, le: 200 },
  LegalName: { max_length: 120, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  PostalAddress: { max_length: 200, pattern: "^[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  Phone: { max_length: 40, pattern: "^[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$" },
  Website: { max_length: 120, pattern: "^(?:https?://[^\"<>\\x60\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+)?$" },
  Colour: { max_length: 7, pattern: "^(?:#[0-9A-Fa-f]{6})?$" },
  LogoText: { max_length: 200000 },
  EmailOrNone: { max_length: 254 },
  TimeZone: { min_length: 1, max_length: 64 },
} as const;

/** What pages keep, by kind: see keeping.ts. */
export interface Kinds {
  readonly firm: Firm;
  readonly saved_reply: SavedReply;
  readonly template: Template;
  readonly custom_field: CustomField;
  readonly bulk: BulkRun;
}
export type KeptLists = SavedReplyList | TemplateList | CustomFieldList | BulkList;

/** What an event does to what is shown, as data for folds.ts: how, on what, with which values, and of what. */
export const FOLDS: { readonly [tag: string]: readonly Fold[] } = {
  "firm.changed": [["put", "kept", ".event.firm", "firm"]],
  "task.added": [["put", "tasks", ".event.task"], ["add", "row", {"tasks_total": 1}]],
  "task.edited": [["set", "tasks", {"text": ".event.text"}, ".event.task_id"]],
  "task.completed": [["set", "tasks", {"done": true, "done_by": ".actor", "done_at": ".at"}, ".event.task_id"], ["add", "row", {"tasks_done": 1}]],
  "task.reopened": [["set", "tasks", {"done": false, "done_by": null, "done_at": null}, ".event.task_id"], ["add", "row", {"tasks_done": -1}]],
  "tasks.reordered": [["reorder", "tasks", ".event.task_ids"]],
  "task.deleted": [["drop", "tasks", ".event.task_id"]],
  "reminder.changed": [["set", "staff", {"reminder": ".event.reminder"}]],
  "thread.renamed": [["set", "row", {"subject": ".event.subject"}]],
  "thread.archived": [["set", "row", {"state": "archived"}]],
  "thread.reopened": [["set", "row", {"state": "active"}]],
  "thread.raised": [["set", "row", {"raised_at": ".at"}, "contact"]],
  "thread.assigned": [["set", "staff", {"assignee_id": ".event.assignee.id"}]],
  "thread.snoozed": [["set", "staff", {"snooze": ".event.snooze", "back": null}]],
  "thread.woken": [["set", "staff", {"snooze": null, "back": ".event.back"}]],
  "saved_reply.updated": [["put", "kept", ".event.saved_reply", "saved_reply"]],
  "saved_reply.deleted": [["drop", "kept", ".event.saved_reply_id", "saved_reply"]],
  "template.updated": [["put", "kept", ".event.template", "template"]],
  "template.deleted": [["drop", "kept", ".event.template_id", "template"]],
  "custom_field.updated": [["put", "kept", ".event.custom_field", "custom_field"]],
  "custom_field.deleted": [["drop", "kept", ".event.custom_field_id", "custom_field"]],
  "bulk.updated": [["put", "kept", ".event.bulk", "bulk"]],
  "bulk.deleted": [["drop", "kept", ".event.bulk_id", "bulk"]],
};
export type Fold = readonly [how: "set" | "add" | "put" | "drop" | "reorder", on: "row" | "staff" | "tasks" | "kept", what: string | { readonly [field: string]: string | number | boolean | null }, of?: string];
