// Choosing the account that a new chat goes to: a field with a list below it, then a chip that can be taken away.

import "../kit/picker.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { format, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Choices } from "../kit/Choices.tsx";
import { ChosenChip } from "../kit/ChosenChip.tsx";
import type { PersonView } from "../kit/models.ts";
import { PickerOption } from "../kit/PickerOption.tsx";
import { Popover } from "../kit/Popover.tsx";
import { search } from "../kit/people_search.ts";
import { usePicking } from "../kit/picking.ts";
import type { AccountChoice } from "./models.ts";

const SHOWN_MAX = 8;

export interface AccountSearchProps {
  /** Those that the server found for what was typed, or all. */
  readonly choices: readonly AccountChoice[] | undefined;
  readonly chosen: AccountChoice | undefined;
  readonly onQuery: (query: string) => void;
  readonly onChoose: (choice: AccountChoice | undefined) => void;
  /** It is chosen, and can be written to: focus goes on to what is asked next. */
  readonly onDone: () => void;
}

export function AccountSearch(props: AccountSearchProps): JSX.Element {
  const { choices, chosen, onQuery, onChoose, onDone } = props;
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const chip = useRef<HTMLDivElement>(null);
  const picking = usePicking(
    (query) => search(choices ?? [], query, nameOf).slice(0, SHOWN_MAX),
    (choice: AccountChoice) => {
      setOpen(false);
      onChoose(choice);
    },
  );
  // The field has become a chip, or the chip a field, and what had focus is gone.
  useLayoutEffect(() => {
    if (document.activeElement !== document.body) return;
    if (chosen && !chosen.noReader) onDone();
    else (field.current ?? chip.current?.querySelector("button"))?.focus();
  }, [chosen]);
  if (chosen) {
    return (
      <div class="to" ref={chip}>
        <ChosenChip removeLabel={t("newChat.otherAccount")} onRemove={() => onChoose(undefined)}>
          <Avatar person={asPerson(chosen)} size={24} />
          <strong>{chosen.account.name}</strong>
          {chosen.account.shortId && <span class="chip__note">{chosen.account.shortId}</span>}
        </ChosenChip>
        <span class="to__readers">{format.value.list(chosen.readers)}</span>
      </div>
    );
  }
  const { options, option } = picking;
  const nothing =
    choices === undefined ? t("loading") : options.length > 0 ? undefined : t("newChat.noAccount");
  return (
    <>
      <input
        ref={field}
        class="sheet__input"
        {...picking.combobox(open && nothing === undefined)}
        aria-label={t("newChat.to")}
        placeholder={t("newChat.toPlaceholder")}
        autocomplete="off"
        data-autofocus=""
        value={picking.query}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          picking.type(event.currentTarget.value);
          setOpen(true);
          onQuery(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          // Enter chooses, and the list is closed then.
          if (event.key === "Tab") setOpen(false);
          else if (picking.press(event) && event.key !== "Enter") setOpen(true);
        }}
      />
      {open && field.current && (
        <Popover
          anchor={field.current}
          onClose={() => setOpen(false)}
          class="popover--picker popover--over-dialog"
        >
          <Choices listbox={picking.listbox} title={t("newChat.to")} nothing={nothing} keepFocus>
            {options.map((choice, index) => (
              <PickerOption
                key={choice.account.id}
                {...option(index)}
                avatar={<Avatar person={asPerson(choice)} size={24} />}
                name={choice.account.name}
                locked={choice.noReader && t("newChat.locked")}
                note={<span class="picker__note">{choice.account.shortId}</span>}
              />
            ))}
          </Choices>
        </Popover>
      )}
    </>
  );
}

/** All that it is found by. */
function nameOf({ account, people }: AccountChoice): string {
  return [account.name, account.shortId, ...people].join(" ");
}

/** An account is drawn round, as its people are. */
function asPerson({ account }: AccountChoice): PersonView {
  return { id: account.id, side: "contact", name: account.name };
}
