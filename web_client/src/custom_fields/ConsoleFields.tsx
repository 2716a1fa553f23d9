// Where who has the right to defines the firm's custom fields. What stands here is what the page keeps (core/keeping.ts), so it
// changes by itself when a colleague changes something.

import "../kit/listed.css";
import "../kit/page.css";
import "../sessions/settings.css";
import "./fields.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import type { CustomField, FieldOf } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ChevronDownIcon, PencilIcon } from "../kit/icons.tsx";
import { TrashIcon } from "../kit/more_icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { attempt } from "../shell/toasts.ts";
import { FieldDialog } from "./FieldDialog.tsx";
import { fieldsOf, useCustomFields } from "./kept.ts";

const OF: readonly FieldOf[] = ["account", "contact"];

export function Fields({ desk }: { readonly desk: Desk }): JSX.Element {
  const { api } = desk.client;
  const [edited, setEdited] = useState<CustomField | "new">();
  const [doomed, setDoomed] = useState<CustomField>();
  const all = useCustomFields(desk.client);
  /** The button that has moved with its row: a browser takes the focus off what is put elsewhere. */
  const pressed = useRef<string>(undefined);
  useLayoutEffect(() => {
    const button = pressed.current && document.getElementById(pressed.current);
    if (button && document.activeElement === document.body) button.focus();
    pressed.current = undefined;
  }, [all?.map(({ id }) => id).join()]);
  const remove = async ({ id }: CustomField): Promise<void> => {
    setDoomed(undefined);
    await attempt(() => api.call("custom_field.delete", { custom_field_id: id }));
  };
  /** Up is before the one above; down is before the one after the next, or last. */
  const move = (list: readonly CustomField[], at: number, by: -1 | 1): void => {
    const moved = list[at];
    if (moved === undefined || list[at + by] === undefined) return;
    pressed.current = `${moved.id}-${by < 0 ? "up" : "down"}`;
    const before = list[by < 0 ? at - 1 : at + 2];
    const place = before ? { before_id: before.id } : {};
    void attempt(() => api.call("custom_field.move", { custom_field_id: moved.id, ...place }));
  };
  const section = (of: FieldOf): JSX.Element => {
    const list = fieldsOf(all, of);
    return (
      <section key={of} class="settings">
        <h2 class="settings__title">{t(`fieldOf.${of}`)}</h2>
        {list.length === 0 && <p class="settings__text">{t(`fieldNone.${of}`)}</p>}
        <ul class="fields__list">
          {list.map((field, at) => (
            <li key={field.id} class="listed__row">
              <div class="listed__said">
                <h3 class="settings__name">{field.name}</h3>
                <p class="settings__text">{described(field)}</p>
              </div>
              <span class="listed__acts fields__acts">
                <IconButton
                  id={`${field.id}-up`}
                  class="fields__up"
                  icon={ChevronDownIcon}
                  label={t("fields.up", { name: field.name })}
                  aria-disabled={at === 0}
                  onClick={() => move(list, at, -1)}
                />
                <IconButton
                  id={`${field.id}-down`}
                  icon={ChevronDownIcon}
                  label={t("fields.down", { name: field.name })}
                  aria-disabled={at === list.length - 1}
                  onClick={() => move(list, at, 1)}
                />
                <IconButton
                  icon={PencilIcon}
                  label={t("fields.edit", { name: field.name })}
                  onClick={() => setEdited(field)}
                />
                <IconButton
                  icon={TrashIcon}
                  label={t("fields.delete", { name: field.name })}
                  onClick={() => setDoomed(field)}
                />
              </span>
            </li>
          ))}
        </ul>
      </section>
    );
  };
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t("fields.title")}</h1>
        <Button kind="primary" onClick={() => setEdited("new")}>
          {t("fields.new")}
        </Button>
      </header>
      <p class="settings__text">{t("fields.why")}</p>
      {all ? OF.map(section) : <Skeleton kind="entries" />}
      {edited && (
        <FieldDialog
          key={edited === "new" ? "new" : edited.id}
          api={api}
          field={edited === "new" ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
      {doomed && (
        <ConfirmDialog
          title={t("fields.delete", { name: doomed.name })}
          verb={t("fields.deleteVerb")}
          danger
          onConfirm={() => void remove(doomed)}
          onCancel={() => setDoomed(undefined)}
        >
          {t(`fieldGone.${doomed.of}`)}
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Its type, and what there is to choose from. */
function described({ kind, options = [], currency }: CustomField): string {
  const words = t(`fieldKind.${kind}`);
  if (options.length > 0) return `${words}: ${options.map(isolated).join(", ")}`;
  return currency ? `${words}, ${currency}` : words;
}
