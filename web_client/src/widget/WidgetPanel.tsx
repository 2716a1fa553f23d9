// The widget's panel on a firm's own page: the firm on top, the tasks folded into one line, stream, plain field.
// Small on purpose: no editor, nothing of the console.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Banner } from "../kit/Banner.tsx";
import { Button } from "../kit/Button.tsx";
import { ChevronUpIcon } from "../kit/contact_icons.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { FirmMark } from "../kit/FirmMark.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { BackIcon, ChatIcon, ChevronDownIcon, CloseIcon, ProblemIcon } from "../kit/icons.tsx";
import type { ConnectionView, FirmView } from "../kit/models.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { useWriting } from "../kit/writing.ts";
import { ContactMessage } from "../messages/ContactMessage.tsx";
import type { BodyDoc } from "../messages/models.ts";
import { ContactComposer } from "../messages/writing/ContactComposer.tsx";
import { ConnectionBanner } from "../shell/ConnectionBanner.tsx";
import type { TaskView } from "../tasks/models.ts";
import { sunk } from "../tasks/order.ts";
import { TaskItem } from "../tasks/TaskItem.tsx";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import { ContactRow } from "../threads/ContactRow.tsx";
import type { ThreadRowView, ThreadView as View } from "../threads/models.ts";
import { type OpenedFor, useOpening, useReturning } from "../threads/opening.ts";
import { ThreadGone, ThreadStream } from "../threads/ThreadStream.tsx";

export interface WidgetPanelProps {
  readonly firm: FirmView;
  /** Somebody of the firm is online; a first name where it is known who. */
  readonly teamOnline: boolean;
  readonly onlineName?: string | undefined;
  /** Within how many hours somebody answers then, as the firm says; 0: it says nothing. */
  readonly answerHours: number;
  readonly state: "loading" | "ready" | "failed";
  /** The list, when no thread is open. */
  readonly threads: readonly ThreadRowView[];
  /** There are more than these. */
  readonly more: boolean;
  readonly view: View | undefined;
  readonly openedFor: OpenedFor | undefined;
  readonly tasks: readonly TaskView[];
  readonly meId: string;
  readonly canCreate: boolean;
  readonly connection: ConnectionView;
  readonly problem?: string | undefined;
  readonly onOpen: (threadId: string) => void;
  readonly onMore: () => void;
  readonly onBack: () => void;
  readonly onClose: () => void;
  /** To the open thread, or as the first message of a new one. */
  readonly onSend: (body: BodyDoc) => void;
  readonly onDraft: (body: BodyDoc | null) => void;
  readonly onTyping: () => void;
  readonly onTick: (taskId: string, done: boolean) => void;
  readonly onMessageRetry: (key: string) => void;
  readonly onMessageDiscard: (key: string) => void;
  readonly onReload: () => void;
  readonly onOlder: () => void;
  readonly onSeen: (keys: readonly string[]) => void;
  readonly onRetry: () => void;
}

export function WidgetPanel(props: WidgetPanelProps): JSX.Element {
  const { view, state } = props;
  useReturning(view?.header.id);
  const section = useRef<HTMLElement>(null);
  const writing = useWriting(section, ".contact-composer", ".widget__bar, .widget__tasks");
  return (
    <section ref={section} class="widget roomy" aria-label={props.firm.name}>
      <Header {...props} />
      <ConnectionBanner connection={props.connection} onRetry={props.onRetry} />
      {props.problem && (
        <Banner kind="danger" icon={ProblemIcon} action={{ label: t("retry"), run: props.onRetry }}>
          {props.problem}
        </Banner>
      )}
      {state === "loading" && <Skeleton kind="stream" count={3} />}
      {state === "ready" &&
        (view ? <Thread {...props} view={view} writing={writing} /> : <Threads {...props} />)}
      {state === "ready" && (view || props.canCreate) && (
        <ContactComposer
          rich={false}
          threadId={view?.header.id ?? "new"}
          draft={view?.draft.body ?? null}
          receiver={view?.receivers[0]}
          onDraft={props.onDraft}
          onSend={props.onSend}
          onTyping={props.onTyping}
        />
      )}
    </section>
  );
}

