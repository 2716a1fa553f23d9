// The documents that a message carries: a picture as a picture, a file that says something as a card, the rest by name and
// length; a press brings it, or opens it. What isn't for the reader any more stands as one neutral line, the same whether it
// is deleted, closed or moved (DC-8).

import "./attachments.css";
import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Document, Id } from "../core/protocol.gen.ts";
import { format, t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { PaperclipIcon } from "../kit/icons.tsx";
import { EyeIcon } from "../kit/more_icons.tsx";
import { part, useOnDemand } from "../kit/on_demand.ts";
import type { Place } from "./Lightbox.tsx";
import { bytesAt, shownBox } from "./picture.ts";
import { isRead, useReading } from "./reading.tsx";
import { Thumbnail } from "./Thumbnail.tsx";

const fileCard = part(async () => (await import("./FileCard.tsx")).FileCard);
const lightbox = part(async () => (await import("./Lightbox.tsx")).Lightbox);

/** Shown before the rest is folded (DC-11). */
const SHOWN_MAX = 5;

export interface AttachmentView {
  readonly id: Id;
  /** `null`: nothing for this reader; `false`: not before a virus scanner has found it clean. Absent while it is asked for. */
  readonly document?: Document | null | false | undefined;
}

export function Attachments({ items }: { readonly items: readonly AttachmentView[] }): JSX.Element {
  const [all, setAll] = useState(false);
  const [at, setAt] = useState<Place>();
  const [Lightbox, , onPress, close] = useOnDemand(lightbox);
  const shown = all || items.length <= SHOWN_MAX ? items : items.slice(0, SHOWN_MAX);
  const pictures = items.flatMap(({ document }) => (isPicture(document) ? [document] : []));
  const [reading, read] = useReading(items.flatMap(({ document }) => document || []));
  return (
    <div class="attachments">
      <ul class="attachments__list" aria-label={t("documents")}>
        {shown.map((item) => (
          <li key={item.id} class={isPicture(item.document) ? "attachments__picture" : ""}>
            {isPicture(item.document) ? (
              <Picture
                document={item.document}
                onOpen={(event) => {
                  setAt({ id: item.id, page: 1 });
                  onPress(event);
                }}
              />
            ) : (
              <Attachment {...item} onRead={read} />
            )}
          </li>
        ))}
      </ul>
      {shown.length < items.length && (
        <button type="button" class="attachments__more" onClick={() => setAll(true)}>
          {t("documents.more", { n: items.length - shown.length })}
        </button>
      )}
      {reading}
      {Lightbox && at && (
        <Lightbox
          documents={pictures}
          at={at}
          onMove={setAt}
          onClose={() => {
            setAt(undefined);
            close();
          }}
        />
      )}
    </div>
  );
}

/** What only the reader's side sees stands by its name, with why. */
function isPicture(document: AttachmentView["document"]): document is Document {
  return Boolean(document && document.preview?.width && !document.scan);
}

interface PictureProps {
  readonly document: Document;
  readonly onOpen: (event: MouseEvent & { readonly currentTarget: HTMLElement }) => void;
}

/** Its size is known before it is here, so nothing moves when it comes. Papers have their name below. */
function Picture({ document, onOpen }: PictureProps): JSX.Element {
  const [failed, setFailed] = useState(false);
  const file = <Attachment id={document.id} document={document} />;
  if (failed) return file;
  const picture = (
    <button type="button" class="picture" title={document.name} aria-haspopup="dialog" onClick={onOpen}>
      <Thumbnail
        of={document.id}
        alt={document.name}
        box={shownBox(document.preview)}
        onMissing={() => setFailed(true)}
      />
    </button>
  );
  if (document.family !== "pdf") return picture;
  return (
    <div class="paper">
      {picture}
      {file}
    </div>
  );
}

interface AttachmentProps extends AttachmentView {
  readonly onRead?: ((id: Id) => void) | undefined;
}

function Attachment({ id, document, onRead }: AttachmentProps): JSX.Element {
  const card = document ? document.preview?.card : undefined;
  useLayoutEffect(() => {
    if (card) void fileCard.fetch();
  }, [card]);
  const Card = fileCard.here.value;
  if (!document)
    return (
      <span class="attachment attachment--gone">
        <PaperclipIcon size={14} />
        {t(document === undefined ? "loading" : document === null ? "documents.gone" : "documents.held")}
      </span>
    );
  const words = (
    <>
      <PaperclipIcon size={14} />
      <span class="attachment__name">{document.name}</span>
      <span class="attachment__size">{format.value.bytes(document.size)}</span>
      {document.scan && <span class="attachment__scan">{t(`scan.${document.scan}`)}</span>}
    </>
  );
  if (document.scan === "refused") return <span class="attachment attachment--refused">{words}</span>;
  const link = (
    <a class="attachment" href={bytesAt(id)} download={document.name}>
      {words}
    </a>
  );
  const file =
    onRead && isRead(document) ? (
      <span class="attachment-with">
        {link}
        <IconButton
          icon={EyeIcon}
          label={t("documents.read", { name: document.name })}
          onClick={() => onRead(id)}
        />
      </span>
    ) : (
      link
    );
  return card && Card ? <Card card={card}>{file}</Card> : file;
}
