// The documents that a message carries: name and length, and a press brings it. What isn't for the reader any more stands as
// one neutral line, the same whether it is deleted, closed or moved (DC-8).

import "./attachments.css";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Document, Id } from "../core/protocol.gen.ts";
import { format, t } from "../i18n/index.ts";
import { PaperclipIcon } from "../kit/icons.tsx";

/** Shown before the rest is folded (DC-11). */
const SHOWN_MAX = 5;

export interface AttachmentView {
  readonly id: Id;
  /** `null`: nothing for this reader. Absent while it is asked for. */
  readonly document?: Document | null | undefined;
}

export function Attachments({ items }: { readonly items: readonly AttachmentView[] }): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all || items.length <= SHOWN_MAX ? items : items.slice(0, SHOWN_MAX);
  return (
    <div class="attachments">
      <ul class="attachments__list" aria-label={t("documents")}>
        {shown.map((item) => (
          <li key={item.id}>
            <Attachment {...item} />
          </li>
        ))}
      </ul>
      {shown.length < items.length && (
        <button type="button" class="attachments__more" onClick={() => setAll(true)}>
          {t("documents.more", { n: items.length - shown.length })}
        </button>
      )}
    </div>
  );
}

function Attachment({ id, document }: AttachmentView): JSX.Element {
  if (!document)
    return (
      <span class="attachment attachment--gone">
        <PaperclipIcon size={14} />
        {document === null ? t("documents.gone") : t("loading")}
      </span>
    );
  return (
    <a class="attachment" href={`/api/v1/documents/${id}/content`} download={document.name}>
      <PaperclipIcon size={14} />
      <span class="attachment__name">{document.name}</span>
      <span class="attachment__size">{format.value.bytes(document.size)}</span>
    </a>
  );
}
