// The Reminders tab: switch, how often and how many, when they go out, Remind now, the earlier round, who gets them.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AfterLast as Choice } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { BellIcon, ProblemIcon } from "../kit/icons.tsx";
import { Stepper } from "../kit/Stepper.tsx";
import { Switch } from "../kit/Switch.tsx";
import { AfterLast } from "./AfterLast.tsx";
import type { RecipientView, ReminderView } from "./models.ts";
import { countedOf, EarlierRound, nobodyText, ReminderTimeline, stopText } from "./ReminderTimeline.tsx";

export const DAYS_MAX = 365;
export const NUMBER_MAX = 30;
/** More than this get caught in spam filters (RM-21). */
export const NUMBER_WARN = 5;
/** Pressing a stepper several times saves once. */
const SAVE_MS = 600;

export interface ReminderSetting {
  readonly enabled: boolean;
  readonly days: number;
  readonly number: number;
  /** Absent in a chat that is to begin: what the firm has chosen by then. */
  readonly after_last?: Choice;
}

export interface RemindersPanelProps {
  readonly view: ReminderView;
  readonly archived: boolean;
  readonly onSave: (setting: ReminderSetting) => void;
  readonly onRemindNow: () => void;
  readonly onRetry: (letterIds: readonly string[]) => void;
}

export function RemindersPanel({
  view,
  archived,
  onSave,
  onRemindNow,
  onRetry,
}: RemindersPanelProps): JSX.Element {
  const [setting, change] = useSetting(view, onSave);
  const nobody = view.recipients.every((one) => !one.notify);
  const sent = countedOf(view.sent);
  return (
    <div class="reminders">
      <section class="reminders__part">
        <Switch
          labelFirst
          checked={setting.enabled}
          disabled={archived}
          hint={t("reminder.hint")}
          onChange={(enabled) => change({ ...setting, enabled }, true)}
        >
          {t("reminder.switch")}
        </Switch>
        {setting.enabled && (
          <>
            <Stepper
              label={t("reminder.days")}
              value={setting.days}
              min={1}
              max={DAYS_MAX}
              onChange={(days) => change({ ...setting, days })}
            />
            <Stepper
              label={t("reminder.number")}
              value={setting.number}
              min={1}
              max={NUMBER_MAX}
              hint={setting.number > NUMBER_WARN ? t("reminder.many") : undefined}
              onChange={(number) => change({ ...setting, number })}
            />
            <AfterLast
              value={setting.after_last ?? view.afterLast}
              onChange={(after_last) => change({ ...setting, after_last }, true)}
            />
          </>
        )}
      </section>
      <section class="reminders__part">
        <header class="reminders__head">
          <h3>{t("reminder.when")}</h3>
          {view.enabled && <span>{t("reminder.sentOf", { n: sent, of: view.number })}</span>}
        </header>
        {view.enabled && (nobody || view.verdict === "nobody_to_notify") && (
          <p class="reminders__problem" role="status">
            <ProblemIcon size={16} />
            {nobodyText(view)}
          </p>
        )}
        {view.enabled || view.sent.length > 0 ? (
          <ReminderTimeline reminder={view} onRetry={onRetry} />
        ) : (
          <p class="reminders__off">{stopText(view)}</p>
        )}
        <div class="reminders__now">
          <Button icon={BellIcon} disabled={nobody || archived || view.sending} onClick={onRemindNow}>
            {view.sending ? t("reminder.sending") : t("reminder.now")}
          </Button>
          <span class="reminders__note">{whyNot(nobody, archived, view)}</span>
        </div>
      </section>
      {view.rounds.length > 0 && (
        <section class="reminders__part">
          <h3>{t("reminder.earlier", { n: view.rounds.length })}</h3>
          {view.rounds.map((round) => (
            <EarlierRound key={round.key} round={round} />
          ))}
        </section>
      )}
      <section class="reminders__part">
        <h3>{t("reminder.recipients")}</h3>
        <ul class="recipients">
          {view.recipients.map((one) => (
            <Recipient key={one.person.id} recipient={one} />
          ))}
        </ul>
        {view.recipients.length === 0 && <p class="reminders__off">{nobodyText(view)}</p>}
      </section>
    </div>
  );
}

/** Beside a button that can't be pressed stands why; beside one that can, what it does not do. */
function whyNot(nobody: boolean, archived: boolean, view: ReminderView): string {
  if (archived) return t("reminder.stoppedArchived");
  if (nobody) return t("reminder.nobodyShort");
  return view.enabled ? t("reminder.notCounted", { n: view.number }) : t("reminder.justOne");
}

function Recipient({ recipient }: { readonly recipient: RecipientView }): JSX.Element {
  return (
    <li class={recipient.notify ? "recipients__row" : "recipients__row recipients__row--off"}>
      <Avatar person={recipient.person} size={24} />
      <span>
        <span class="recipients__name">{recipient.person.name}</span> ·{" "}
        {recipient.notify ? recipient.email : t("reminder.mailOff")}
      </span>
    </li>
  );
}

/** What is on the screen before it is saved: a switch saves at once, steppers a moment after the last press. */
function useSetting(
  view: ReminderView,
  onSave: (setting: ReminderSetting) => void,
): [ReminderSetting, (next: ReminderSetting, now?: boolean) => void] {
  const { enabled, days, number, afterLast: after_last } = view;
  const [setting, setSetting] = useState<ReminderSetting>({ enabled, days, number, after_last });
  const waiting = useRef<{ timer: number; next: ReminderSetting } | null>(null);
  const save = useRef(onSave);
  save.current = onSave;
  const flush = (): void => {
    const held = waiting.current;
    if (!held) return;
    clearTimeout(held.timer);
    waiting.current = null;
    save.current(held.next);
  };
  useEffect(() => {
    if (!waiting.current) setSetting({ enabled, days, number, after_last });
  }, [enabled, days, number, after_last]);
  useEffect(() => flush, []);
  const change = (next: ReminderSetting, now = false): void => {
    setSetting(next);
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = { timer: window.setTimeout(flush, SAVE_MS), next };
    if (now) flush();
  };
  return [setting, change];
}
