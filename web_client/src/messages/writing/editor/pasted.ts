// What is pasted, as the editor's schema reads it: what styles mean is said by elements, and the ways of the programs that
// people copy from are undone. Google Docs wraps all of it in a bold that is none, and makes italics by style; Word writes
// items of lists as paragraphs, and headings by rank; Excel says bold in a style sheet; mail stands in tables that are none.
// The nodes are those of a document that nobody looks at: nothing in it is run, fetched or styled. The page's policy forbids
// even that, so styles are read from attributes of another name.

import { DOMParser, type ParseOptions, type Slice } from "prosemirror-model";
import { TABLE_CELLS_MAX } from "../../../core/protocol.gen.ts";
import { inTables, plain } from "../../tables.ts";
import { schema } from "./schema.ts";

type Name = "a" | "br" | "div" | "em" | "li" | "ol" | "p" | "strong" | "table" | "td" | "tr" | "u" | "ul";

/** What a text looks like where it stands. */
interface Look {
  readonly strong: boolean;
  readonly em: boolean;
  readonly underline: boolean;
  /** In a heading, which is bold whatever its parts say. */
  readonly heading: boolean;
  readonly href: string | undefined;
}

const PLAIN: Look = { strong: false, em: false, underline: false, heading: false, href: undefined };
const STYLE = "data-pasted-style";
const SHEETS = /<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi;
const RULES = /\.([\w-]+)\s*\{([^}]*)\}/g;
const DROPPED = names(
  "head title meta link script style template noscript xml col colgroup svg object iframe",
);
const HEADINGS = names("h1 h2 h3 h4 h5 h6");
const BLOCKS = names(
  "address article aside blockquote center dd div dl dt figcaption figure footer form header hr li main nav section pre caption td th",
);
const LAID_OUT = "table, ul, ol, h1, h2, h3, h4, h5, h6";
/** A cell that says more than this is a part of a page, and no figure. */
const CELL_CHARACTERS_MAX = 1_000;
const SPAN_MAX = 50;
/** As deep as a body's lists go. */
const LISTS_MAX = 5;

function names(all: string): ReadonlySet<string> {
  return new Set(all.toUpperCase().split(" "));
}

/** Reads what is pasted: first as a text, then as nodes. What was copied from a field of ours stays as it is. */
export class PastedReader extends DOMParser {
  readonly #rules = new Map<string, string>();

  constructor() {
    super(schema, DOMParser.fromSchema(schema).rules);
  }

