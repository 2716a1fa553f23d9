// The rows of a list of threads. One tab stop, arrow keys inside.

import type { ComponentType, JSX } from "preact";
import { useRef } from "preact/hooks";
import { moveFocus } from "../kit/focus.ts";
import { useKeptRow } from "../kit/kept_row.ts";
import { Listing } from "../kit/Listing.tsx";
import type { ContactListView } from "./models.ts";
import type { RowProps } from "./ThreadRow.tsx";

export interface ThreadRowsProps {
  readonly view: ContactListView;
  /** How a thread is drawn for this reader. */
  readonly row: ComponentType<RowProps>;
  /** What is said where there is none. */
  readonly empty: () => JSX.Element;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

export function ThreadRows(props: ThreadRowsProps): JSX.Element {
  const { view, row: Row, empty, hrefOf, onOpen } = props;
  const { rows, selectedId } = view;
  const list = useRef<HTMLUListElement>(null);
  useKeptRow(list);
  const stop = rows.some(({ id }) => id === selectedId) ? selectedId : rows[0]?.id;
  return (
    <Listing
      skeleton="rows"
      state={view.state}
      empty={rows.length === 0 ? empty() : undefined}
      more={view.more}
      onMore={props.onMore}
      onRetry={props.onRetry}
    >
      <ul ref={list} class="rows" onKeyDown={(event) => moveFocus(event, "a[data-row]", "vertical")}>
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            href={hrefOf(row.id)}
            selected={row.id === selectedId}
            tabStop={row.id === stop}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </Listing>
  );
}
