// Trying letters again that failed, from wherever they are seen, and saying what came of it.

import type { Api } from "../core/api.ts";
import type { Delivery, Id } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { attempt, say } from "../shell/toasts.ts";
import { standTexts } from "./fates.ts";

/** Try them again; what was answered is said, which may be that there was nothing to do any more. Whether all were tried. */
export function tryAgain(api: Api, account_id: Id, letterIds: readonly Id[]): Promise<boolean> {
  return attempt(async () => {
    const found: Delivery[] = [];
    try {
      for (const letter_id of letterIds)
        found.push((await api.call("letter.retry", { account_id, letter_id })).delivery);
    } finally {
      // Of those that were, also where one was refused.
      const stand = found.map(({ state, name, said = "" }) => ({ state, name, said, count: 1, more: false }));
      if (stand.length > 0) say(standTexts(stand).join(". "));
    }
  });
}

/** Send the firm's blind copies again that failed, and say how many those are. */
export function copiesAgain(api: Api): Promise<boolean> {
  return attempt(async () => {
    const { count, email } = await api.call("letter.retry_copies", {});
    const [words = ""] = standTexts([{ state: "waiting", name: email, said: "", count, more: false }]);
    say(count > 0 ? words : t("mail.noCopies"));
  });
}
