// What is drawn of an account and its contacts. See kit/models.ts.

import type { AccountView, PersonView } from "../kit/models.ts";
import type { FateView } from "../letters/models.ts";

export interface ContactRowView {
  readonly person: PersonView;
  readonly email: string;
  readonly login: boolean;
  readonly notify: boolean;
  readonly state: "activated" | "invited" | "none";
  readonly lastLoginAt?: number;
  /** What became of the last letter to them. */
  readonly mail?: FateView;
}

export interface InfoPanelView {
  readonly account: AccountView;
  readonly contacts: readonly ContactRowView[];
  readonly staff: readonly PersonView[];
  readonly following: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly canManage: boolean;
  /** What the firm's custom fields say of the account. */
  readonly custom?: readonly { readonly name: string; readonly value: string }[];
  /** The firm has custom fields of accounts, and they may be filled in. */
  readonly canFill?: boolean;
  /** May say what is known of contacts. */
  readonly canDescribe?: boolean;
}

/** Why nobody at a client can read what is written to them: which words say so. */
export type NoReader = "thread.noLogin" | "thread.notAccepted" | "thread.loginOff";

/** A choice in the new-chat dialog's To field. */
export interface AccountChoice {
  readonly account: AccountView;
  /** Names of all its people: it is found by them, too. */
  readonly people: readonly string[];
  /** Names of those with Login on, for "Two people see the chat". */
  readonly readers: readonly string[];
  /** Of these, who gets e-mail. */
  readonly mailed: readonly string[];
  /** There when nobody can log in, and creation is refused (AC-8, TH-9). */
  readonly noReader?: NoReader;
}
