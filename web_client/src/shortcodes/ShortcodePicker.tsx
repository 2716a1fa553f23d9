// Choosing a shortcode: a search field over the groups, in every language that there is.

import "./shortcodes.css";
import type { JSX } from "preact";
import { codeOf, fields } from "../custom_fields/kept.ts";
import { t } from "../i18n/index.ts";
import { Picker } from "../kit/Picker.tsx";
import { PickerOption } from "../kit/PickerOption.tsx";
import { search } from "../kit/people_search.ts";
import { CODES, type Code, type Group } from "./codes.ts";
import { labelOf, wordsOf } from "./labels.ts";

export interface ShortcodePickerProps {
  readonly anchor: HTMLElement;
  /** What is to be written, brackets and all. */
  readonly onPick: (token: string) => void;
  readonly onClose: () => void;
}

interface Offer {
  readonly code: string;
  readonly group: Group;
  readonly label: string;
  readonly words: string;
}

const GROUPS: readonly Group[] = ["account", "contact", "today", "previous", "next"];

/** All that there are, group by group. */
function offers(): readonly Offer[] {
  const fixed = (Object.keys(CODES) as Code[]).map(
    (code): Offer => ({ code, group: CODES[code], label: labelOf(code), words: wordsOf(code) }),
  );
  const custom = fields.value.map((field): Offer => {
    const code = codeOf(field);
    return { code, group: field.of, label: field.name, words: `${field.name} ${code}` };
  });
  return GROUPS.flatMap((group) => [...fixed, ...custom].filter((offer) => offer.group === group));
}

/** By group, whatever suits best within one: headings stand once. */
function find(query: string): readonly Offer[] {
  const all = offers();
  const hits = new Set(search(all, query, ({ words }) => words));
  return all.filter((offer) => hits.has(offer));
}

export function ShortcodePicker({ anchor, onPick, onClose }: ShortcodePickerProps): JSX.Element {
  return (
    <Picker
      anchor={anchor}
      align="end"
      search={t("codes.search")}
      title={t("codes.title")}
      listClass="codes"
      find={find}
      onChoose={({ code }) => onPick(`[${code}]`)}
      onClose={onClose}
      nothing={({ options }) => (options.length > 0 ? undefined : t("picker.nothing"))}
    >
      {({ options, option }) => (
        <>
          {GROUPS.filter((group) => options.some((offer) => offer.group === group)).map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a listbox
            <div key={group} role="group" aria-label={t(`codes.${group}`)}>
              <p class="picker__heading" aria-hidden="true">
                {t(`codes.${group}`)}
              </p>
              {options.map((offer, index) =>
                offer.group === group ? (
                  <PickerOption
                    key={offer.code}
                    {...option(index)}
                    name={offer.label}
                    note={<span class="picker__note">{offer.code}</span>}
                  />
                ) : null,
              )}
            </div>
          ))}
        </>
      )}
    </Picker>
  );
}
