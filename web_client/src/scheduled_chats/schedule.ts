// Having a new chat be created at a later time (SS-1).

import { insist } from "../core/api.ts";
import type { BegunChat } from "../core/begun_chats.ts";
import type { Client } from "../core/client.ts";
import { problemOf } from "../core/problems.ts";
import type { Id } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { go } from "../shell/router.ts";
import { attempt, say } from "../shell/toasts.ts";
import type { NewChatDraft } from "../threads/models.ts";
import { SCHEDULED } from "./place.ts";

/** Whether the server has it; else it has been said why not. `id`: of one that is changed. */
export async function scheduleChat(
  { api }: Client,
  begun: BegunChat,
  { accountId, subject, body, tasks, reminder, attachments, templateId }: NewChatDraft,
  at: number,
  id: Id | undefined,
): Promise<boolean> {
  const said = {
    account_id: accountId,
    due_at: at,
    subject,
    body,
    tasks,
    reminder,
    attachments,
    ...(templateId ? { template_id: templateId } : {}),
  };
  const taken = await attempt(async () => {
    try {
      if (id !== undefined)
        await insist(() => api.call("scheduled_chat.update", { ...said, scheduled_chat_id: id }));
      else await insist(() => api.call("thread.schedule", { ...said, client_message_id: begun.key }));
    } catch (error) {
      if (problemOf(error).reason === "key_reused") begun.renew();
      throw error;
    }
  });
  if (!taken) return false;
  begun.end();
  say(t("laterChat.scheduled", { when: format.value.full(at, now.value) }), {
    icon: "check",
    action: { label: t("laterChat.show"), run: () => go(SCHEDULED) },
  });
  return true;
}
