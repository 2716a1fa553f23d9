// Opens the emoji grid, which is fetched at the first press.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { SmileIcon } from "../../kit/contact_icons.tsx";
import { part } from "../../kit/on_demand.ts";
import { PopupTool } from "./PopupTool.tsx";

const emojiPicker = part(async () => (await import("./emoji/EmojiPicker.tsx")).default);

export interface EmojiButtonProps {
  readonly onPick: (char: string) => void;
  readonly tabIndex?: number;
}

export function EmojiButton({ onPick, tabIndex = 0 }: EmojiButtonProps): JSX.Element {
  return (
    <PopupTool part={emojiPicker} icon={SmileIcon} label={t("emoji")} tabIndex={tabIndex} popup="dialog">
      {(EmojiPicker, open) => <EmojiPicker {...open} onPick={onPick} />}
    </PopupTool>
  );
}
