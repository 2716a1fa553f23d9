// Opens the emoji grid, which is fetched at the first press.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { SmileIcon } from "../../kit/icons.tsx";
import { part, useOnDemand } from "../../kit/on_demand.ts";

const emojiPicker = part(async () => (await import("./emoji/EmojiPicker.tsx")).default);

/** A press on a formatting button leaves caret and selection where they are. */
export function keepSelection(event: PointerEvent): void {
  event.preventDefault();
}

export interface EmojiButtonProps {
  readonly onPick: (char: string) => void;
  readonly tabIndex?: number;
}

export function EmojiButton({ onPick, tabIndex = 0 }: EmojiButtonProps): JSX.Element {
  const [Picker, anchor, toggle, close] = useOnDemand(emojiPicker);
  return (
    <>
      <IconButton
        icon={SmileIcon}
        label={t("emoji")}
        tabIndex={tabIndex}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onPointerDown={keepSelection}
        onClick={toggle}
      />
      {anchor && Picker && <Picker anchor={anchor} onPick={onPick} onClose={close} />}
    </>
  );
}
