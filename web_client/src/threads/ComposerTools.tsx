// The console's own tools around the text that is written in a thread.

import type { JSX } from "preact";
import { ReplyButton, type ReplyButtonProps } from "../saved_replies/ReplyButton.tsx";
import { ConsoleShortcodeTool } from "../shortcodes/ConsoleShortcodeTool.tsx";

export { Later } from "../scheduled_sends/Later.tsx";

export function ComposerTools({ desk, editor }: ReplyButtonProps): JSX.Element {
  return (
    <>
      <ReplyButton desk={desk} editor={editor} />
      <ConsoleShortcodeTool desk={desk} editor={editor} />
    </>
  );
}
