// A thread in a list for clients: the writer's avatar and two roomy lines.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Count } from "../kit/Badge.tsx";
import { Time } from "../kit/Time.tsx";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import { Clip, Excerpt, type RowProps, ThreadRow } from "./ThreadRow.tsx";

export function ContactRow(props: RowProps): JSX.Element {
  const { row } = props;
  const face = row.counterpart ?? row.last?.author;
  return (
    <ThreadRow {...props} look="contact-row">
      {face && <Avatar person={face} size={40} />}
      <span class="contact-row__text">
        <span class="row__line">
          <span class="contact-row__subject">{row.subject}</span>
          {row.hasDocuments && <Clip />}
          <Time at={row.at} form="listTime" class="row__time" />
        </span>
        <span class="row__line">
          <Excerpt row={row} />
          <TaskMarks done={row.tasksDone} total={row.tasksTotal} />
          <Count count={row.unread} label={t("unread.messages", { n: row.unread })} />
        </span>
      </span>
    </ThreadRow>
  );
}