function Header({
  firm,
  teamOnline,
  onlineName,
  answerHours,
  view,
  threads,
  onBack,
  onClose,
}: WidgetPanelProps): JSX.Element {
  return (
    <header class="widget__head">
      {view && threads.length > 1 && (
        <IconButton icon={BackIcon} size={20} label={t("back")} class="widget__back" onClick={onBack} />
      )}
      <FirmMark {...firm} />
      <div class="widget__names">
        <h1 class="widget__name">{firm.name}</h1>
        <p class="widget__sub">
          {teamOnline ? (
            <>
              <span class="online">
                <span class="online__dot" aria-hidden="true" />
                {onlineName ? t("portal.online", { name: onlineName }) : t("portal.teamOnline")}
              </span>
              {answerHours > 0 && (
                <span class="widget__answer">{t("widget.answer", { n: answerHours })}</span>
              )}
            </>
          ) : (
            t("widget.away")
          )}
        </p>
      </div>
      <IconButton icon={CloseIcon} size={20} label={t("close")} onClick={onClose} />
    </header>
  );
}

function Threads({ threads, more, onOpen, onMore, canCreate }: WidgetPanelProps): JSX.Element {
  if (threads.length === 0) {
    return (
      <EmptyState icon={ChatIcon} title={t("portal.noChats")}>
        {canCreate ? t("portal.noChatsStart") : t("portal.noChatsWait")}
      </EmptyState>
    );
  }
  return (
    <ul class="rows widget__rows">
      {threads.map((row) => (
        <ContactRow key={row.id} row={row} href="#" onOpen={onOpen} />
      ))}
      {more && (
        <li class="widget__more">
          <Button kind="quiet" wide onClick={onMore}>
            {t("list.more")}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Thread(props: WidgetPanelProps & { readonly view: View; readonly writing: number }): JSX.Element {
  const { view, tasks, writing } = props;
  useOpening(view.header, props.openedFor);
  if (view.state === "gone" || view.state === "unknown")
    return <ThreadGone had={view.state === "gone"} onBack={props.onBack} />;
  return (
    <>
      <Folded
        subject={view.header.subject}
        tasks={tasks}
        readOnly={view.header.archived}
        onTick={props.onTick}
        writing={writing}
      />
      <ThreadStream
        view={view}
        message={ContactMessage}
        meId={props.meId}
        onReload={props.onReload}
        onOlder={props.onOlder}
        onSeen={props.onSeen}
        onRetry={props.onMessageRetry}
        onDiscard={props.onMessageDiscard}
      />
    </>
  );
}

interface FoldedProps {
  readonly subject: string;
  readonly tasks: readonly TaskView[];
  readonly readOnly: boolean;
  readonly onTick: (taskId: string, done: boolean) => void;
  readonly writing: number;
}

/** "Year-end 2025 · 3 things to do 2/5": opens over the stream. */
function Folded({ subject, tasks, readOnly, onTick, writing }: FoldedProps): JSX.Element {
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (writing > 0) setOpen(false);
  }, [writing]);
  const done = tasks.filter((task) => task.done).length;
  const left = tasks.length - done;
  const words = (
    <span class="widget__bar-text">
      <strong>{subject}</strong>
      {left > 0 && <span class="widget__bar-count"> · {t("widget.todo", { n: left })}</span>}
    </span>
  );
  const bar =
    tasks.length === 0 ? (
      <span class="widget__bar">{words}</span>
    ) : (
      <button type="button" class="widget__bar" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words}
        <TaskMarks done={done} total={tasks.length} />
        {open ? <ChevronUpIcon size={16} /> : <ChevronDownIcon size={16} />}
      </button>
    );
  return (
    <>
      <h2 class="widget__subject" id="thread-subject" tabIndex={-1}>
        {bar}
      </h2>
      {open && (
        <ul class="todo__list widget__tasks">
          {sunk(tasks).map((task) => (
            <TaskItem key={task.id} task={task} contact readOnly={readOnly} onTick={onTick} />
          ))}
        </ul>
      )}
    </>
  );
}
