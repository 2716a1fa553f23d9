// What is drawn of a thread's stream. Read-only, made for one reader; see kit/models.ts.

import type { Block, Body, Event, Inline, ListItem, Paragraph, Problem, Text } from "../core/protocol.gen.ts";
import type { AttachmentView } from "../documents/Attachments.tsx";
import type { PersonView } from "../kit/models.ts";

export type BodyDoc = Body;

export type BlockNode = Block;

export type InlineNode = Inline;

export type ParagraphNode = Paragraph;

export type TextNode = Text;

export type ListItemNode = ListItem;

/** A person's first name or full name, and when: "Petra 10:42". */
export interface ReachedView {
  readonly name: string;
  readonly at: number;
}

/** `mailed`: a mail server took a letter that tells of it. Only staff are told. */
export type ReachedKind = "read" | "delivered" | "mailed";

/** How far a message of the viewer's own side has come. `failed` stays until somebody decides; without a problem, the
 *  server hasn't answered. */
export type ReceiptView =
  | { readonly kind: "pending" }
  | { readonly kind: "sent"; readonly at: number }
  | { readonly kind: ReachedKind; readonly people: readonly ReachedView[] }
  | { readonly kind: "failed"; readonly problem?: Problem };

export interface QuoteView {
  /** The key of the quoted message in this stream, for jumping to it. */
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly at?: number;
}

export interface MessageView {
  /** Stable over the message's life: the client_message_id, so that pending and sent are the same row. */
  readonly key: string;
  readonly author: PersonView;
  /** The client account's name, shown beside contacts in the console. */
  readonly authorNote?: string;
  readonly at: number;
  readonly body: BodyDoc;
  /** Written by the viewer's side (the whole firm for staff). */
  readonly own: boolean;
  /** Written by the viewer: adds "You". */
  readonly mine: boolean;
  readonly internal?: boolean;
  readonly deleted?: boolean;
  readonly editedAt?: number;
  readonly quote?: QuoteView;
  readonly attachments?: readonly AttachmentView[];
  /** Only on own, client-visible messages. */
  readonly receipt?: ReceiptView;
  /** BCP 47 tag where known. */
  readonly lang?: string;
}

/** Something that happened and nobody wrote: the event, and what it says only together with others. */
export interface SystemView<E = Event> {
  readonly event: E;
  readonly actor: string;
  readonly actor_id?: string;
  /** Of a reminder: whom it was for, where not everybody was reached, or nobody. */
  readonly names?: readonly string[];
  readonly lost?: boolean;
}

/** One entry of a thread, oldest first. Day lines, the unread line and grouping are added by `streamRows`. */
export type StreamEntry =
  | { readonly type: "message"; readonly message: MessageView }
  | { readonly type: "system"; readonly key: string; readonly at: number; readonly system: SystemView };

export interface DraftView {
  readonly body: BodyDoc | null;
  readonly internal: boolean;
  readonly quote?: QuoteView;
}
