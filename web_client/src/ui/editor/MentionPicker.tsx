// The people who can be called on, beside the caret. The editor keeps focus and says which one is current.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../Avatar.tsx";
import { LockIcon } from "../icons.tsx";
import type { StaffChoice } from "../models.ts";
import { search } from "../people_search.ts";
import { Popover } from "../Popover.tsx";

const SHOWN_MAX = 8;

/** Who is offered for a query: those with access first; the others are shown, but can't be chosen (MN-4). */
export function mentionChoices(people: readonly StaffChoice[], query: string): { able: StaffChoice[]; unable: StaffChoice[] } {
  const found = search(
    people.filter((choice) => !choice.me),
    query,
    (choice) => choice.person.name,
  );
  const able = found.filter((choice) => choice.hasAccess).slice(0, SHOWN_MAX);
  return { able, unable: found.filter((choice) => !choice.hasAccess).slice(0, Math.max(0, SHOWN_MAX - able.length)) };
}

export interface MentionPickerProps {
  readonly id: string;
  readonly anchor: DOMRect;
  readonly able: readonly StaffChoice[];
  readonly unable: readonly StaffChoice[];
  readonly current: number;
  readonly onChoose: (choice: StaffChoice) => void;
  readonly onPoint: (index: number) => void;
  readonly onClose: () => void;
}

export function MentionPicker({ id, anchor, able, unable, current, onChoose, onPoint, onClose }: MentionPickerProps): JSX.Element {
  return (
    <Popover anchor={anchor} prefer="above" onClose={onClose} class="popover--picker">
      {/* A press must not take focus from the text. */}
      <div id={id} class="picker__list" role="listbox" aria-label={t("picker.colleagues")} onPointerDown={(event) => event.preventDefault()}>
        {able.map((choice, index) => (
          <div
            key={choice.person.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            class={index === current ? "picker__option picker__option--current" : "picker__option"}
            onClick={() => onChoose(choice)}
            onPointerMove={() => onPoint(index)}
          >
            <Avatar person={choice.person} size={24} />
            <span class="picker__name">{choice.person.name}</span>
          </div>
        ))}
        {unable.length > 0 && <p class={able.length > 0 ? "picker__heading picker__heading--ruled" : "picker__heading"}>{t("picker.noAccess")}</p>}
        {unable.map((choice) => (
          <div key={choice.person.id} role="option" aria-selected={false} aria-disabled="true" class="picker__option picker__option--unable">
            <Avatar person={choice.person} size={24} />
            <span class="picker__name">{choice.person.name}</span>
            <LockIcon size={14} />
          </div>
        ))}
      </div>
    </Popover>
  );
}
