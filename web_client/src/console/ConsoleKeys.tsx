// The console's single keys, a row each, and the list of them. What stands for a button is done as the button does it.

import type { JSX } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { Thread } from "../core/protocol.gen.ts";
import { write } from "../messages/writing/place.ts";
import { KeysDialog } from "../shell/KeysDialog.tsx";
import { go } from "../shell/router.ts";
import { IN_LISTS, listen, rowInFocus, type SingleKey } from "../shell/single_keys.ts";
import { useStaffChoices } from "../staff/choices.ts";
import { StaffPicker } from "../staff/StaffPicker.tsx";
import type { Desk } from "./desk.ts";

export function ConsoleKeys({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const table = useMemo(() => keysOf(desk), [desk]);
  useLayoutEffect(() => listen(table), [table]);
  if (!desk.keys.value) return null;
  return (
    <KeysDialog
      table={table}
      always={[{ keys: ["F6"], label: "keys.columns" }]}
      onClose={() => {
        desk.keys.value = false;
      }}
    />
  );
}

function keysOf(desk: Desk): readonly SingleKey[] {
  return [
    ...IN_LISTS,
    { key: "r", label: "keys.reply", run: () => reply(desk) },
    { key: "e", label: "thread.archive", run: () => pressInRow("e") || archive(desk) },
    { key: "a", label: "assign", run: () => pressInRow("a") || assign(desk) },
    { key: "u", label: "thread.unread", run: () => markUnread(desk) },
    {
      key: "n",
      label: "list.new",
      run: () => {
        desk.newChat.value = {};
        return true;
      },
    },
    { key: "/", label: "list.search", run: () => focus(".thread-list__search input") },
    {
      key: "?",
      label: "keys.help",
      run: () => {
        desk.keys.value = true;
        return true;
      },
    },
  ];
}

/** What a key is about: the row that has focus, else the chat that is open. */
function meant(desk: Desk): Thread | undefined {
  const id = rowInFocus()?.dataset.row ?? desk.threadId.value;
  return id ? desk.client.state.value.rows.get(id) : undefined;
}

/** A button that a row has itself, as entries of the inbox do. */
function pressInRow(key: string): boolean {
  return press(rowInFocus()?.closest("li")?.querySelector(`[data-key=${key}]`));
}

function press(button: Element | null | undefined): boolean {
  if (!(button instanceof HTMLElement) || button.getClientRects().length === 0) return false;
  button.click();
  return true;
}

function focus(selector: string): boolean {
  const field = document.querySelector<HTMLElement>(selector);
  if (!field || field.getClientRects().length === 0) return false;
  field.focus();
  return true;
}

/** To the message that has focus, or in the chat. */
function reply(desk: Desk): boolean {
  const row = meant(desk);
  if (row === undefined || row.state === "archived") return false;
  if (press(document.activeElement?.closest("[data-entry]")?.querySelector("[data-key=r]"))) return true;
  if (row.id === desk.threadId.value) write();
  else {
    desk.toWrite = row.id;
    go(desk.hrefOf(row.id));
  }
  return true;
}

function archive(desk: Desk): boolean {
  const row = meant(desk);
  if (row?.state !== "active") return false;
  void desk.archive(row.id, true);
  return true;
}

function assign(desk: Desk): boolean {
  const row = meant(desk);
  if (row === undefined) return false;
  const at = rowInFocus();
  if (!at || row.id === desk.threadId.value)
    return press(document.querySelector(".thread-header [data-key=a]"));
  desk.over.value = <AssignRow desk={desk} row={row} at={at} />;
  return true;
}

function markUnread(desk: Desk): boolean {
  const row = meant(desk);
  const seq = row && desk.lastWord(row.id);
  if (row === undefined || seq === undefined) return false;
  void desk.markUnread(row.id, seq);
  return true;
}

interface AssignRowProps {
  readonly desk: Desk;
  readonly row: Thread;
  readonly at: HTMLElement;
}

/** Whose it is to be, asked beside its row. */
function AssignRow({ desk, row, at }: AssignRowProps): JSX.Element {
  const [choices, onNeeded] = useStaffChoices(desk, row.account.id);
  useLayoutEffect(onNeeded, []);
  return (
    <StaffPicker
      anchor={at}
      align="start"
      accountName={row.account.name}
      choices={choices}
      clearable={row.staff?.assignee_id !== undefined}
      onChoose={(staffId) => void desk.assign(row.id, staffId)}
      onClose={() => {
        desk.over.value = null;
      }}
    />
  );
}
