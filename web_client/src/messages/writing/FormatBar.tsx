// The formatting bar over a text: what it formats with, and at the right a word about where the text goes. The tools do
// nothing before the editor has come, and are fetched like it; the bar keeps their place.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { moveFocus } from "../../kit/focus.ts";
import { lazy } from "../../shell/lazy.tsx";
import type { FormatToolsProps } from "./FormatTools.tsx";

const FormatTools = lazy<FormatToolsProps>(async () => (await import("./FormatTools.tsx")).FormatTools);

export interface FormatBarProps extends FormatToolsProps {
  /** Stands at the right: "never sent to the client". */
  readonly note?: ComponentChildren;
}

/** ⌘ on Apple's keyboards, Ctrl elsewhere. */
export function modifier(): string {
  return /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘" : "Ctrl";
}

export function FormatBar({ note, ...tools }: FormatBarProps): JSX.Element {
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
      <FormatTools {...tools} />
      {note !== undefined && <span class="format-bar__note">{note}</span>}
    </div>
  );
}
