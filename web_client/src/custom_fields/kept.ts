// The firm's custom fields as a page keeps them, in their order; and handed to whoever reads shortcodes, which name them.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Client } from "../core/client.ts";
import { keptOf } from "../core/keeping.ts";
import type { CustomField, FieldOf } from "../core/protocol.gen.ts";
import { isField } from "../shortcodes/codes.ts";

/** Those that were kept last, for the menu of shortcodes. */
export const fields = signal<readonly CustomField[]>([]);

/** By which a shortcode finds a field: `account_custom_field:org. nr`. */
const key = (code: string): string => {
  const [, before = "", name = ""] = /^(.*?):(.*)$/.exec(code) ?? [];
  return `${before}:${name.trim().replace(/\s+/g, " ")}`.toLowerCase();
};

/** What stands between the brackets of a field's shortcode. */
export const codeOf = ({ of, name }: CustomField): string => `${of.toUpperCase()}_CUSTOM_FIELD:${name}`;

/** From now on these are the fields that the firm has. */
export function know(all: readonly CustomField[]): void {
  const known = new Set(all.map((field) => key(codeOf(field))));
  fields.value = all;
  isField.value = (inner) => known.has(key(inner));
}

/** Undefined until they are here. Whoever asks has them from now on, as they change. */
export function useCustomFields(client: Client): readonly CustomField[] | undefined {
  const { kept } = client.state.value;
  const all = kept.custom_field?.loaded
    ? keptOf(kept, "custom_field").sort((a, b) => a.place - b.place)
    : undefined;
  useEffect(() => client.keep("custom_field"), []);
  useEffect(() => {
    if (all) know(all);
  }, [kept.custom_field]);
  return all;
}

/** Those of accounts, or of contacts. */
export function fieldsOf(all: readonly CustomField[] | undefined, of: FieldOf): readonly CustomField[] {
  return (all ?? []).filter((field) => field.of === of);
}
