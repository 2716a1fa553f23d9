// What is said in custom fields, to be changed: an input for each field, by its type.

import "../kit/field.css";
import "./fields.css";
import type { InputHTMLAttributes, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { CustomField, FieldKind, Id, Problem } from "../core/protocol.gen.ts";
import { isolated } from "../i18n/isolated.ts";
import { Checkbox } from "../kit/Checkbox.tsx";
import { Field, FieldNote } from "../kit/Field.tsx";
import { Select } from "../kit/Select.tsx";
import { kept, refused, type Said, typed, whyNot } from "./values.ts";

/** What somebody is saying in fields, over what was said before. */
export interface Saying {
  readonly said: Said;
  /** As it was typed, of those that were touched. */
  readonly changes: Said;
  readonly problems: Readonly<Record<Id, string>>;
  readonly change: (id: Id, texts: readonly string[]) => void;
  /** As it is to be kept; undefined where something doesn't fit, which is shown. */
  readonly checked: () => Said | undefined;
  /** The server refused what is said in one of these fields, and that is shown. */
  readonly refusedBy: (problem: Problem) => boolean;
}

export function useSaying(fields: readonly CustomField[], said: Said = {}): Saying {
  const [changes, setChanges] = useState<Said>({});
  const [problems, setProblems] = useState<Saying["problems"]>({});
  return {
    said,
    changes,
    problems,
    change: (id, texts) => {
      setChanges((now) => ({ ...now, [id]: texts }));
      setProblems(({ [id]: _, ...others }) => others);
    },
    checked: () => {
      // A field that has been deleted meanwhile has nothing to be said in.
      const touched = fields.filter(({ id }) => changes[id] !== undefined);
      const texts = Object.fromEntries(
        touched.map((field) => [field.id, (changes[field.id] ?? []).map((text) => kept(field, text))]),
      );
      const wrong = touched.flatMap((field) => {
        const why = whyNot(field, texts[field.id] ?? []);
        return why ? [[field.id, why]] : [];
      });
      setProblems(Object.fromEntries(wrong));
      return wrong.length > 0 ? undefined : texts;
    },
    refusedBy: (problem) => {
      const found = refused(fields, problem);
      if (found) setProblems({ [found[0]]: found[1] });
      return found !== undefined;
    },
  };
}

export interface FieldInputsProps {
  readonly fields: readonly CustomField[];
  readonly saying: Saying;
}

export function FieldInputs({ fields, saying }: FieldInputsProps): JSX.Element {
  return (
    <>
      {fields.map((field) => {
        const before = saying.said[field.id] ?? [];
        return (
          <Input
            key={field.id}
            field={field}
            // What was said once and is an option no more may stay.
            options={[...new Set([...(field.options ?? []), ...before])]}
            texts={saying.changes[field.id] ?? before}
            problem={saying.problems[field.id]}
            onChange={(texts) => saying.change(field.id, texts)}
          />
        );
      })}
    </>
  );
}

interface InputProps {
  readonly field: CustomField;
  readonly options: readonly string[];
  readonly texts: readonly string[];
  readonly problem: string | undefined;
  readonly onChange: (texts: readonly string[]) => void;
}

const MODES: Partial<Record<FieldKind, InputHTMLAttributes["inputMode"]>> = {
  number: "decimal",
  money: "decimal",
  email: "email",
  url: "url",
  phone: "tel",
};

const one = (text: string): readonly string[] => (text.trim() === "" ? [] : [text]);

function Input(props: InputProps): JSX.Element {
  const { field, texts, problem, onChange } = props;
  if (field.kind === "choice") return <Choice {...props} />;
  if (field.kind === "choices") return <Choices {...props} />;
  if (field.kind === "date") return <Day {...props} />;
  return (
    <Field
      label={field.currency ? `${isolated(field.name)} (${field.currency})` : field.name}
      inputMode={MODES[field.kind]}
      maxLength={500}
      autocomplete="off"
      value={typed(field, texts[0] ?? "")}
      error={problem}
      onInput={(text) => onChange(one(text))}
    />
  );
}

function Choice({ field, options, texts, onChange }: InputProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label class="field__label" for={id}>
        {field.name}
      </label>
      <Select
        id={id}
        value={texts[0] ?? ""}
        options={["", ...options].map((option) => [option, option])}
        onChange={(option) => onChange(one(option))}
      />
    </div>
  );
}

function Choices({ field, options, texts, onChange }: InputProps): JSX.Element {
  return (
    <fieldset class="fields__choices">
      <legend class="field__label">{field.name}</legend>
      {options.map((option) => (
        <Checkbox
          key={option}
          checked={texts.includes(option)}
          onChange={(on) => onChange(options.filter((each) => (each === option ? on : texts.includes(each))))}
        >
          {option}
        </Checkbox>
      ))}
    </fieldset>
  );
}

/** What the browser has of a date that isn't whole: nobody's day, and nothing that may be taken for none. */
const UNFINISHED = "?";

function Day({ field, texts, problem, onChange }: InputProps): JSX.Element {
  const id = useId();
  const read = (input: HTMLInputElement): void =>
    onChange(input.validity.badInput ? [UNFINISHED] : one(input.value));
  return (
    <div class="field">
      <label class="field__label" for={id}>
        {field.name}
      </label>
      <div class={problem ? "field__box field__box--error" : "field__box"}>
        <input
          id={id}
          class="field__input"
          type="date"
          max="9999-12-31"
          value={texts[0] === UNFINISHED ? undefined : (texts[0] ?? "")}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? `${id}-note` : undefined}
          onInput={(event) => read(event.currentTarget)}
          onBlur={(event) => event.currentTarget.validity.badInput && read(event.currentTarget)}
        />
      </div>
      {problem && <FieldNote id={`${id}-note`} error text={problem} />}
    </div>
  );
}
