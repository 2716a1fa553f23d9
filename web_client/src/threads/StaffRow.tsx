// A thread in a list for staff: three dense lines.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { Count } from "../kit/Badge.tsx";
import { Time } from "../kit/Time.tsx";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import { Clip, Excerpt, type RowProps, ThreadRow } from "./ThreadRow.tsx";

export function StaffRow(props: RowProps): JSX.Element {
  const { row } = props;
  return (
    <ThreadRow {...props} look="row">
      <span class="row__line">
        <span class="row__account">{row.account.name}</span>
        <Time at={row.at} form="listTime" class="row__time" />
      </span>
      <span class="row__line">
        <span class="row__subject">{row.subject}</span>
        {row.hasDocuments && <Clip />}
        <TaskMarks done={row.tasksDone} total={row.tasksTotal} />
      </span>
      <span class="row__line">
        {row.why && <span class="row__why">{row.why}</span>}
        <Excerpt row={row} />
        <Count count={row.unread} label={t("unread.messages", { n: row.unread })} />
        {row.assignee ? (
          <Avatar person={{ ...row.assignee, online: false }} size={20} named />
        ) : (
          <NobodyAvatar named />
        )}
      </span>
    </ThreadRow>
  );
}
