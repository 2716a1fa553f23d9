// Which keys do what: those that act by themselves, which can be switched off, and those that always do.

import "./keys.css";
import type { JSX } from "preact";
import { type PlainKey, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Switch } from "../kit/Switch.tsx";
import { modifier } from "../messages/writing/FormatBar.tsx";
import { acting, type SingleKey, setActing } from "./single_keys.ts";

export interface KeysDialogProps {
  readonly table: readonly SingleKey[];
  /** Of this page, besides what is so on all. */
  readonly always?: readonly Always[];
  readonly onClose: () => void;
}

/** A key that acts whatever has focus, or in what it is said of. */
export interface Always {
  readonly keys: readonly string[];
  readonly label: PlainKey;
}

export function KeysDialog({ table, always = [], onClose }: KeysDialogProps): JSX.Element {
  const everywhere: readonly Always[] = [
    { keys: ["↑", "↓"], label: "keys.move" },
    { keys: ["←", "→"], label: "keys.into" },
    ...always,
    { keys: [modifier(), "↵"], label: "send" },
    { keys: [modifier(), "K"], label: "format.link" },
    { keys: ["Esc"], label: "keys.close" },
  ];
  return (
    <Dialog
      title={t("keys.title")}
      onClose={onClose}
      footer={
        <Button kind="primary" data-autofocus="" onClick={onClose}>
          {t("close")}
        </Button>
      }
    >
      <div class="keys__switch">
        <Switch labelFirst checked={acting.value} onChange={setActing} hint={t("keys.singleHint")}>
          {t("keys.single")}
        </Switch>
      </div>
      <dl class={acting.value ? "keys" : "keys keys--off"}>
        {table.map(({ key, label }) => (
          <Row key={key} keys={[key.toUpperCase()]} label={label} />
        ))}
      </dl>
      <h3 class="keys__title">{t("keys.always")}</h3>
      <dl class="keys">
        {everywhere.map((row) => (
          <Row key={row.label} {...row} />
        ))}
      </dl>
    </Dialog>
  );
}

function Row({ keys, label }: Always): JSX.Element {
  return (
    <div class="keys__row">
      <dt>{t(label)}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key} class="keys__key">
            {key}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
