// What the screens draw: plain, read-only views, already filtered, counted and sorted for one reader. Here what all
// nouns use; a noun's own stands in its folder's models.ts.
// Knows names and shapes. Refuses to know where they come from: a noun's other modules make them from protocol
// entities, the gallery makes them by hand. Times are milliseconds since the epoch; texts are already in the
// reader's words only where a person wrote them, all other words are chosen by the component through i18n.

export type Side = "staff" | "contact";

/** Somebody who is shown with an avatar. `side` decides its shape: staff squares, contacts circles. */
export interface PersonView {
  readonly id: string;
  readonly side: Side;
  readonly name: string;
  readonly online?: boolean;
}

export interface AccountView {
  readonly id: string;
  readonly name: string;
  /** The firm's own short id, "HB2"; staff only. */
  readonly shortId?: string;
}

/** The firm as its clients see it: its mark and name come first, ours never. */
export interface FirmView {
  readonly name: string;
  /** A six-digit hex colour, or none for the product's petrol. */
  readonly accent?: string;
  /** Where its picture is. */
  readonly logo?: string;
}

export interface MeView {
  readonly person: PersonView;
  readonly email: string;
  readonly language: string;
  readonly role?: "owner" | "admin" | "employee";
  readonly firm: FirmView;
}

export type Theme = "system" | "light" | "dark";

export type ConnectionView =
  | { readonly state: "online" }
  | { readonly state: "offline" }
  | { readonly state: "reconnecting"; readonly attempt: number };

export interface ToastView {
  readonly key: string;
  readonly text: string;
  readonly icon?: "archive" | "check" | "bell" | "person" | "problem";
  /** A verb, "Undo". */
  readonly action?: { readonly label: string; readonly run: () => void };
}
