// What is drawn of the portal's home page. See kit/models.ts.

import type { AccountView } from "../kit/models.ts";
import type { TaskView } from "../tasks/models.ts";
import type { ThreadRowView } from "../threads/models.ts";

/** A thread's open tasks on the portal's home page. */
export interface TodoGroupView {
  readonly threadId: string;
  readonly subject: string;
  readonly done: number;
  readonly total: number;
  readonly tasks: readonly TaskView[];
}

export interface PortalHomeView {
  readonly unread: readonly ThreadRowView[];
  /** Read, and asked about again: the firm waits for an answer. */
  readonly asked: readonly ThreadRowView[];
  readonly groups: readonly TodoGroupView[];
  /** The reader's other accounts in which something waits (spec 1.3). */
  readonly elsewhere: readonly { readonly account: AccountView; readonly waiting: number }[];
  readonly state: "loading" | "ready" | "failed";
}
