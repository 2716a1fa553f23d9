// The column beside the thread: its tasks, documents, reminders and facts in tabs. On phones each is a full screen.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { CloseIcon } from "../kit/icons.tsx";
import { Tabs } from "../kit/Tabs.tsx";

export type PanelTab = "tasks" | "documents" | "reminders" | "info";

export interface PanelProps {
  readonly tab: PanelTab;
  readonly onTab: (tab: PanelTab) => void;
  /** "2/5" */
  readonly tasksDone: number;
  readonly tasksTotal: number;
  /** A message carries some: else there is no tab for them (DC-4). */
  readonly hasDocuments?: boolean | undefined;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Panel(props: PanelProps): JSX.Element {
  const { tab, onTab, tasksDone, tasksTotal, hasDocuments, onClose, children } = props;
  return (
    <div class="panel">
      <header class="panel__head">
        <IconButton icon={CloseIcon} label={t("panel.close")} class="panel__close" onClick={onClose} />
        <Tabs
          name="thread"
          label={t("panel")}
          selected={tab}
          onSelect={onTab}
          tabs={[
            {
              id: "tasks",
              label: t("panel.tasks"),
              count: tasksTotal > 0 ? `${tasksDone}/${tasksTotal}` : undefined,
            },
            ...(hasDocuments ? [{ id: "documents" as const, label: t("panel.documents") }] : []),
            { id: "reminders", label: t("panel.reminders") },
            { id: "info", label: t("panel.info") },
          ]}
        />
      </header>
      <div class="panel__body" role="tabpanel" id="thread-panel" aria-labelledby={`thread-${tab}`}>
        {children}
      </div>
    </div>
  );
}
