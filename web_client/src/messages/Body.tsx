// A message's document as elements: never as markup, so nothing that somebody wrote can become code.
// Knows the closed tree of models.ts; what it doesn't know it leaves out.

import type { JSX } from "preact";
import { lazy } from "../shell/lazy.tsx";
import type { LinkedProps } from "./Linked.tsx";
import type { BlockNode, BodyDoc, InlineNode, ParagraphNode, TextNode } from "./models.ts";

/** Signs that stand in each address. */
const ADDRESS_SIGNS = /:\/\/|@|www\./i;
/** Where links are made; the text by itself until that has been fetched. */
const Linked = lazy<LinkedProps>(
  async () => (await import("./Linked.tsx")).Linked,
  ({ text }) => text,
);

const Table = lazy<{ readonly table: ParagraphNode }>(async () => (await import("./Table.tsx")).Table);

const Video = lazy<{ readonly block: ParagraphNode }>(async () => (await import("./Video.tsx")).Video);

export interface BodyProps {
  readonly body: BodyDoc;
  /** Staff see mentions as marks (and their own stronger); clients see plain "@Name" (MN-5). */
  readonly mentions?: "mark" | "plain";
  /** The viewer's id, for a mention of themselves. */
  readonly meId?: string | undefined;
  readonly lang?: string | undefined;
}

export function Body({ body, mentions = "mark", meId, lang }: BodyProps): JSX.Element {
  return (
    <div class="body" lang={lang} dir="auto">
      {body.content.map((block, index) => (
        <Block key={index} block={block} mentions={mentions} meId={meId} />
      ))}
    </div>
  );
}

interface Context {
  readonly mentions: "mark" | "plain";
  readonly meId: string | undefined;
}

function Block({ block, ...context }: Context & { readonly block: BlockNode }): JSX.Element | null {
  switch (block.type) {
    case "paragraph": {
      if (block.table) return <Table table={block} />;
      if (block.video) return <Video block={block} />;
      const content = block.content ?? [];
      return (
        <p>
          {content.length === 0 ? (
            <br />
          ) : (
            content.map((node, index) => <Inline key={index} node={node} {...context} />)
          )}
        </p>
      );
    }
    case "bullet_list":
    case "ordered_list": {
      const Tag = block.type === "bullet_list" ? "ul" : "ol";
      return (
        <Tag>
          {block.items.map((item, index) => (
            <li key={index}>
              {item.content.map((inner, at) => (
                <Block key={at} block={inner} {...context} />
              ))}
            </li>
          ))}
        </Tag>
      );
    }
    default:
      return null; // a kind that a newer server knows
  }
}

function Inline({
  node,
  mentions,
  meId,
}: Context & { readonly node: InlineNode }): JSX.Element | string | null {
  switch (node.type) {
    case "text":
      return marked(node);
    case "mention":
      if (mentions === "plain") return `@${node.name}`;
      return <span class={node.id === meId ? "mention mention--me" : "mention"}>@{node.name}</span>;
    case "break":
      return <br />;
    default:
      return null;
  }
}

function marked({ text, link, underline, em, strong }: TextNode): JSX.Element | string {
  let inner: JSX.Element | string = text;
  if (link || ADDRESS_SIGNS.test(text)) inner = <Linked text={text} link={link} />;
  if (underline) inner = <u>{inner}</u>;
  if (em) inner = <em>{inner}</em>;
  if (strong) inner = <strong>{inner}</strong>;
  return inner;
}
