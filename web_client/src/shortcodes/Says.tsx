// Under a text with shortcodes: what nothing stands for, in a sentence, and what the client will see.

import "./shortcodes.css";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { ShortcodesResolved } from "../core/protocol.gen.ts";
import { format, parts, t } from "../i18n/index.ts";
import { Rich } from "../i18n/Rich.tsx";
import { FieldNote } from "../kit/Field.tsx";
import { ChevronDownIcon } from "../kit/icons.tsx";
import { ChevronRightIcon } from "../kit/more_icons.tsx";
import { Body } from "../messages/Body.tsx";
import { type Coded, codesOf } from "./resolving.ts";

export interface SaysProps {
  readonly text: Coded;
  /** With its values, where it is known to whom it goes. */
  readonly resolved: ShortcodesResolved | undefined;
  /** Who reads it, where no shortcode says of whom it speaks. */
  readonly reader?: string | undefined;
}

export function Says({ text, resolved, reader }: SaysProps): JSX.Element | null {
  const id = useId();
  const [open, setOpen] = useState(false);
  const codes = codesOf(text);
  if (codes.size === 0) return null;
  const { unknown, empty } = gapsOf(codes, resolved);
  const { contact = "", others = 0 } = resolved ?? {};
  const name = (contact || reader || "").split(" ")[0] ?? "";
  return (
    <div class="coded__says">
      <div class="coded__notes" role="status">
        {unknown.length > 0 && (
          <FieldNote
            id={`${id}-unknown`}
            error
            text={t("codes.unknown", { n: unknown.length, ...listed(unknown) })}
          />
        )}
        {empty.length > 0 && (
          <FieldNote
            id={`${id}-empty`}
            error
            text={t("codes.empty", { n: empty.length, ...listed(empty) })}
          />
        )}
        {others > 0 && (
          <FieldNote
            id={`${id}-others`}
            error={false}
            text={t("codes.others", { n: others, name: contact })}
          />
        )}
      </div>
      {resolved && (
        <button
          type="button"
          class="coded__toggle"
          aria-expanded={open}
          aria-controls={`${id}-whole`}
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDownIcon size={14} /> : <ChevronRightIcon size={14} />}
          <span>
            <Rich of={sees(name, resolved.subject ?? "")} />
          </span>
        </button>
      )}
      {resolved && open && (
        <section id={`${id}-whole`} class="coded__whole" aria-label={wholeOf(name)}>
          {resolved.subject && <h4>{resolved.subject}</h4>}
          {resolved.body && <Body body={resolved.body} mentions="plain" />}
          {resolved.tasks && resolved.tasks.length > 0 && (
            <ul>
              {resolved.tasks.map((task, index) => (
                <li key={index}>{task}</li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}

/** Shortcodes that nothing stands for: as the server says, or what can be told from how they are written. */
function gapsOf(
  codes: ReadonlyMap<string, boolean>,
  resolved: ShortcodesResolved | undefined,
): { readonly unknown: readonly string[]; readonly empty: readonly string[] } {
  if (resolved === undefined) {
    return { unknown: [...codes].flatMap(([token, known]) => (known ? [] : [token])), empty: [] };
  }
  const gaps = (resolved.gaps ?? []).filter(({ token }) => codes.has(token));
  const of = (why: "unknown" | "empty"): string[] =>
    gaps.flatMap((gap) => (gap.why === why ? [gap.token] : []));
  return { unknown: of("unknown"), empty: of("empty") };
}

function listed(tokens: readonly string[]): { readonly names: string } {
  return { names: format.value.list(tokens) };
}

function wholeOf(name: string): string {
  return name ? t("codes.whole", { name }) : t("codes.wholeReader");
}

/** The subject as it will stand there, or else a way to see the whole. */
function sees(name: string, subject: string): { text: string; strong: boolean }[] {
  if (!subject) return [{ text: wholeOf(name), strong: false }];
  return name ? parts("codes.sees", { name, subject }) : parts("codes.readerSees", { subject });
}
