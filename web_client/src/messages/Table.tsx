// A table of a message: plain cells, figures below each other by their last digit. What is wider than the column scrolls in
// itself, also by the keyboard. Fetched with the first table.

import "./figures.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Linked } from "./Linked.tsx";
import type { ParagraphNode } from "./models.ts";
import { isFigure, rowsOf } from "./tables.ts";

export function Table({ table }: { readonly table: ParagraphNode }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const resized = new ResizeObserver(() => setWide(element.scrollWidth > element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return (
    <div
      ref={frame}
      class="figures"
      {...(wide ? { tabIndex: 0, role: "region", "aria-label": t("message.table") } : {})}
    >
      <table>
        <tbody>
          {rowsOf(table).map((cells, row) => (
            <tr key={row}>
              {cells.map((text, at) => (
                <td key={at} class={isFigure(text) ? "figures__number" : undefined}>
                  <Linked text={text} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
