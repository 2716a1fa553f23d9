// What is drawn of tasks. See kit/models.ts.

import type { AccountView, PersonView } from "../kit/models.ts";

export interface TaskView {
  readonly id: string;
  readonly text: string;
  readonly done: boolean;
  /** Start of the due day. */
  readonly dueAt?: number;
  readonly doneBy?: string;
  readonly doneAt?: number;
  readonly pending?: boolean;
}

/** One line of the log below the tasks: who did what. */
export interface ChangeView {
  readonly key: string;
  readonly at: number;
  readonly what: string;
  /** To the tasks; else to the chat around them. */
  readonly ofTasks: boolean;
  /** By which address, and from where. */
  readonly from: string;
}

export interface TasksPanelView {
  /** In the order the staff chose; the component lets done ones sink. */
  readonly tasks: readonly TaskView[];
  /** The newest first. */
  readonly changes: readonly ChangeView[];
}

export interface TaskRowView {
  readonly threadId: string;
  readonly account: AccountView;
  readonly subject: string;
  readonly task: TaskView;
  readonly createdAt: number;
  readonly assignee?: PersonView;
  readonly reminderNextAt?: number;
}
