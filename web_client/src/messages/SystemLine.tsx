// Something that happened, told in one line with its icon and full date. No surface: nobody wrote it.

import type { JSX } from "preact";
import { Time } from "../kit/Time.tsx";
import type { SystemView } from "./models.ts";
import { systemIcon, systemText } from "./told.ts";

export interface SystemLineProps {
  readonly system: SystemView;
  readonly at: number;
  readonly entryKey?: string;
}

export function SystemLine({ system, at, entryKey }: SystemLineProps): JSX.Element {
  const Glyph = systemIcon(system);
  return (
    <div class="system" data-entry={entryKey} tabIndex={-1}>
      <Glyph size={14} />
      <span class="system__text">{systemText(system)}</span>
      <Time at={at} form="full" class="system__time" />
    </div>
  );
}
