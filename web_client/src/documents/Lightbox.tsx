// Pictures and pages over the whole screen, one at a time: arrows, Home and End or a swipe lead to the others, Escape closes, and
// focus goes back to where it was. A native dialog: what is behind it can't be reached. Closes when what it shows is gone.

import "./lightbox.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Document, Id } from "../core/protocol.gen.ts";
import { format, t } from "../i18n/index.ts";
import { nextIndex } from "../kit/focus.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { BackIcon, CloseIcon } from "../kit/icons.tsx";
import { ChevronRightIcon, DownloadIcon } from "../kit/more_icons.tsx";
import { bytesAt, hasAddresses, pictureAt } from "./picture.ts";
import { Thumbnail } from "./Thumbnail.tsx";

/** So far a finger moves before it is a swipe. */
const SWIPE_PX = 48;

/** Of one document: whoever wants more of it takes the file. */
const PAGES_MAX = 200;

/** A page of a document; a photograph has one. */
export interface Place {
  readonly id: Id;
  readonly page: number;
}

export interface LightboxProps {
  readonly documents: readonly Document[];
  readonly at: Place;
  readonly onMove: (to: Place) => void;
  readonly onClose: () => void;
}

const pagesOf = (document: Document): Place[] =>
  Array.from({ length: Math.min(PAGES_MAX, document.preview?.pages || 1) }, (_, index) => ({
    id: document.id,
    page: index + 1,
  }));

export function Lightbox({ documents, at, onMove, onClose }: LightboxProps): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const from = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const current = documents.find(({ id }) => id === at.id);
  const places = documents.flatMap(pagesOf);
  const index = places.findIndex(({ id, page }) => id === at.id && page === at.page);
  const gone = current === undefined;

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  useLayoutEffect(() => {
    if (gone) onClose();
  }, [gone]);

  const go = (key: string): boolean => {
    const to = places[nextIndex(key, index, places.length, "horizontal") ?? -1];
    if (to) onMove(to);
    return to !== undefined;
  };
  if (current === undefined) return null;
  const pages = current.preview?.pages ?? 1;

  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={current.name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        // The page behind has keys of its own.
        event.stopPropagation();
        if (!event.altKey && !event.ctrlKey && !event.metaKey && go(event.key)) event.preventDefault();
      }}
    >
      <header class="lightbox__head">
        <p class="lightbox__name" aria-live="polite">
          {current.name}
          <span class="lightbox__place">
            {[
              pages > 1 && t("documents.page", { n: at.page, of: pages }),
              documents.length > 1 &&
                t("documents.place", { n: documents.indexOf(current) + 1, of: documents.length }),
              format.value.bytes(current.size),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </p>
        {hasAddresses() && (
          <a
            class="icon-button"
            href={bytesAt(current.id)}
            download={current.name}
            aria-label={t("documents.download", { name: current.name })}
            title={t("documents.download", { name: current.name })}
          >
            <DownloadIcon size={18} />
          </a>
        )}
        <IconButton icon={CloseIcon} label={t("close")} autofocus onClick={onClose} />
      </header>
      <div
        class="lightbox__stage"
        role="presentation"
        onPointerDown={(event) => {
          from.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerUp={(event) => {
          const { x, y } = from.current ?? { x: event.clientX, y: event.clientY };
          const [across, down] = [event.clientX - x, event.clientY - y];
          from.current = undefined;
          if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down))
            go(across < 0 ? "ArrowRight" : "ArrowLeft");
          else if (event.target === event.currentTarget && Math.abs(across) + Math.abs(down) < SWIPE_PX / 4)
            onClose();
        }}
      >
        <Picture key={`${at.id} ${at.page}`} document={current} page={at.page} />
      </div>
      {places.length > 1 && (
        <>
          <IconButton
            class="lightbox__back"
            icon={BackIcon}
            size={24}
            label={t("documents.previous")}
            onClick={() => go("ArrowLeft")}
          />
          <IconButton
            class="lightbox__next"
            icon={ChevronRightIcon}
            size={24}
            label={t("documents.next")}
            onClick={() => go("ArrowRight")}
          />
        </>
      )}
    </dialog>
  );
}

/** The thumbnail, until the picture itself is here: at the same place, in the same size. */
function Picture({ document, page }: { readonly document: Document; readonly page: number }): JSX.Element {
  const [here, setHere] = useState(false);
  const [failed, setFailed] = useState(false);
  const { width = 1, height = 1 } = document.preview ?? {};
  const large = !failed && hasAddresses();
  return (
    <span
      class="lightbox__picture"
      style={{ aspectRatio: `${width} / ${height}`, "--ratio": width / height }}
    >
      {!here && page === 1 && (
        <Thumbnail of={document.id} class="lightbox__image" alt={large ? "" : document.name} />
      )}
      {large && (
        <img
          class={here ? "lightbox__image" : "lightbox__image lightbox__image--coming"}
          src={pictureAt(document.id, page)}
          alt={document.name}
          draggable={false}
          onLoad={() => setHere(true)}
          onError={() => setFailed(true)}
        />
      )}
    </span>
  );
}
