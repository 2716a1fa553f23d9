// What a component draws, without a browser.

/** Every text in a tree of elements; of components in it the element that they draw. */
export function textOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(textOf).join("");
  if (typeof node === "number") return String(node);
  if (typeof node === "object" && node !== null && "props" in node)
    return textOf((node.props as { children?: unknown }).children);
  return typeof node === "string" ? node : "";
}
