// Choosing a colleague: a search field over a list; those without access are shown but can't be chosen (AS-2, MN-4).
// Focus stays in the field, the list follows the arrow keys.

import "../kit/field.css";
import "../kit/picker.css";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { nextIndex } from "../kit/focus.ts";
import { EnterIcon, SearchIcon } from "../kit/icons.tsx";
import { PickerOption } from "../kit/PickerOption.tsx";
import { Popover } from "../kit/Popover.tsx";
import { search } from "../kit/people_search.ts";
import type { StaffChoice } from "./models.ts";

export interface StaffPickerProps {
  readonly anchor: HTMLElement;
  readonly accountName: string;
  readonly choices: readonly StaffChoice[] | undefined;
  /** Somebody is assigned now: offers to clear it. */
  readonly clearable?: boolean;
  readonly align?: "start" | "end";
  readonly onChoose: (id: string | null) => void;
  readonly onClose: () => void;
}

export function StaffPicker(props: StaffPickerProps): JSX.Element {
  const { anchor, accountName, choices, clearable = false, align = "end", onChoose, onClose } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => search(choices ?? [], query, (choice) => choice.person.name), [choices, query]);
  const able = found.filter((choice) => choice.hasAccess);
  const unable = found.filter((choice) => !choice.hasAccess);
  const options: (StaffChoice | null)[] = clearable && query === "" ? [...able, null] : able;
  const current = Math.min(at, options.length - 1);

  useLayoutEffect(() => field.current?.focus(), []);
  const close = (restore: boolean): void => {
    onClose();
    if (restore) anchor.focus();
  };
  const choose = (choice: StaffChoice | null | undefined): void => {
    if (choice === undefined) return;
    close(true);
    onChoose(choice?.person.id ?? null);
  };
  return (
    <Popover anchor={anchor} align={align} onClose={close} class="popover--picker">
      <div class="picker__search field__box">
        <SearchIcon size={16} />
        <input
          ref={field}
          class="field__input"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={options.length > 0 ? `${id}-${current}` : undefined}
          aria-label={t("picker.search")}
          placeholder={t("picker.search")}
          autocomplete="off"
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const next =
              event.key === "Home" || event.key === "End"
                ? undefined
                : nextIndex(event.key, current, options.length, "vertical");
            if (next !== undefined) {
              event.preventDefault();
              setAt(next);
            } else if (event.key === "Enter") {
              event.preventDefault();
              choose(options[current]);
            } else if (event.key === "Tab") close(false);
          }}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={t("picker.colleagues")} class="picker__list">
        {able.length > 0 && <p class="picker__heading">{t("picker.hasAccess", { account: accountName })}</p>}
        {options.map((choice, index) => (
          <Option
            key={choice?.person.id ?? "nobody"}
            id={`${id}-${index}`}
            choice={choice}
            current={index === current}
            onChoose={() => choose(choice)}
            onPoint={() => setAt(index)}
          />
        ))}
        {unable.length > 0 && <p class="picker__heading picker__heading--ruled">{t("picker.noAccess")}</p>}
        {unable.map(({ person }) => (
          <PickerOption
            key={person.id}
            able={false}
            avatar={<Avatar person={person} size={24} />}
            name={person.name}
          />
        ))}
        {choices !== undefined && found.length === 0 && <p class="picker__heading">{t("picker.none")}</p>}
        {choices === undefined && <p class="picker__heading">{t("loading")}</p>}
      </div>
    </Popover>
  );
}

interface OptionProps {
  readonly id: string;
  /** Null: nobody. */
  readonly choice: StaffChoice | null;
  readonly current: boolean;
  readonly onChoose: () => void;
  readonly onPoint: () => void;
}

function Option({ choice, ...rest }: OptionProps): JSX.Element {
  if (!choice) return <PickerOption {...rest} avatar={<NobodyAvatar size={24} />} name={t("assign.clear")} />;
  const { person, me, openCount } = choice;
  const name = (
    <>
      {person.name}
      {me && <span class="picker__me"> {t("you").toLowerCase()}</span>}
    </>
  );
  const count = openCount !== undefined && (
    <span class="picker__note">{t("picker.open", { n: openCount })}</span>
  );
  const note = rest.current ? <EnterIcon size={14} /> : count;
  return <PickerOption {...rest} avatar={<Avatar person={person} size={24} />} name={name} note={note} />;
}
