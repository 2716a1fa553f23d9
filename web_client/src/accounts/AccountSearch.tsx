// Choosing the account that a new chat goes to: a field with a list below it, then a chip that can be taken away.

import "../kit/picker.css";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { format, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { ChosenChip } from "../kit/Chip.tsx";
import { nextIndex } from "../kit/focus.ts";
import { LockIcon } from "../kit/icons.tsx";
import type { PersonView } from "../kit/models.ts";
import { PickerOption } from "../kit/PickerOption.tsx";
import { Popover } from "../kit/Popover.tsx";
import { search } from "../kit/people_search.ts";
import type { AccountChoice } from "./models.ts";

const SHOWN_MAX = 8;

export interface AccountSearchProps {
  /** Those that the server found for what was typed, or all. */
  readonly choices: readonly AccountChoice[] | undefined;
  readonly chosen: AccountChoice | undefined;
  readonly onQuery: (query: string) => void;
  readonly onChoose: (choice: AccountChoice | undefined) => void;
}

export function AccountSearch({ choices, chosen, onQuery, onChoose }: AccountSearchProps): JSX.Element {
  const id = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const chip = useRef<HTMLDivElement>(null);
  const found = useMemo(
    () =>
      search(
        choices ?? [],
        query,
        (choice) => `${choice.account.name} ${choice.account.shortId ?? ""}`,
      ).slice(0, SHOWN_MAX),
    [choices, query],
  );
  // The field has become a chip, or the chip a field, and what had focus is gone.
  useLayoutEffect(() => {
    if (document.activeElement === document.body)
      (field.current ?? chip.current?.querySelector("button"))?.focus();
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
  const current = Math.min(at, found.length - 1);
  const choose = (choice: AccountChoice | undefined): void => {
    if (!choice) return;
    setOpen(false);
    setQuery("");
    onChoose(choice);
  };
  return (
    <>
      <input
        ref={field}
        class="sheet__input"
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && found.length > 0 ? `${id}-${current}` : undefined}
        aria-label={t("newChat.to")}
        placeholder={t("newChat.toPlaceholder")}
        autocomplete="off"
        data-autofocus=""
        value={query}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
          setOpen(true);
          onQuery(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          const next =
            event.key === "Home" || event.key === "End"
              ? undefined
              : nextIndex(event.key, current, found.length, "vertical");
          if (next !== undefined) {
            event.preventDefault();
            setOpen(true);
            setAt(next);
          } else if (event.key === "Enter") {
            event.preventDefault();
            choose(found[current]);
          } else if (event.key === "Tab") setOpen(false);
        }}
      />
      {open && field.current && (
        <Popover
          anchor={field.current}
          onClose={() => setOpen(false)}
          class="popover--picker popover--over-dialog"
        >
          <div
            id={`${id}-list`}
            class="picker__list"
            role="listbox"
            aria-label={t("newChat.to")}
            onPointerDown={(event) => event.preventDefault()}
          >
            {found.map((choice, index) => (
              <PickerOption
                key={choice.account.id}
                id={`${id}-${index}`}
                current={index === current}
                avatar={<Avatar person={asPerson(choice)} size={24} />}
                name={choice.account.name}
                note={
                  choice.noReader ? (
                    <LockIcon size={14} />
                  ) : (
                    <span class="picker__note">{choice.account.shortId}</span>
                  )
                }
                onChoose={() => choose(choice)}
                onPoint={() => setAt(index)}
              />
            ))}
            {choices === undefined && <p class="picker__heading">{t("loading")}</p>}
            {choices !== undefined && found.length === 0 && (
              <p class="picker__heading">{t("newChat.noAccount")}</p>
            )}
          </div>
        </Popover>
      )}
    </>
  );
}

/** An account is drawn round, as its people are. */
function asPerson({ account }: AccountChoice): PersonView {
  return { id: account.id, side: "contact", name: account.name };
}
