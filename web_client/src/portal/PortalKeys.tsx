// The portal's single keys, a row each, and the list of them.

import type { JSX } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import { write } from "../messages/writing/place.ts";
import { KeysDialog } from "../shell/KeysDialog.tsx";
import { go } from "../shell/router.ts";
import { IN_LISTS, listen, rowInFocus, type SingleKey } from "../shell/single_keys.ts";
import { hrefOf, type Visit } from "./visit.ts";

export function PortalKeys({ visit }: { readonly visit: Visit }): JSX.Element | null {
  const mayBegin = visit.me.value.firm.clients_may_create_threads ?? true;
  const table = useMemo(() => keysOf(visit, mayBegin), [visit, mayBegin]);
  useLayoutEffect(() => listen(table), [table]);
  if (!visit.keys.value) return null;
  return (
    <KeysDialog
      table={table}
      onClose={() => {
        visit.keys.value = false;
      }}
    />
  );
}

function keysOf(visit: Visit, mayBegin: boolean): readonly SingleKey[] {
  const begin: SingleKey = {
    key: "n",
    label: "list.new",
    run: () => {
      visit.newChat.value = true;
      return true;
    },
  };
  return [
    ...IN_LISTS,
    { key: "r", label: "keys.write", run: () => reply(visit) },
    ...(mayBegin ? [begin] : []),
    {
      key: "?",
      label: "keys.help",
      run: () => {
        visit.keys.value = true;
        return true;
      },
    },
  ];
}

/** In the chat whose row has focus, else in the one that is open. */
function reply(visit: Visit): boolean {
  const row = rowInFocus()?.dataset.row;
  const open = visit.threadId.value;
  if (row !== undefined && row !== open) {
    visit.toWrite = row;
    go(hrefOf(row));
  } else if (open === null) return false;
  else write();
  return true;
}
