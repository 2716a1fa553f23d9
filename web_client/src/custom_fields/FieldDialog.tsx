// Defining a custom field: of whom, what it is called, its type, and what that asks for. Of one that is there only its name
// and its options can be others: what was said in it would mean something else.

import "../kit/choice.css";
import "../kit/field.css";
import "../sessions/settings.css";
import "./fields.css";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Api } from "../core/api.ts";
import { oneLine, saysNothing } from "../core/blank.ts";
import type { CustomField, FieldKind, FieldOf, Problem } from "../core/protocol.gen.ts";
import { language, t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { Field, FieldNote } from "../kit/Field.tsx";
import { FormDialog } from "../kit/FormDialog.tsx";
import { Select } from "../kit/Select.tsx";
import { useSaving } from "../shell/saving.ts";

export interface FieldDialogProps {
  readonly api: Api;
  /** Undefined: a new one. */
  readonly field: CustomField | undefined;
  readonly onClose: () => void;
}

const OF: readonly FieldOf[] = ["account", "contact"];
export const KINDS: readonly FieldKind[] = [
  "text",
  "number",
  "money",
  "date",
  "choice",
  "choices",
  "email",
  "phone",
  "url",
];
const NAME = { max: 80, bad: /[[\]]/ };
const chosen = (kind: FieldKind): boolean => kind === "choice" || kind === "choices";

export function FieldDialog({ api, field, onClose }: FieldDialogProps): JSX.Element {
  const id = useId();
  const [of, setOf] = useState<FieldOf>("account");
  const [name, setName] = useState(field?.name ?? "");
  const [kind, setKind] = useState<FieldKind>(field?.kind ?? "text");
  const [lines, setLines] = useState((field?.options ?? []).join("\n"));
  const [currency, setCurrency] = useState(language.value === "sv" ? "SEK" : "EUR");
  const saving = useSaving();
  const [dirty, setDirty] = useState(false);
  const [tried, setTried] = useState(false);
  const says =
    <T,>(set: (value: T) => void) =>
    (value: T): void => {
      set(value);
      setDirty(true);
      saving.forget();
    };
  const options = [
    ...new Set(
      lines
        .split("\n")
        .map(oneLine)
        .filter((line) => line !== ""),
    ),
  ];
  const lacks = {
    name: saysNothing(name)
      ? t("fields.nameMissing")
      : NAME.bad.test(name)
        ? t("fields.nameBrackets")
        : undefined,
    options: chosen(kind) && options.length === 0 ? t("fields.optionsMissing") : undefined,
    currency: kind === "money" && !/^[A-Z]{3}$/.test(currency) ? t("fields.currencyWrong") : undefined,
  };
  const save = async (): Promise<void> => {
    setTried(true);
    if (lacks.name || lacks.options || (!field && lacks.currency)) return;
    const said = { name: oneLine(name), ...(chosen(kind) ? { options } : {}) };
    const more = kind === "money" ? { currency } : {};
    const saved = await saving.save((key) =>
      field
        ? api.call("custom_field.update", { custom_field_id: field.id, ...said })
        : api.call("custom_field.create", { client_field_id: key, of, kind, ...said, ...more }),
    );
    if (saved) onClose();
  };
  const { busy, problem } = saving;
  const placed = refusals(problem);
  return (
    <FormDialog
      title={field ? t("fields.edit", { name: field.name }) : t("fields.new")}
      verb={t("fields.save")}
      dirty={dirty}
      leaveWhy={t("replies.leaveWhy")}
      busy={busy}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <div class="settings__form">
        {problem && !placed.any && <FieldNote id={`${id}-problem`} error text={problemText(problem)} />}
        {!field && (
          <fieldset class="fields__choices">
            <legend class="field__label">{t("fields.about")}</legend>
            <div class="choices">
              {OF.map((each) => (
                <label key={each} class="choice">
                  <input
                    type="radio"
                    name={`${id}-of`}
                    checked={of === each}
                    onChange={() => says(setOf)(each)}
                  />
                  <span class="choice__dot" aria-hidden="true" />
                  {t(`fieldOf.${each}`)}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <Field
          label={t("fields.name")}
          value={name}
          maxLength={NAME.max}
          autocomplete="off"
          hint={t(field ? "fields.renameHint" : "fields.nameHint")}
          error={(tried && lacks.name) || placed.name}
          onInput={says(setName)}
        />
        {!field && (
          <div class="field">
            <label class="field__label" for={`${id}-kind`}>
              {t("fields.kind")}
            </label>
            <Select
              id={`${id}-kind`}
              value={kind}
              options={KINDS.map((each) => [each, t(`fieldKind.${each}`)])}
              onChange={says(setKind)}
            />
            <FieldNote id={`${id}-kind-note`} error={false} text={t("fields.kindHint")} />
          </div>
        )}
        {kind === "money" && !field && (
          <Field
            label={t("fields.currency")}
            value={currency}
            maxLength={3}
            autocomplete="off"
            hint={t("fields.currencyHint")}
            error={(tried && lacks.currency) || placed.currency}
            onInput={(text) => says(setCurrency)(text.toUpperCase())}
          />
        )}
        {chosen(kind) && (
          <div class="field">
            <label class="field__label" for={`${id}-options`}>
              {t("fields.options")}
            </label>
            <textarea
              id={`${id}-options`}
              class="fields__lines"
              rows={5}
              aria-describedby={`${id}-options-note`}
              value={lines}
              onInput={(event) => says(setLines)(event.currentTarget.value)}
            />
            <FieldNote
              id={`${id}-options-note`}
              error={Boolean((tried && lacks.options) || placed.options)}
              text={(tried && lacks.options) || placed.options || t("fields.optionsHint")}
            />
          </div>
        )}
      </div>
    </FormDialog>
  );
}

/** What the server refused, by the input that it belongs to. */
function refusals(problem: Problem | undefined): {
  readonly any: boolean;
  readonly name?: string;
  readonly options?: string;
  readonly currency?: string;
} {
  const { path = "", reason } = problem ?? {};
  if (reason === "field_exists") return { any: true, name: t("problem.field_exists") };
  if (path.includes("currency")) return { any: true, currency: t("fields.currencyWrong") };
  if (path.includes("options")) return { any: true, options: t("fields.optionsWrong") };
  return { any: false };
}
