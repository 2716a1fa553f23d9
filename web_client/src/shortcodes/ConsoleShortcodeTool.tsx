// The tool over a text in a thread, with the firm's custom fields among what it offers.

import type { JSX } from "preact";
import type { Desk } from "../console/desk.ts";
import { useCustomFields } from "../custom_fields/kept.ts";
import { ShortcodeTool, type ShortcodeToolProps } from "./ShortcodeButton.tsx";

export interface ConsoleShortcodeToolProps extends ShortcodeToolProps {
  readonly desk: Desk;
}

export function ConsoleShortcodeTool({ desk, editor }: ConsoleShortcodeToolProps): JSX.Element {
  useCustomFields(desk.client);
  return <ShortcodeTool editor={editor} />;
}
