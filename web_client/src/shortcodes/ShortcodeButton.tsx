// "+ Add shortcode": opens the menu, which is fetched. A word beside a line, an icon over a text.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { PlusIcon } from "../kit/icons.tsx";
import { BracketsIcon } from "../kit/more_icons.tsx";
import { part, useOnDemand } from "../kit/on_demand.ts";
import type { EditorHandle } from "../messages/writing/EditorField.tsx";
import { PopupTool } from "../messages/writing/PopupTool.tsx";

const picker = part(async () => (await import("./ShortcodePicker.tsx")).ShortcodePicker);

/** Beside a line; says in which one it puts what is chosen. */
export function ShortcodeWord({
  where,
  onPick,
}: {
  readonly where: string;
  readonly onPick: (token: string) => void;
}): JSX.Element {
  const [Picker, anchor, toggle, close] = useOnDemand(picker);
  return (
    <>
      <Button
        kind="link"
        icon={PlusIcon}
        aria-label={t("codes.addTo", { where })}
        aria-haspopup="listbox"
        aria-expanded={anchor !== null}
        onClick={toggle}
      >
        {t("codes.add")}
      </Button>
      {anchor && Picker && <Picker anchor={anchor} onPick={onPick} onClose={close} />}
    </>
  );
}

export interface ShortcodeToolProps {
  readonly editor: { readonly current: EditorHandle | null };
}

/** A tool over a text: puts what is chosen where the caret is. */
export function ShortcodeTool({ editor }: ShortcodeToolProps): JSX.Element {
  return (
    <PopupTool part={picker} icon={BracketsIcon} label={t("codes.add")}>
      {(ShortcodePicker, open) => (
        <ShortcodePicker
          {...open}
          onPick={(token) => {
            editor.current?.insertText(token);
            editor.current?.focus();
          }}
        />
      )}
    </PopupTool>
  );
}
