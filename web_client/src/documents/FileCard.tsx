// A card of a file's own figures, with the file below it. What it is and whose stands first; what is odd, last.

import "./file_card.css";
import type { JSX } from "preact";
import type { Card } from "../core/protocol.gen.ts";
import { InfoIcon } from "../kit/icons.tsx";
import { cardView } from "./cards.ts";

export interface FileCardProps {
  readonly card: Card;
  /** The file itself. */
  readonly children: JSX.Element;
}

export function FileCard({ card, children }: FileCardProps): JSX.Element {
  const view = cardView(card);
  if (view === undefined) return children;
  return (
    <div class="file-card">
      <p class="file-card__kind">{view.kind}</p>
      {view.title && <p class="file-card__title">{view.title}</p>}
      {view.under.length > 0 && <p class="file-card__under">{view.under.join(" · ")}</p>}
      {view.facts.length > 0 && (
        <dl class="file-card__facts">
          {view.facts.map(({ name, value }) => (
            <div key={name} class="file-card__fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {view.notes.map((note) => (
        <p key={note} class="file-card__note">
          <InfoIcon size={14} />
          {note}
        </p>
      ))}
      {children}
    </div>
  );
}
