// Opens the emoji grid, which is fetched at the first press.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./IconButton.tsx";
import { SmileIcon } from "./icons.tsx";
import { useOnDemand } from "./on_demand.ts";

/** A press on a formatting button leaves caret and selection where they are. */
export function keepSelection(event: PointerEvent): void {
  event.preventDefault();
}

export interface EmojiButtonProps {
  readonly onPick: (char: string) => void;
  readonly tabIndex?: number;
}

export function EmojiButton({ onPick, tabIndex = 0 }: EmojiButtonProps): JSX.Element {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [Picker, fetchPicker] = useOnDemand(async () => (await import("./emoji/EmojiPicker.tsx")).default);
  const open = async (button: HTMLElement): Promise<void> => {
    await fetchPicker();
    setAnchor(button);
  };
  return (
    <>
      <IconButton
        icon={SmileIcon}
        label={t("emoji")}
        tabIndex={tabIndex}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onPointerDown={keepSelection}
        onClick={(event) => (anchor ? setAnchor(null) : void open(event.currentTarget))}
      />
      {anchor && Picker && <Picker anchor={anchor} onPick={onPick} onClose={() => setAnchor(null)} />}
    </>
  );
}
