// Sending later from a thread (SS-1): the button beside Send, and above the composer what waits to go, or could not. What waits
// is asked for when the thread is opened, and again whenever its notes tell of a change.

import "./later.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import { newKey } from "../core/keys.ts";
import type { Body, Id, ScheduledSend } from "../core/protocol.gen.ts";
import { plainText } from "../core/threads.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ClockIcon, PencilIcon, ProblemIcon } from "../kit/icons.tsx";
import { TrashIcon } from "../kit/more_icons.tsx";
import { messageIdOf } from "../messages/stream.ts";
import type { Hand, Outgoing } from "../messages/writing/Composer.tsx";
import { lazy } from "../shell/lazy.tsx";
import { attempt, say } from "../shell/toasts.ts";
import type { EditDialogProps } from "./EditDialog.tsx";
import type { LaterDialogProps } from "./LaterDialog.tsx";
import { stoppedText } from "./words.ts";

const LaterDialog = lazy<LaterDialogProps>(async () => (await import("./LaterDialog.tsx")).LaterDialog);
const EditDialog = lazy<EditDialogProps>(async () => (await import("./EditDialog.tsx")).EditDialog);

/** So many are shown before somebody asks for the rest. */
const SHOWN_MAX = 2;

export interface LaterProps {
  readonly desk: Desk;
  /** Hands over what is written, if it can be sent; it is gone from the composer once the promise says so. For the button:
   *  without it, it is what waits. */
  readonly send?: (hand: Hand) => void;
}

/** Both, so that the page, which has little room for what is fetched later, knows one part. */
export function Later({ desk, send }: LaterProps): JSX.Element | null {
  const id = desk.threadId.value;
  if (send) return <LaterButton desk={desk} send={send} />;
  return id === null ? null : <Waiting desk={desk} threadId={id} />;
}

function LaterButton({ desk, send }: Required<LaterProps>): JSX.Element {
  const { view, files } = desk.thread;
  // What is still on its way is saved first: a message at a later time carries documents that there are.
  const disabled = view.value?.cannotSend !== undefined || files.value?.hidden || files.value?.unsaved;
  const [asked, setAsked] = useState<Asked>();
  const close = (taken: boolean): void => {
    asked?.answer(taken);
    setAsked(undefined);
  };
  return (
    <>
      <IconButton
        icon={ClockIcon}
        label={t("later.title")}
        outlined
        disabled={disabled}
        aria-haspopup="dialog"
        onClick={() =>
          send((message) => new Promise((answer) => setAsked({ message, answer, key: newKey() })))
        }
      />
      {asked && (
        <LaterDialog
          zone={desk.me.value.firm.time_zone ?? ""}
          onClose={() => close(false)}
          onChoose={async (at, unless) => {
            const taken = await schedule(desk, asked, at, unless);
            if (taken) close(true);
            return taken;
          }}
        />
      )}
    </>
  );
}

interface Asked {
  readonly message: Outgoing;
  readonly answer: (taken: boolean) => void;
  readonly key: string;
}

/** Whether the server has it; else it has been said why not. */
async function schedule(desk: Desk, { message, key }: Asked, at: number, unless: boolean): Promise<boolean> {
  const { client, thread } = desk;
  const id = thread.id.value;
  if (id === null) return false;
  const state = client.state.value;
  const files = thread.files.value;
  const quoted = message.quoteKey === undefined ? undefined : messageIdOf(message.quoteKey, state, id);
  const args = {
    thread_id: id,
    // Chosen again, it is something else.
    client_message_id: `${key}${at}${unless}`.slice(0, 64),
    due_at: at,
    body: message.body as Body,
    seq: state.rows.get(id)?.head ?? 0,
    unless_answered: unless,
    attachments: files?.documentIds ?? [],
    ...(quoted === undefined ? {} : { quoted_message_id: quoted }),
  };
  const taken = await attempt(() => insist(() => client.api.call("message.schedule", args)));
  if (!taken) return false;
  files?.sent();
  thread.onQuoteRemove();
  say(t("later.scheduled", { when: format.value.full(at, now.value) }), { icon: "check" });
  return true;
}

