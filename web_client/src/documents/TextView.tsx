// The words of a text, or the cells of a table of values, over the page: never more than their beginning, and always as text,
// whatever stands in them. Fetched with the first one that is read.

import "./text_view.css";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { insist } from "../core/api.ts";
import type { Document, Reading } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { PaperclipIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { DownloadIcon } from "../kit/more_icons.tsx";
import { bytesAt, hasAddresses } from "./picture.ts";
import type { Read } from "./words.ts";

/** What is set to the right, so that its places stand below each other. */
const FIGURE = /^[-+−]?[\d\s.,']*\d[\d\s.,']*[-−]?(\s?(%|[A-Z]{3}|kr|€|\$|£))?$/u;

export interface TextViewProps {
  readonly document: Document;
  readonly read: Read;
  readonly onRead: () => void;
  readonly onClose: () => void;
}

export function TextView({ document, read, onRead, onClose }: TextViewProps): JSX.Element {
  const [reading, setReading] = useState<Reading>();
  const [failed, setFailed] = useState(false);
  const load = async (): Promise<void> => {
    setFailed(false);
    try {
      setReading(await insist(() => read(document.id)));
      onRead();
    } catch {
      setFailed(true);
    }
  };
  useEffect(() => void load(), []);
  const { text = "", rows = [], cut = false } = reading ?? {};
  const something = text !== "" || rows.length > 0;
  return (
    <Dialog
      size="form"
      title={document.name}
      onClose={onClose}
      footer={
        <>
          {cut && <p class="dialog__note">{t("documents.cut")}</p>}
          {hasAddresses() && (
            <a class="button button--secondary" href={bytesAt(document.id)} download={document.name}>
              <DownloadIcon size={18} />
              <span class="button__text">{t("documents.bring")}</span>
            </a>
          )}
        </>
      }
    >
      <Listing
        skeleton="rows"
        state={failed ? "failed" : reading === undefined ? "loading" : "ready"}
        empty={something ? undefined : <EmptyState icon={PaperclipIcon} title={t("documents.noWords")} />}
        more={false}
        onMore={() => undefined}
        onRetry={() => void load()}
      >
        {rows.length > 0 ? (
          <Table rows={rows} name={document.name} />
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
          <pre class="text-view__text" tabIndex={0}>
            {text}
          </pre>
        )}
      </Listing>
    </Dialog>
  );
}

function Table({
  rows,
  name,
}: {
  readonly rows: readonly (readonly string[])[];
  readonly name: string;
}): JSX.Element {
  const [head = [], ...body] = rows;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="text-view__scroll" aria-label={name} tabIndex={0}>
      <table class="text-view__table">
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={at} scope="col" class={figures(body, at)}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at} class={FIGURE.test(cell) ? "text-view__figure" : ""}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A heading stands over figures as they do. */
function figures(body: readonly (readonly string[])[], at: number): string {
  const cell = body.find((row) => row[at])?.[at] ?? "";
  return FIGURE.test(cell) ? "text-view__figure" : "";
}
