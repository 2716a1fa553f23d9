// The people who can be called on, beside the caret. The editor keeps focus and says which one is current.

import "../../../kit/picker.css";
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import { Avatar } from "../../../kit/Avatar.tsx";
import { Choices } from "../../../kit/Choices.tsx";
import { PickerOption } from "../../../kit/PickerOption.tsx";
import { Popover } from "../../../kit/Popover.tsx";
import { search } from "../../../kit/people_search.ts";
import type { StaffChoice } from "../../../staff/models.ts";

const SHOWN_MAX = 8;

/** Who is offered for a query: those with access first; the others are shown, but can't be chosen (MN-4). */
export function mentionChoices(
  people: readonly StaffChoice[],
  query: string,
): { able: StaffChoice[]; unable: StaffChoice[] } {
  const found = search(
    people.filter((choice) => !choice.me),
    query,
    (choice) => choice.person.name,
  );
  const able = found.filter((choice) => choice.hasAccess).slice(0, SHOWN_MAX);
  return {
    able,
    unable: found.filter((choice) => !choice.hasAccess).slice(0, Math.max(0, SHOWN_MAX - able.length)),
  };
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

export function MentionPicker({
  id,
  anchor,
  able,
  unable,
  current,
  onChoose,
  onPoint,
  onClose,
}: MentionPickerProps): JSX.Element {
  return (
    <Popover anchor={anchor} prefer="above" onClose={onClose} class="popover--picker">
      {/* A press must not take focus from the text. */}
      <Choices listbox={{ id }} title={t("picker.colleagues")} nothing={undefined} keepFocus>
        {able.map((choice, index) => (
          <PickerOption
            key={choice.person.id}
            id={`${id}-${index}`}
            current={index === current}
            avatar={<Avatar person={choice.person} size={24} />}
            name={choice.person.name}
            onChoose={() => onChoose(choice)}
            onPoint={() => onPoint(index)}
          />
        ))}
        {unable.length > 0 && (
          <p class={able.length > 0 ? "picker__heading picker__heading--ruled" : "picker__heading"}>
            {t("picker.noAccess")}
          </p>
        )}
        {unable.map(({ person }) => (
          <PickerOption
            key={person.id}
            able={false}
            locked={t("picker.noAccess")}
            avatar={<Avatar person={person} size={24} />}
            name={person.name}
          />
        ))}
      </Choices>
    </Popover>
  );
}
