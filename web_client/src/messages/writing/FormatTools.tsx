// What a text is formatted with: toggles that say whether they are on, link, mention, emoji, video. One tab stop.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import type { Icon } from "../../kit/icons.tsx";
import {
  AtIcon,
  BoldIcon,
  BulletListIcon,
  ItalicIcon,
  LinkIcon,
  NumberListIcon,
  UnderlineIcon,
} from "../../kit/more_icons.tsx";
import { useOnDemand } from "../../kit/on_demand.ts";
import type { EditorHandle, ListName, MarkName, ToolbarState } from "./EditorField.tsx";
import { EmojiButton } from "./EmojiButton.tsx";
import { modifier } from "./FormatBar.tsx";
import { linkPopover } from "./link_popover.ts";
import { keepSelection } from "./PopupTool.tsx";
import { VideoButton } from "./VideoButton.tsx";

export interface FormatToolsProps {
  /** The field it acts on: a ref, because the handle comes when the editor has loaded. */
  readonly editor: { readonly current: EditorHandle | null };
  readonly state: ToolbarState | undefined;
  readonly mentions?: boolean;
  /** Further tools of who uses it. */
  readonly more?: ComponentChildren;
}

export function FormatTools({ editor, state, mentions = false, more }: FormatToolsProps): JSX.Element {
  const [LinkPopover, linkAt, toggleLink, closeLink] = useOnDemand(linkPopover);
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
    <>
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
        hint={`${modifier()} K`}
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
      <VideoButton editor={editor} />
      {more}
      {linkAt && LinkPopover && (
        <LinkPopover
          anchor={linkAt}
          href={state?.link ?? ""}
          onSave={(href) => {
            closeLink();
            editor.current?.setLink(href);
          }}
          onClose={(restore) => {
            closeLink();
            if (restore) linkAt.focus();
          }}
        />
      )}
    </>
  );
}