  /** The HTML before it is made nodes: its style sheets are remembered, and its styles have another name. */
  prepared(html: string): string {
    this.#rules.clear();
    return html
      .replace(SHEETS, (_, sheet: string) => {
        for (const [, name = "", style = ""] of sheet.matchAll(RULES)) this.#rules.set(name, style);
        return "";
      })
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle(?=\s*=)/gi, ` ${STYLE}`));
  }

  override parseSlice(pasted: Element, options?: ParseOptions): Slice {
    return super.parseSlice(this.cleaned(pasted), options);
  }

  cleaned(pasted: Element): Element {
    if (pasted.querySelector("[data-pm-slice]")) return pasted;
    return new Cleaner(pasted.ownerDocument, this.#rules).whole(pasted);
  }
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

function nameOf(element: Element): string {
  return element.tagName.toUpperCase();
}

class Cleaner {
  readonly #pasted: Document;
  readonly #rules: ReadonlyMap<string, string>;

  constructor(pasted: Document, rules: ReadonlyMap<string, string>) {
    this.#pasted = pasted;
    this.#rules = rules;
  }

  whole(pasted: Element): Element {
    const all = this.#pasted.createElement("div");
    this.#flow(pasted, all, PLAIN);
    return all;
  }

  /** What stands in `from` goes to `to`, with Word's items in lists. */
  #flow(from: Node, to: Element, look: Look): void {
    const lists = new WordLists((name, into) => this.#add(name, into));
    for (const node of [...from.childNodes]) {
      const item = isElement(node) ? this.#wordItem(node) : undefined;
      if (item && isElement(node)) {
        for (const part of [...node.querySelectorAll(`[${STYLE}]`)])
          if (isMarker(this.#styleOf(part))) part.remove();
        this.#flow(node, this.#add("p", lists.item(item, to)), look);
        continue;
      }
      if (isElement(node) || !/^\s*$/.test(node.textContent ?? "")) lists.end();
      if (isElement(node)) this.#element(node, to, look);
      else if (node.nodeType === 3) this.#text(node.textContent ?? "", to, look);
    }
  }

  #element(element: Element, to: Element, look: Look): void {
    const name = nameOf(element);
    const style = this.#styleOf(element);
    if (DROPPED.has(name) || isHidden(style)) return;
    const inner = lookOf(element, style, look);
    // The last only says that a paragraph ends there.
    if (name === "BR" && element.className !== "Apple-interchange-newline") this.#add("br", to);
    else if (name === "TABLE") this.#table(element, to, inner);
    else if (name === "UL" || name === "OL") this.#list(element, name === "UL" ? "ul" : "ol", to, inner);
    else if (name === "P" || HEADINGS.has(name)) this.#paragraph(element, to, inner);
    else this.#flow(element, BLOCKS.has(name) ? this.#add("div", to) : to, inner);
  }

  #paragraph(element: Element, to: Element, look: Look): void {
    const made = this.#add("p", to);
    if (plain(element.textContent ?? "") !== "" || element.querySelector("br"))
      this.#flow(element, made, look);
  }

  #text(text: string, to: Element, look: Look): void {
    let place = to;
    if (look.href !== undefined) {
      place = this.#add("a", place);
      place.setAttribute("href", look.href);
    }
    if (look.strong || look.heading) place = this.#add("strong", place);
    if (look.em) place = this.#add("em", place);
    if (look.underline && look.href === undefined) place = this.#add("u", place);
    place.append(this.#pasted.createTextNode(text));
  }

  /** Google Docs puts a list into a list, beside the item that it belongs to. */
  #list(list: Element, kind: "ul" | "ol", to: Element, look: Look): void {
    const made = this.#add(kind, to);
    let last: Element | undefined;
    for (const node of [...list.childNodes]) {
      if (isElement(node) && nameOf(node) === "LI") {
        const style = this.#styleOf(node);
        if (isHidden(style)) continue;
        last = this.#add("li", made);
        this.#flow(node, last, lookOf(node, style, look));
      } else if (isElement(node)) {
        last ??= this.#add("li", made);
        this.#element(node, last, look);
      }
    }
    if (!last) made.remove();
  }

  #table(table: Element, to: Element, look: Look): void {
    const rows = this.#figures(table);
    if (!rows) {
      this.#flow(table, to, look);
      return;
    }
    for (const caption of [...table.querySelectorAll("caption")]) this.#paragraph(caption, to, look);
    for (const some of inTables(rows)) {
      const made = this.#add("table", to);
      for (const cells of some) {
        const row = this.#add("tr", made);
        for (const text of cells) this.#add("td", row).append(this.#pasted.createTextNode(text));
      }
    }
  }

  /** The cells of a table, without what is empty around them; undefined where it only lays something out. */
  #figures(table: Element): string[][] | undefined {
    if (table.getAttribute("role") === "presentation" || table.querySelector(LAID_OUT)) return undefined;
    const from = [...table.querySelectorAll("tr")].filter((row) => !isHidden(this.#styleOf(row)));
    const rows: string[][] = from.map(() => []);
    from.forEach((row, at) => {
      let place = 0;
      for (const cell of [...row.children]) {
        if (!/^T[DH]$/i.test(cell.tagName) || isHidden(this.#styleOf(cell))) continue;
        while (rows[at]?.[place] !== undefined) place += 1;
        const wide = spanOf(cell, "colspan");
        for (const below of rows.slice(at, at + spanOf(cell, "rowspan")))
          for (let right = 0; right < wide; right += 1) below[place + right] = "";
        rows[at]?.splice(place, 1, plain(this.#said(cell)));
        place += wide;
      }
    });
    const most = Math.max(0, ...rows.map((cells) => cells.length));
    const full = rows.map((cells) => Array.from({ length: most }, (_, at) => cells[at] ?? ""));
    const filled = full.filter((cells) => cells.some((text) => text !== ""));
    const places = Array.from({ length: most }, (_, at) => at).filter((at) =>
      filled.some((cells) => cells[at]),
    );
    const [first, last] = [places[0] ?? 0, places.at(-1) ?? 0];
    const tooMuch = filled.some((cells) => cells.some((text) => text.length > CELL_CHARACTERS_MAX));
    if (first === last || last - first >= TABLE_CELLS_MAX || tooMuch) return undefined;
    const [top, bottom] = [full.indexOf(filled[0] ?? []), full.lastIndexOf(filled.at(-1) ?? [])];
    return full.slice(top, bottom + 1).map((cells) => cells.slice(first, last + 1));
  }

  /** The words of a cell, with a blank where a line ends. */
  #said(node: Node): string {
    if (!isElement(node)) return node.nodeType === 3 ? (node.textContent ?? "") : "";
    const name = nameOf(node);
    if (name === "BR") return " ";
    if (DROPPED.has(name) || isHidden(this.#styleOf(node))) return "";
    const words = [...node.childNodes].map((child) => this.#said(child)).join("");
    return name === "P" || BLOCKS.has(name) ? ` ${words} ` : words;
  }

  #wordItem(element: Element): WordItem | undefined {
    const found = nameOf(element) === "P" && /mso-list:\s*\w+\s+level(\d)/.exec(this.#styleOf(element));
    if (!found) return undefined;
    const marker = [...element.querySelectorAll(`[${STYLE}]`)].find((part) => isMarker(this.#styleOf(part)));
    const ordered = /^\(?(?:\d+|[a-z]{1,5})[.)]/i.test(marker?.textContent?.trim() ?? "");
    return { level: Math.min(Number(found[1]) || 1, LISTS_MAX), kind: ordered ? "ol" : "ul" };
  }

  #styleOf(element: Element): string {
    const classes = (element.getAttribute("class") ?? "").split(/\s+/);
    const all = [...classes.map((name) => this.#rules.get(name) ?? ""), element.getAttribute(STYLE) ?? ""];
    return all.join(";").toLowerCase();
  }

  #add(name: Name, to: Element): Element {
    const made = this.#pasted.createElement(name);
    to.append(made);
    return made;
  }
}

interface WordItem {
  readonly level: number;
  readonly kind: "ul" | "ol";
}

/** Puts Word's paragraphs that follow each other into lists by their levels. */
class WordLists {
  readonly #add: (name: Name, to: Element) => Element;
  #open: (WordItem & { readonly list: Element })[] = [];

  constructor(add: (name: Name, to: Element) => Element) {
    this.#add = add;
  }

  end(): void {
    this.#open = [];
  }

  /** Where an item's words go. */
  item({ level, kind }: WordItem, to: Element): Element {
    this.#open = this.#open.filter((one) => one.level < level || (one.level === level && one.kind === kind));
    const last = this.#open.at(-1);
    if (last?.level === level) return this.#add("li", last.list);
    const list = this.#add(kind, last?.list.lastElementChild ?? to);
    this.#open.push({ level, kind, list });
    return this.#add("li", list);
  }
}

function isHidden(style: string): boolean {
  return /(?:^|[;\s])(?:display:\s*none|mso-hide:\s*all)/.test(style);
}

/** The bullet or number that Word writes before an item. */
function isMarker(style: string): boolean {
  return /mso-list:\s*ignore/.test(style);
}

function spanOf(cell: Element, name: "colspan" | "rowspan"): number {
  return Math.min(Math.max(1, Number.parseInt(cell.getAttribute(name) ?? "1", 10) || 1), SPAN_MAX);
}

function lookOf(element: Element, style: string, outer: Look): Look {
  const name = nameOf(element);
  const said = (property: string): string | undefined =>
    new RegExp(`(?:^|[;\\s])${property}:\\s*([^;]+)`).exec(style)?.[1]?.trim();
  const weight = said("font-weight");
  const slant = said("font-style");
  const line = said("text-decoration(?:-line)?");
  const href = name === "A" ? element.getAttribute("href") : null;
  return {
    strong: weight
      ? /^(?:bold|[6-9]\d\d)/.test(weight)
      : outer.strong || name === "B" || name === "STRONG" || name === "TH",
    em: slant ? /^(?:italic|oblique)/.test(slant) : outer.em || name === "I" || name === "EM",
    underline: line ? line.includes("underline") : outer.underline || name === "U" || name === "INS",
    heading: outer.heading || HEADINGS.has(name),
    href: href ?? outer.href,
  };
}
