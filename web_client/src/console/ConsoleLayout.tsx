// The console's columns. Four from 1280 px, three with the panel as an overlay from 1024, two from 720, one below:
// `column` says which one a narrow window shows. F6 goes from column to column.

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { cycleColumns } from "../kit/focus.ts";
import type { ConnectionView, ToastView } from "../kit/models.ts";
import { Toast } from "../kit/Toast.tsx";
import { ConnectionBanner } from "../shell/ConnectionBanner.tsx";
import { Rail, type RailProps } from "./Rail.tsx";

export type Column = "list" | "thread" | "panel";

export interface ConsoleLayoutProps {
  readonly rail: RailProps;
  readonly connection: ConnectionView;
  readonly onRetry: () => void;
  readonly toast: ToastView | undefined;
  readonly onToastDone: () => void;
  /** Either the three columns or one page. */
  readonly list?: ComponentChildren;
  readonly thread?: ComponentChildren;
  readonly panel?: ComponentChildren;
  readonly page?: ComponentChildren;
  readonly column?: Column;
  /** The overlay between 720 and 1279 px is open. */
  readonly panelOpen?: boolean;
  readonly onPanelClose?: () => void;
  /** Dialogs. */
  readonly children?: ComponentChildren;
}

export function ConsoleLayout(props: ConsoleLayoutProps): JSX.Element {
  const { list, thread, panel, page, column = "list", panelOpen = false, onPanelClose } = props;
  const arrangement = page ? "page" : panel === undefined ? "columns console--bare" : "columns";
  const root = useRef<HTMLDivElement>(null);
  const closePanel = useRef<(() => void) | undefined>(undefined);
  closePanel.current = panelOpen ? onPanelClose : undefined;
  const onToastDone = useRef(props.onToastDone);
  onToastDone.current = props.onToastDone;
  const toastDone = useRef(() => onToastDone.current()).current;
  useLayoutEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (root.current) cycleColumns(event, root.current);
      if (event.key === "Escape" && !event.defaultPrevented) closePanel.current?.();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
  return (
    <div
      ref={root}
      class={`console console--${arrangement} console--${column}${panelOpen ? " console--panel-open" : ""}`}
    >
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Rail {...props.rail} />
      {page === undefined ? (
        <>
          <section class="console__list" aria-label={t("list.title")} data-column="list">
            {list}
          </section>
          <main class="console__thread" id="main" tabIndex={-1} data-column="thread">
            {thread}
          </main>
          {panel !== undefined && (
            <aside class="console__panel" aria-label={t("panel")} data-column="panel">
              {panel}
            </aside>
          )}
          {panelOpen && (
            // biome-ignore lint/a11y/noStaticElementInteractions: Escape and the close button do the same
            <div class="console__veil" role="presentation" onClick={onPanelClose} />
          )}
        </>
      ) : (
        <main class="console__page" id="main" tabIndex={-1} data-column="page">
          {page}
        </main>
      )}
      <ConnectionBanner connection={props.connection} onRetry={props.onRetry} />
      {props.children}
      <Toast toast={props.toast} onDone={toastDone} />
    </div>
  );
}