function Waiting({ desk, threadId }: { readonly desk: Desk; readonly threadId: Id }): JSX.Element | null {
  const { client } = desk;
  const [sends, setSends] = useState<readonly ScheduledSend[]>([]);
  const [all, setAll] = useState(false);
  const [edited, setEdited] = useState<ScheduledSend>();
  const [doomed, setDoomed] = useState<ScheduledSend>();
  const state = client.state.value;
  const opened = state.opened[threadId];
  const told = opened?.notes.findLast(({ event }) => event.type === "scheduled_send.changed")?.seq;
  const live = client.link.value.kind === "live";
  const round = useRef(0);
  useEffect(() => {
    if (opened === undefined || !live) return;
    round.current += 1;
    const mine = round.current;
    insist(() => client.api.call("scheduled_send.list", { thread_id: threadId })).then(
      (found) => mine === round.current && setSends(found.scheduled_sends),
      () => undefined, // shown as it was; the next change, or connection, asks again
    );
  }, [threadId, told, opened === undefined, live]);
  if (sends.length === 0) return null;
  const me = desk.me.value;
  const { time_zone: zone = "" } = me.firm;
  const leads = me.role === "owner" || me.role === "admin";
  const stopped = sends.filter((send) => send.stopped !== undefined);
  const ordered = [...stopped, ...sends.filter((send) => send.stopped === undefined)];
  const act = (name: "scheduled_send.send" | "scheduled_send.cancel", { id }: ScheduledSend): void =>
    void attempt(() => insist(() => client.api.call(name, { scheduled_send_id: id })));
  return (
    <section class="later" aria-label={t("later.waiting")}>
      <ul class="later__list">
        {(all ? ordered : ordered.slice(0, SHOWN_MAX)).map((send) => {
          const mine = send.by.id === me.person.id;
          const Glyph = send.stopped ? ProblemIcon : ClockIcon;
          return (
            <li key={send.id} class={send.stopped ? "later__one later__one--stopped" : "later__one"}>
              <Glyph size={16} />
              <div class="later__words">
                <p class="later__when">{whenText(send, mine)}</p>
                <p class="later__text">{wordsOf(send)}</p>
              </div>
              <span class="later__acts">
                {mine && (
                  <>
                    <Button small onClick={() => act("scheduled_send.send", send)}>
                      {t("later.sendNow")}
                    </Button>
                    <IconButton icon={PencilIcon} label={t("later.edit")} onClick={() => setEdited(send)} />
                  </>
                )}
                {(mine || leads) && (
                  <IconButton icon={TrashIcon} label={t("later.cancel")} onClick={() => setDoomed(send)} />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {!all && ordered.length > SHOWN_MAX && (
        <Button kind="link" onClick={() => setAll(true)}>
          {t("later.all", { n: ordered.length })}
        </Button>
      )}
      {edited && (
        <EditDialog
          api={client.api}
          send={edited}
          zone={zone}
          seq={state.rows.get(threadId)?.head ?? edited.seq}
          onClose={() => setEdited(undefined)}
        />
      )}
      {doomed && (
        <ConfirmDialog
          title={t("later.cancelTitle")}
          verb={t("later.cancel")}
          danger
          onConfirm={() => {
            act("scheduled_send.cancel", doomed);
            setDoomed(undefined);
          }}
          onCancel={() => setDoomed(undefined)}
        >
          {t("later.cancelWhy", { text: wordsOf(doomed) })}
        </ConfirmDialog>
      )}
    </section>
  );
}

function whenText(send: ScheduledSend, mine: boolean): string {
  const when = format.value.full(send.due_at, now.value);
  const by = mine ? [] : [isolated(send.by.name)];
  if (send.stopped) return [t("later.notSent", { when, why: stoppedText(send.stopped) }), ...by].join(" · ");
  const unless = send.unless_answered ? [t("later.unlessShort")] : [];
  return [t("later.waits", { when }), ...unless, ...by].join(" · ");
}

function wordsOf({ body, attachments = [] }: ScheduledSend): string {
  const files = attachments.length > 0 ? t("later.files", { n: attachments.length }) : "";
  return [isolated(plainText(body)), files].filter(Boolean).join(" · ");
}
