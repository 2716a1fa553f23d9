// Rows of the form of a new chat that only staff have: the template that it begins with, and a message with shortcodes in it.

import type { JSX } from "preact";
import type { Id, Template } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Select } from "../kit/Select.tsx";
import { ShortcodeTool } from "../shortcodes/ShortcodeButton.tsx";
import { FirstMessage, type FirstMessageProps } from "./NewChatForm.tsx";
import { SheetRow } from "./sheet.tsx";

interface TemplateRowProps {
  readonly templates: readonly Template[];
  readonly chosen: Id | undefined;
  /** Empty: none. */
  readonly onChoose: (id: string) => void;
}

export function TemplateRow({ templates, chosen, onChoose }: TemplateRowProps): JSX.Element {
  return (
    <SheetRow label={t("newChat.template")}>
      <Select
        class="sheet__input sheet__select"
        label={t("newChat.template")}
        value={chosen ?? ""}
        options={[["", t("newChat.noTemplate")], ...templates.map(({ id, name }) => [id, name] as const)]}
        onChange={onChoose}
      />
    </SheetRow>
  );
}

interface MessageRowProps extends Omit<FirstMessageProps, "placeholder" | "codes" | "tools" | "error"> {
  /** It has to be there, and isn't. */
  readonly missing: boolean;
}

export function MessageRow({ missing, ...message }: MessageRowProps): JSX.Element {
  return (
    <div class="sheet__message">
      <FirstMessage
        {...message}
        placeholder={t("newChat.messagePlaceholder")}
        codes
        tools={(editor) => <ShortcodeTool editor={editor} />}
        error={missing ? t("newChat.bodyMissing") : undefined}
      />
    </div>
  );
}
