// A grid of emoji with a search field: loaded when it is first opened. One tab stop, arrow keys move in two directions.

import "./emoji.css";
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { language, type PlainKey, t } from "../../../i18n/index.ts";
import { Popover } from "../../../kit/Popover.tsx";
import { SearchBox } from "../../../kit/SearchBox.tsx";
import { type EmojiGroup, emojiGroups } from "./data.ts";
import { type Emoji, emojiOf, findEmoji } from "./find.ts";

export interface EmojiPickerProps {
  readonly anchor: HTMLElement;
  readonly onPick: (char: string) => void;
  readonly onClose: () => void;
}

const COLUMNS = 8;
const names: Record<EmojiGroup["key"], PlainKey> = {
  faces: "emoji.faces",
  hands: "emoji.hands",
  nature: "emoji.nature",
  food: "emoji.food",
  things: "emoji.things",
  signs: "emoji.signs",
};

export default function EmojiPicker({ anchor, onPick, onClose }: EmojiPickerProps): JSX.Element {
  const [query, setQuery] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const found = useMemo(() => findEmoji(query), [query]);
  const groups =
    query.trim() === ""
      ? emojiGroups.map((group) => ({ title: t(names[group.key]), emoji: emojiOf(group) }))
      : [{ title: "", emoji: found }];
  const close = (restore: boolean): void => {
    onClose();
    if (restore) anchor.focus();
  };
  const pick = (char: string): void => {
    onClose();
    onPick(char);
  };
  return (
    <Popover anchor={anchor} align="start" prefer="above" onClose={close} class="popover--emoji">
      <SearchBox
        label={t("emoji.search")}
        field={field}
        value={query}
        onInput={setQuery}
        onKeyDown={(event) => {
          if (event.key === "Enter" && found[0]) {
            event.preventDefault();
            pick(found[0].char);
          } else if (event.key === "ArrowDown") {
            event.preventDefault();
            grid.current?.querySelector<HTMLElement>("button")?.focus();
          }
        }}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: no form, so no fieldset */}
      <div
        ref={grid}
        class="emoji"
        role="group"
        aria-label={t("emoji")}
        onKeyDown={(event) => move(event, field.current)}
      >
        {groups.map((group, index) => (
          <Group
            key={group.title}
            title={group.title}
            emoji={group.emoji}
            first={index === 0}
            onPick={pick}
          />
        ))}
        {query !== "" && found.length === 0 && <p class="picker__heading">{t("emoji.none")}</p>}
      </div>
    </Popover>
  );
}

interface GroupProps {
  readonly title: string;
  readonly emoji: readonly Emoji[];
  readonly first: boolean;
  readonly onPick: (char: string) => void;
}

function Group({ title, emoji, first, onPick }: GroupProps): JSX.Element {
  const nameOf = (one: Emoji): string => (language.value === "sv" ? one.sv : one.en);
  return (
    <>
      {title && <p class="picker__heading">{title}</p>}
      <div class="emoji__grid">
        {emoji.map((one, index) => (
          <button
            key={one.char}
            type="button"
            class="emoji__one"
            tabIndex={first && index === 0 ? 0 : -1}
            aria-label={nameOf(one)}
            title={nameOf(one)}
            onClick={() => onPick(one.char)}
          >
            {one.char}
          </button>
        ))}
      </div>
    </>
  );
}

function move(event: KeyboardEvent & { currentTarget: HTMLElement }, field: HTMLElement | null): void {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const next = all.indexOf(event.target as HTMLElement) + step;
  if (next < 0) field?.focus();
  else all[Math.min(next, all.length - 1)]?.focus();
}
