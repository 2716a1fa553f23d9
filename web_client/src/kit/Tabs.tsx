// A row of tabs with counts; arrow keys move, as in the ARIA pattern. The panel is whoever shows it.

import type { JSX } from "preact";
import { moveFocus } from "./focus.ts";

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly count?: number | string | undefined;
}

export interface TabsProps<T extends string> {
  readonly tabs: readonly Tab<T>[];
  readonly selected: T;
  readonly onSelect: (id: T) => void;
  readonly label: string;
  /** Prefix of the ids: the panel is `${name}-panel`, labelled by `${name}-${tab}`. */
  readonly name: string;
}

export function Tabs<T extends string>({ tabs, selected, onSelect, label, name }: TabsProps<T>): JSX.Element {
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => moveFocus(event, "[role=tab]", "horizontal")}
    >
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`${name}-${tab.id}`}
          class="tabs__tab"
          aria-selected={tab.id === selected}
          aria-controls={tab.id === selected ? `${name}-panel` : undefined}
          tabIndex={tab.id === selected ? 0 : -1}
          onClick={() => onSelect(tab.id)}
        >
          <span class="tabs__label">{tab.label}</span>
          {tab.count !== undefined && <span class="tabs__count">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
