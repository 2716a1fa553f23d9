// One document in a list: what it calls itself, its name, length, who brought it and when, and whether nobody of the reader's
// side has looked at it yet (RD-8). What can be done with it stands beside.

import "./document_line.css";
import "./file_row.css";
import type { ComponentChildren, JSX } from "preact";
import type { Document } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { typeOf } from "./file_views.ts";

export interface DocumentLineProps {
  readonly document: Document;
  /** In words: who sees it, or in which folder it is. */
  readonly note?: string | undefined;
  /** A press on the name brings it. */
  readonly onBring?: (() => void) | undefined;
  readonly before?: ComponentChildren;
  readonly after?: ComponentChildren;
}

export function DocumentLine({ document, note, onBring, before, after }: DocumentLineProps): JSX.Element {
  const { id, name, size, uploaded_by: by, uploaded_at: at } = document;
  const words = format.value;
  const told = [words.bytes(size), by.name, words.listTime(at, now.value), ...(note ? [note] : [])];
  return (
    <div class="document">
      {before}
      <span class="file-row__type" aria-hidden="true">
        {typeOf(name)}
      </span>
      <div class="file-row__words">
        <p class="document__head">
          {onBring && document.scan !== "refused" ? (
            <a
              class="document__name"
              href={`/api/v1/documents/${id}/content`}
              download={name}
              onClick={onBring}
            >
              {name}
            </a>
          ) : (
            <span class="document__name">{name}</span>
          )}
          {document.new && <span class="document__new">{t("documents.new")}</span>}
        </p>
        <p class="document__note">{told.join(" · ")}</p>
        {document.scan && (
          <p class={`document__note document__scan document__scan--${document.scan}`}>
            {t(`scan.${document.scan}`)}
          </p>
        )}
      </div>
      {after}
    </div>
  );
}
