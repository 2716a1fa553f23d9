// What every row of a list of threads is made of. The whole row is one link.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { PaperclipIcon } from "../kit/icons.tsx";
import { PageLink } from "../kit/PageLink.tsx";
import type { ThreadRowView } from "./models.ts";

export interface RowProps {
  readonly row: ThreadRowView;
  readonly href: string;
  readonly selected?: boolean;
  /** The row that Tab reaches; arrow keys move on from it. */
  readonly tabStop?: boolean;
  readonly onOpen: (id: string) => void;
}

export interface ThreadRowProps extends RowProps {
  /** The class, with its --selected and --unread. */
  readonly look: "row" | "contact-row";
  readonly children: ComponentChildren;
}

export function ThreadRow(props: ThreadRowProps): JSX.Element {
  const { row, look, href, selected, tabStop = true, onOpen, children } = props;
  return (
    <li class="rows__item">
      <PageLink
        href={href}
        class={`${look}${selected ? ` ${look}--selected` : ""}${row.unread > 0 ? ` ${look}--unread` : ""}`}
        aria-current={selected ? "true" : undefined}
        tabIndex={tabStop ? 0 : -1}
        data-row={row.id}
        onGo={() => onOpen(row.id)}
      >
        {children}
      </PageLink>
    </li>
  );
}

/** It carries documents that the reader may see (DC-4). */
export function Clip(): JSX.Element {
  return (
    <span class="row__clip">
      <PaperclipIcon size={14} />
      <span class="hidden">{t("list.documents")}</span>
    </span>
  );
}

/** What was written last, or that a draft waits. */
export function Excerpt({ row }: { readonly row: ThreadRowView }): JSX.Element {
  if (row.draft) return <span class="row__excerpt row__excerpt--draft">{t("list.draft")}</span>;
  if (!row.last) return <span class="row__excerpt" />;
  const who = row.last.mine ? t("you") : row.last.author.name.split(" ")[0];
  return (
    <span class="row__excerpt">
      <bdi>{who}</bdi>: <bdi>{row.last.text}</bdi>
    </span>
  );
}
