// The new chats that are to be created later, and those that were not (SS-1): of all accounts that the reader may see. Asked for
// anew whenever the firm's own stream moves, which tells that one has changed and nothing of what it says.

import "../kit/page.css";
import "../scheduled_sends/later.css";
import "../sessions/settings.css";
import "./scheduled.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import type { ScheduledChat } from "../core/protocol.gen.ts";
import { plainText } from "../core/threads.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ClockIcon, PencilIcon, ProblemIcon } from "../kit/icons.tsx";
import { TrashIcon } from "../kit/more_icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { stoppedText } from "../scheduled_sends/words.ts";
import { go } from "../shell/router.ts";
import { attempt } from "../shell/toasts.ts";

export function Scheduled({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client } = desk;
  const me = desk.me.value;
  const leads = me.role === "owner" || me.role === "admin";
  const [chats, setChats] = useState<readonly ScheduledChat[]>();
  const [doomed, setDoomed] = useState<ScheduledChat>();
  const told = client.state.value.streams.get(`u:${me.firm.id}`)?.position;
  const live = client.link.value.kind === "live";
  const round = useRef(0);
  useEffect(() => {
    round.current += 1;
    const mine = round.current;
    insist(() => client.api.call("scheduled_chat.list", {})).then(
      (found) => mine === round.current && setChats(found.scheduled_chats),
      () => undefined, // shown as it was; the next change, or connection, asks again
    );
  }, [told, live]);
  const create = async ({ id }: ScheduledChat): Promise<void> => {
    await attempt(async () => {
      const { thread } = await insist(() =>
        client.api.call("scheduled_chat.create", { scheduled_chat_id: id }),
      );
      client.dispatch({ type: "rows", threads: [thread] });
      go(desk.hrefOf(thread.id));
    });
  };
  const cancel = async ({ id }: ScheduledChat): Promise<void> => {
    setDoomed(undefined);
    await attempt(() => insist(() => client.api.call("scheduled_chat.cancel", { scheduled_chat_id: id })));
  };
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t("laterChat.page")}</h1>
      </header>
      <p class="settings__text">{t(chats?.length === 0 ? "laterChat.none" : "laterChat.hint")}</p>
      {chats === undefined && <Skeleton kind="entries" />}
      <ul class="scheduled">
        {chats?.map((chat) => {
          const mine = chat.by.id === me.person.id;
          const Glyph = chat.stopped ? ProblemIcon : ClockIcon;
          return (
            <li
              key={chat.id}
              class={
                chat.stopped ? "later__one later__one--stopped scheduled__row" : "later__one scheduled__row"
              }
            >
              <Glyph size={16} />
              <div class="later__words">
                <h2 class="settings__name">
                  <bdi>{chat.account.name}</bdi> · <bdi>{chat.subject}</bdi>
                </h2>
                <p class="later__when">{whenText(chat, mine)}</p>
                <p class="later__text">{wordsOf(chat)}</p>
              </div>
              <span class="later__acts">
                {mine && (
                  <>
                    <Button small onClick={() => void create(chat)}>
                      {t("laterChat.now")}
                    </Button>
                    <IconButton
                      icon={PencilIcon}
                      label={t("laterChat.editOne", { subject: chat.subject })}
                      onClick={() => {
                        desk.newChat.value = { scheduled: chat };
                      }}
                    />
                  </>
                )}
                {(mine || leads) && (
                  <IconButton
                    icon={TrashIcon}
                    label={t("laterChat.cancelOne", { subject: chat.subject })}
                    onClick={() => setDoomed(chat)}
                  />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {doomed && (
        <ConfirmDialog
          title={t("laterChat.cancelTitle")}
          verb={t("laterChat.cancel")}
          danger
          onConfirm={() => void cancel(doomed)}
          onCancel={() => setDoomed(undefined)}
        >
          {t("later.cancelWhy", { text: doomed.subject })}
        </ConfirmDialog>
      )}
    </div>
  );
}

function whenText({ due_at, by, stopped }: ScheduledChat, mine: boolean): string {
  const when = format.value.full(due_at, now.value);
  const who = mine ? [] : [isolated(by.name)];
  const said = stopped
    ? t("laterChat.notCreated", { when, why: stoppedText(stopped) })
    : t("laterChat.waits", { when });
  return [said, ...who].join(" · ");
}

function wordsOf({ body, tasks = [], attachments = [] }: ScheduledChat): string {
  const files = attachments.length > 0 ? t("later.files", { n: attachments.length }) : "";
  return [...[plainText(body), ...tasks].map(isolated), files].filter(Boolean).join(" · ");
}
