// What the loader in a firm's page and the panel in its frame say to each other, always to an exact origin.
// Knows the shapes only. Everything that arrives is checked: origin and source by the receiver, shape here.

/** From the panel to the page around it. */
export type PanelSays =
  | { readonly chattar: "ready" }
  /** The panel connects: who is the visitor? Asked for each connection, since identities expire. */
  | { readonly chattar: "identity?"; readonly ask: number }
  | { readonly chattar: "unread"; readonly count: number }
  | { readonly chattar: "close" };

/** From the page to the panel. `identity` is the JWT that the firm's server signed, or null when there is none. */
export type PageSays =
  | { readonly chattar: "identity"; readonly ask: number; readonly identity: string | null }
  | { readonly chattar: "open" | "closed" };

/** The name by which a message is ours, or undefined. */
export function kindOf(data: unknown): string | undefined {
  const kind =
    typeof data === "object" && data !== null ? (data as { chattar?: unknown }).chattar : undefined;
  return typeof kind === "string" ? kind : undefined;
}
