// The editor as a component: mounts the view, keeps the @-picker beside the caret. Loaded lazily by EditorField.

import "../../../shortcodes/chips.css";
import "../../figures.css";
import "./video_draft.css";
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { EditorView } from "prosemirror-view";
import type { StaffChoice } from "../../../staff/models.ts";
import type { BodyDoc } from "../../models.ts";
import { linkPopover } from "../link_popover.ts";
import { MentionPicker, mentionChoices } from "./MentionPicker.tsx";
import { createView, type EditorHandle, type MentionTyping, type ToolbarState } from "./view.ts";

export interface EditorProps {
  /** Read when mounting, and when `docKey` changes. */
  readonly body: BodyDoc | null;
  readonly docKey: string;
  readonly label: string;
  readonly placeholder: string;
  readonly lang?: string | undefined;
  /** Whom "@" offers; none switches mentions off. */
  readonly people?: readonly StaffChoice[] | undefined;
  /** Shortcodes show as chips. */
  readonly codes?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
  /** How many positions before its end the caret stands when mounting; 0 without it. */
  readonly caret?: number | undefined;
  readonly onChange: (body: BodyDoc) => void;
  readonly onToolbar: (state: ToolbarState) => void;
  readonly onSubmit: () => void;
  readonly onReady: (handle: EditorHandle | null) => void;
  readonly onMentionOpen?: () => void;
}

export default function Editor(props: EditorProps): JSX.Element {
  const id = useId();
  const mount = useRef<HTMLDivElement>(null);
  const handle = useRef<EditorHandle | null>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [typing, setTyping] = useState<MentionTyping | undefined>(undefined);
  const [current, setCurrent] = useState(0);
  const [asking, setAsking] = useState<{ readonly at: DOMRect; readonly href: string }>();
  const toolbar = useRef<ToolbarState>(undefined);
  const dismissed = useRef<string | undefined>(undefined);
  const { able, unable } =
    typing && props.people ? mentionChoices(props.people, typing.query) : { able: [], unable: [] };
  const open = able.length + unable.length > 0;
  const picker = useRef({ able, open, current });
  picker.current = { able, open, current: Math.min(current, able.length - 1) };

  const choose = (index: number): void => {
    const choice = picker.current.able[index];
    if (choice) handle.current?.mention(choice.person);
  };
  const close = (): void => {
    dismissed.current = "here";
    setTyping(undefined);
  };

  // At once, not after the next paint: it takes the place of a field in which somebody may be typing.
  useLayoutEffect(() => {
    if (!mount.current) return;
    const created = createView(mount.current, {
      body: latest.current.body,
      caret: latest.current.caret ?? 0,
      codes: latest.current.codes ?? false,
      attributes: () => attributes(latest.current, picker.current, id),
      onChange: (body) => latest.current.onChange(body),
      onToolbar(state) {
        toolbar.current = state;
        latest.current.onToolbar(state);
      },
      onSubmit: () => latest.current.onSubmit(),
      onLink(at) {
        const href = toolbar.current?.link ?? "";
        void linkPopover.fetch().then((here) => here && setAsking({ at, href }));
      },
      onMention(next) {
        if (next === undefined) dismissed.current = undefined;
        else if (dismissed.current !== undefined) return;
        if (next) latest.current.onMentionOpen?.();
        setTyping(next);
        setCurrent(0);
      },
      onMentionKey(event) {
        const { open: isOpen, able: people, current: at } = picker.current;
        if (!isOpen) return false;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          if (people.length > 0)
            setCurrent((at + (event.key === "ArrowDown" ? 1 : -1) + people.length) % people.length);
          return true;
        }
        if (
          (event.key === "Enter" || event.key === "Tab") &&
          !event.ctrlKey &&
          !event.metaKey &&
          people.length > 0
        ) {
          choose(at);
          return true;
        }
        if (event.key !== "Escape") return false;
        close();
        return true;
      },
    });
    handle.current = created.handle;
    view.current = created.view;
    latest.current.onReady(created.handle);
    if (latest.current.autofocus) created.handle.focus();
    return () => {
      latest.current.onReady(null);
      created.view.destroy();
    };
  }, []);

  // ProseMirror asks for attributes when its state changes; the current choice and the label are ours.
  useEffect(() => view.current?.setProps({}), [open, picker.current.current, props.label, props.placeholder]);

  const shownKey = useRef(props.docKey);
  useLayoutEffect(() => {
    if (shownKey.current === props.docKey) return;
    shownKey.current = props.docKey;
    handle.current?.replace(latest.current.body);
  }, [props.docKey]);

  const LinkPopover = linkPopover.here.value;
  const asked = (): void => {
    setAsking(undefined);
    handle.current?.focus();
  };
  return (
    <>
      <div ref={mount} />
      {asking && LinkPopover && (
        <LinkPopover
          anchor={asking.at}
          href={asking.href}
          onSave={(href) => {
            asked();
            handle.current?.setLink(href);
          }}
          onClose={(restore) => (restore ? asked() : setAsking(undefined))}
        />
      )}
      {typing && open && (
        <MentionPicker
          id={`${id}-people`}
          anchor={typing.at}
          able={able}
          unable={unable}
          current={Math.min(current, able.length - 1)}
          onChoose={(choice) => handle.current?.mention(choice.person)}
          onPoint={setCurrent}
          onClose={close}
        />
      )}
    </>
  );
}

function attributes(
  props: EditorProps,
  picker: { open: boolean; able: readonly StaffChoice[]; current: number },
  id: string,
): Record<string, string> {
  return {
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": props.label,
    "data-placeholder": props.placeholder,
    ...(props.lang ? { lang: props.lang } : {}),
    ...(picker.open && picker.able.length > 0
      ? { "aria-controls": `${id}-people`, "aria-activedescendant": `${id}-people-${picker.current}` }
      : {}),
  };
}
