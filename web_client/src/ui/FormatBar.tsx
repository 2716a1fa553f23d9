// The formatting bar over a text: toggles that say whether they are on, link, mention, emoji. One tab stop.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import type { EditorHandle, ListName, MarkName, ToolbarState } from "./EditorField.tsx";
import { EmojiButton, keepSelection } from "./EmojiButton.tsx";
import { moveFocus } from "./focus.ts";
import { IconButton } from "./IconButton.tsx";
import {
  AtIcon,
  BoldIcon,
  BulletListIcon,
  type Icon,
  ItalicIcon,
  LinkIcon,
  NumberListIcon,
  UnderlineIcon,
} from "./icons.tsx";
import { useOnDemand } from "./on_demand.ts";

export interface FormatBarProps {
  /** The field it acts on: a ref, because the handle comes when the editor has loaded. */
  readonly editor: { readonly current: EditorHandle | null };
  readonly state: ToolbarState | undefined;
  readonly mentions?: boolean;
  /** Stands at the right: "never sent to the client". */
  readonly note?: ComponentChildren;
}

/** ⌘ on Apple's keyboards, Ctrl elsewhere. */
export function modifier(): string {
  return /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘" : "Ctrl";
}

export function FormatBar({ editor, state, mentions = false, note }: FormatBarProps): JSX.Element {
  const [LinkPopover, linkAt, toggleLink, closeLink] = useOnDemand(
    async () => (await import("./LinkPopover.tsx")).LinkPopover,
  );
  const marks: readonly [MarkName, Icon, string, string][] = [
    ["strong", BoldIcon, t("format.bold"), "B"],
    ["em", ItalicIcon, t("format.italic"), "I"],
    ["underline", UnderlineIcon, t("format.underline"), "U"],
  ];
  const lists: readonly [ListName, Icon, string][] = [
    ["bullet_list", BulletListIcon, t("format.bullets")],
    ["ordered_list", NumberListIcon, t("format.numbers")],
  ];
  return (
    <div
      class="format-bar"
      role="toolbar"
      aria-label={t("format")}
      onKeyDown={(event) => {
        if ((event.target as Element).closest("[role=toolbar] > button"))
          moveFocus(event, "[role=toolbar] > button", "horizontal");
      }}
    >
      {marks.map(([name, icon, label, key], index) => (
        <IconButton
          key={name}
          icon={icon}
          label={label}
          hint={`${modifier()} ${key}`}
          tabIndex={index === 0 ? 0 : -1}
          aria-pressed={state?.[name] ?? false}
          onPointerDown={keepSelection}
          onClick={() => editor.current?.toggleMark(name)}
        />
      ))}
      <span class="format-bar__rule" />
      {lists.map(([name, icon, label]) => (
        <IconButton
          key={name}
          icon={icon}
          label={label}
          tabIndex={-1}
          aria-pressed={state?.[name] ?? false}
          onPointerDown={keepSelection}
          onClick={() => editor.current?.toggleList(name)}
        />
      ))}
      <IconButton
        icon={LinkIcon}
        label={t("format.link")}
        tabIndex={-1}
        aria-pressed={state?.link !== undefined}
        aria-haspopup="dialog"
        onPointerDown={keepSelection}
        onClick={toggleLink}
      />
      <span class="format-bar__rule" />
      {mentions && (
        <IconButton
          icon={AtIcon}
          label={t("format.mention")}
          tabIndex={-1}
          onPointerDown={keepSelection}
          onClick={() => editor.current?.insertText("@")}
        />
      )}
      <EmojiButton tabIndex={-1} onPick={(char) => editor.current?.insertText(char)} />
      {note !== undefined && <span class="format-bar__note">{note}</span>}
      {linkAt && LinkPopover && (
        <LinkPopover
          anchor={linkAt}
          href={state?.link ?? ""}
          onSave={(href) => {
            closeLink();
            editor.current?.setLink(href);
          }}
          onClose={closeLink}
        />
      )}
    </div>
  );
}
