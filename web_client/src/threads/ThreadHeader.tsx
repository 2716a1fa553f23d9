// The thread's header for staff: subject, account and its people; assignee, next reminder, archive, and the rest in a menu, with
// arrows between them: the first one is the tab stop, and the way to the panel where it doesn't stand beside it.

import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { moveFocus } from "../kit/focus.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { ArchiveIcon, BackIcon, BellIcon, InboxIcon, PencilIcon, TasksIcon } from "../kit/icons.tsx";
import { Menu, type MenuItem } from "../kit/Menu.tsx";
import { lazy } from "../shell/lazy.tsx";
import { AssignButton } from "../staff/AssignButton.tsx";
import type { StaffChoice } from "../staff/models.ts";
import type { ThreadHeaderView } from "./models.ts";

const RenameField = lazy(async () => (await import("./RenameField.tsx")).RenameField);

export interface ThreadHeaderProps {
  readonly header: ThreadHeaderView;
  readonly staff: readonly StaffChoice[] | undefined;
  readonly onStaffNeeded: () => void;
  readonly onAssign: (staffId: string | null) => void;
  readonly onArchive: (archived: boolean) => void;
  readonly onRename: (subject: string) => void;
  /** What else can be done to it, for the menu. */
  readonly acts: readonly MenuItem[];
  /** Opens the panel at the Reminders tab, or wherever it was. */
  readonly onPanel: (tab?: "reminders") => void;
  readonly onBack: () => void;
}

export function ThreadHeader(props: ThreadHeaderProps): JSX.Element {
  const { header, staff, onAssign, onArchive, acts, onPanel, onBack } = props;
  const [renaming, setRenaming] = useState(false);
  const bar = useRef<HTMLElement>(null);
  useRoom(bar, [header.subject, header.account.name, renaming]);
  return (
    <header class="thread-header" ref={bar}>
      <IconButton icon={BackIcon} size={20} label={t("back")} class="thread-header__back" onClick={onBack} />
      <div class="thread-header__words">
        <Subject {...props} renaming={renaming} onDone={() => setRenaming(false)} />
        <Subline header={header} />
      </div>
      <div
        class="thread-header__acts"
        role="toolbar"
        aria-label={t("thread.acts")}
        onKeyDown={(event) => {
          // What opens here has arrows of its own.
          if ((event.target as Element).closest("[role=toolbar] > button"))
            moveFocus(event, "[role=toolbar] > button", "horizontal");
        }}
      >
        <AssignButton
          kind="header"
          account={header.account}
          assignee={header.assignee}
          choices={staff}
          onOpen={props.onStaffNeeded}
          onAssign={onAssign}
        />
        {header.archived ? (
          <Button icon={InboxIcon} tabIndex={-1} onClick={() => onArchive(false)}>
            {t("thread.reopen")}
          </Button>
        ) : (
          <>
            <ReminderButton header={header} onOpen={() => onPanel("reminders")} />
            <IconButton
              icon={ArchiveIcon}
              outlined
              tabIndex={-1}
              label={t("thread.archive")}
              onClick={() => onArchive(true)}
            />
          </>
        )}
        <IconButton
          icon={TasksIcon}
          outlined
          label={t("thread.panel")}
          class="thread-header__panel"
          onClick={() => onPanel()}
        />
        <Menu
          tabIndex={-1}
          label={t("thread.menu")}
          items={[
            { label: t("thread.rename"), icon: PencilIcon, onSelect: () => setRenaming(true) },
            ...acts,
          ]}
        />
      </div>
    </header>
  );
}

const TIGHT = "thread-header--tight";

/** Where subject or client don't fit beside what can be done, that goes without its words. Who reads and who is online comes and
 *  goes, and decides nothing: buttons stay where they are. */
function useRoom(bar: RefObject<HTMLElement | null>, shown: readonly unknown[]): void {
  useLayoutEffect(() => {
    const element = bar.current;
    if (!element) return;
    const look = (): void => {
      element.classList.remove(TIGHT);
      for (const words of element.querySelectorAll(".thread-header__subject, .thread-header__account"))
        if (words.scrollWidth > words.clientWidth) element.classList.add(TIGHT);
    };
    const resized = new ResizeObserver(look);
    resized.observe(element);
    // What can be done takes more room when somebody else is assigned, or a reminder comes.
    for (const acts of element.querySelectorAll(".thread-header__acts")) resized.observe(acts);
    look();
    return () => resized.disconnect();
  }, [...shown]);
}

function ReminderButton({
  header,
  onOpen,
}: {
  readonly header: ThreadHeaderView;
  readonly onOpen: () => void;
}): JSX.Element {
  const text =
    header.reminderNextAt === undefined
      ? header.reminderOn
        ? t("thread.reminderRests")
        : t("thread.reminderOff")
      : t("thread.reminderNext", { day: format.value.weekday(header.reminderNextAt, now.value) });
  return (
    <Button icon={BellIcon} tabIndex={-1} class="thread-header__reminder" onClick={onOpen} title={text}>
      {text}
    </Button>
  );
}

/** The account, its short id, and who of its people reads here and is online. */
function Subline({ header }: { readonly header: ThreadHeaderView }): JSX.Element {
  const online = header.people.some((person) => person.online);
  return (
    <p class="thread-header__sub">
      <span class="thread-header__account">
        <bdi>{header.account.name}</bdi>
        {header.account.shortId && <span class="thread-header__id"> {header.account.shortId}</span>}
      </span>
      {header.people.length > 0 && (
        <span class="thread-header__people">
          {format.value.list(header.people.map((person) => person.name))}
        </span>
      )}
      {header.why && <span class="thread-header__why">{header.why}</span>}
      {online && (
        <span class="online">
          <span class="online__dot" aria-hidden="true" />
          {t("online")}
        </span>
      )}
    </p>
  );
}

interface SubjectProps extends ThreadHeaderProps {
  readonly renaming: boolean;
  readonly onDone: () => void;
}

/** The heading, which takes focus when a thread opens; while renaming a field. */
function Subject({ header, renaming, onRename, onDone }: SubjectProps): JSX.Element {
  if (renaming) return <RenameField subject={header.subject} onRename={onRename} onDone={onDone} />;
  return (
    <h2
      class="thread-header__subject"
      id="thread-subject"
      tabIndex={-1}
      title={header.subject}
      data-column-focus
    >
      {header.subject}
    </h2>
  );
}
