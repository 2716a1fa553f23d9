// One thread for a client: who is on the other side, what is to be done, the stream, the field.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { DownloadAllProps } from "../documents/DownloadAll.tsx";
import type { DraftFiles } from "../documents/draft_files.ts";
import { format, t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { ArchiveIcon, BackIcon } from "../kit/icons.tsx";
import { useWriting } from "../kit/writing.ts";
import { ContactMessage } from "../messages/ContactMessage.tsx";
import type { BodyDoc } from "../messages/models.ts";
import { ContactComposer } from "../messages/writing/ContactComposer.tsx";
import { lazy } from "../shell/lazy.tsx";
import { ContactTasks, TodoColumn } from "../tasks/ContactTasks.tsx";
import type { TaskView } from "../tasks/models.ts";
import type { ThreadView as View } from "./models.ts";
import { type OpenedFor, useOpening } from "./opening.ts";
import { ThreadGone, ThreadStream } from "./ThreadStream.tsx";

const DownloadAll = lazy<DownloadAllProps>(
  async () => (await import("../documents/DownloadAll.tsx")).DownloadAll,
);

export interface PortalThreadProps {
  readonly view: View;
  readonly tasks: readonly TaskView[];
  readonly meId: string;
  /** "The team is online": somebody of the firm is. */
  readonly teamOnline: boolean;
  readonly openedFor: OpenedFor | undefined;
  /** Messages carry some that the reader may see: they can be had all at once. */
  readonly hasDocuments?: boolean | undefined;
  /** Those that go with what is written. */
  readonly files?: DraftFiles | undefined;
  readonly onBack: () => void;
  readonly onSend: (body: BodyDoc) => void;
  readonly onDraft: (body: BodyDoc | null) => void;
  readonly onTyping: () => void;
  readonly onTick: (taskId: string, done: boolean) => void;
  readonly onRetry: (key: string) => void;
  readonly onDiscard: (key: string) => void;
  readonly onOlder: () => void;
  readonly onSeen: (keys: readonly string[]) => void;
  readonly onReload: () => void;
}

export function PortalThread(props: PortalThreadProps): JSX.Element {
  const { view, tasks } = props;
  const { id, archived } = view.header;
  const section = useRef<HTMLElement>(null);
  const writing = useWriting(section, ".contact-composer", ".todo");
  useOpening(view.header, props.openedFor);
  if (view.state === "gone" || view.state === "unknown")
    return <ThreadGone had={view.state === "gone"} onBack={props.onBack} />;
  return (
    <>
      <section
        ref={section}
        class="portal-thread"
        aria-labelledby="thread-subject"
        {...(props.files ? { "data-drop": t("attach.drop") } : {})}
      >
        <Header {...props} />
        <ContactTasks tasks={tasks} readOnly={archived} onTick={props.onTick} writing={writing} />
        <ThreadStream
          view={view}
          message={ContactMessage}
          meId={props.meId}
          onReload={props.onReload}
          onOlder={props.onOlder}
          onSeen={props.onSeen}
          onRetry={props.onRetry}
          onDiscard={props.onDiscard}
        />
        {archived && (
          <p class="portal-thread__archived">
            <ArchiveIcon size={16} />
            {t("portal.archived")}
          </p>
        )}
        <ContactComposer
          rich
          threadId={id}
          draft={view.draft.body}
          receiver={view.receivers[0]}
          files={props.files}
          blocked={view.cannotSend === "no_access" ? t("thread.noAccess") : undefined}
          onDraft={props.onDraft}
          onSend={props.onSend}
          onTyping={props.onTyping}
        />
      </section>
      <aside class="portal-todo" aria-label={t("todo")}>
        <TodoColumn tasks={tasks} readOnly={archived} onTick={props.onTick} />
      </aside>
    </>
  );
}

function Header({ view, teamOnline, hasDocuments, onBack }: PortalThreadProps): JSX.Element {
  const { id, people, subject } = view.header;
  const online = people.find((person) => person.online);
  return (
    <header class="portal-thread__head">
      <IconButton icon={BackIcon} size={22} label={t("back")} class="portal-thread__back" onClick={onBack} />
      <div class="portal-thread__words">
        <h2 class="portal-thread__subject" id="thread-subject" tabIndex={-1}>
          {subject}
        </h2>
        <p class="portal-thread__sub">
          {people.length > 0 && <span>{format.value.list(people.map((person) => person.name))}</span>}
          {(online || teamOnline) && (
            <span class="online">
              {online
                ? t("portal.online", { name: online.name.split(" ")[0] ?? online.name })
                : t("portal.teamOnline")}
            </span>
          )}
        </p>
      </div>
      {hasDocuments && (
        <div class="portal-thread__acts">
          <DownloadAll threadId={id} />
        </div>
      )}
    </header>
  );
}
