// Colleagues for a picker, kept asked for: a picker may open before it is known whose account it stands beside, or while the
// server is away, and then waits for them instead of for ever.

import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import type { Id } from "../core/protocol.gen.ts";
import type { StaffChoice } from "./models.ts";

/** The colleagues, those with access to the account first, and what a picker says when it opens. Each opening asks anew. */
export function useStaffChoices(
  desk: Desk,
  accountId: Id | undefined,
): readonly [choices: readonly StaffChoice[] | undefined, onNeeded: () => void] {
  const [opened, setOpened] = useState(0);
  const connection = desk.page.connection.value.state;
  useEffect(() => {
    if (opened > 0) desk.needStaff(accountId);
  }, [opened, accountId, connection]);
  return [desk.choices(accountId), () => setOpened((times) => times + 1)];
}
