// The drawings: 24 px grid, one stroke, round ends, the colour of the text around them. One icon, one meaning
// (design.md 5). Decorative always: whoever uses one gives the words beside it.

import type { JSX } from "preact";

export interface IconProps {
  /** Drawn at this many px, 14 to 30. */
  readonly size?: number | undefined;
  readonly class?: string | undefined;
}
export type Icon = (props: IconProps) => JSX.Element;

export function draw({ size = 18, class: name }: IconProps, d: string, weight = 1.6): JSX.Element {
  return (
    <svg
      class={name ? `icon ${name}` : "icon"}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={weight}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={d} />
    </svg>
  );
}

export const RING = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0";

// places
export const InboxIcon: Icon = (p) =>
  draw(
    p,
    "M6.4 5h11.2l3.4 8v4.5a1.8 1.8 0 0 1-1.8 1.8H4.8A1.8 1.8 0 0 1 3 17.5V13zM3 13h5.2l1.3 2.6h5L15.8 13H21",
  );
export const ChatIcon: Icon = (p) => draw(p, "M12 4a8 8 0 1 1-3.7 15.1L4 20.2l1.2-4.1A8 8 0 0 1 12 4z");
export const TasksIcon: Icon = (p) =>
  draw(p, "M3.5 6.2l1.6 1.6l2.9-3.2M3.5 12.6l1.6 1.6l2.9-3.2M4 18.7h3.2M11.5 6.5h9M11.5 12.6h9M11.5 18.7h9");
export const AccountsIcon: Icon = (p) =>
  draw(p, "M4 20V5.8L12 4v16M12 9l8 2v9M2.5 20h19M7 8.5h2M7 12h2M7 15.5h2M15.3 14h1.5M15.3 17h1.5");
export const BulkIcon: Icon = (p) => draw(p, "M20.5 3.5L3.5 10l6.8 3.2L13.8 20.5zM10.3 13.2l4-3.7");
export const SettingsIcon: Icon = (p) =>
  draw(
    p,
    "M3 7h10.5M18.5 7H21M16 4.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5M3 17h2.5M10.5 17H21M8 14.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5",
  );
export const FolderIcon: Icon = (p) =>
  draw(
    p,
    "M3.5 6.5A1.5 1.5 0 0 1 5 5h4.5l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18z",
  );
export const PersonIcon: Icon = (p) =>
  draw(p, "M12 4.5a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6M5 20c.4-3.4 3-5.2 7-5.2s6.6 1.8 7 5.2");

// things
export const LockIcon: Icon = (p) =>
  draw(
    p,
    "M6.5 11h11a1.3 1.3 0 0 1 1.3 1.3v6.4a1.3 1.3 0 0 1-1.3 1.3h-11a1.3 1.3 0 0 1-1.3-1.3v-6.4A1.3 1.3 0 0 1 6.5 11zM8.3 11V8a3.7 3.7 0 0 1 7.4 0v3",
  );
export const BellIcon: Icon = (p) => draw(p, "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10.2 21h3.6");
export const PaperclipIcon: Icon = (p) =>
  draw(
    p,
    "M19.5 11.5l-7.8 7.8a4.7 4.7 0 0 1-6.7-6.7l8.3-8.3a3.2 3.2 0 0 1 4.5 4.5l-8.2 8.2a1.6 1.6 0 0 1-2.3-2.3l7.3-7.3",
  );
export const ArchiveIcon: Icon = (p) =>
  draw(p, "M3.5 4.5h17v4.5h-17zM5 9v9.2a1.3 1.3 0 0 0 1.3 1.3h11.4a1.3 1.3 0 0 0 1.3-1.3V9M9.8 13h4.4");
export const ClockIcon: Icon = (p) => draw(p, `${RING}M12 7.2V12l3.2 2`);
export const ProblemIcon: Icon = (p) => draw(p, `${RING}M12 7.5v5.2M12 16v.2`);
export const InfoIcon: Icon = (p) => draw(p, `${RING}M12 11.3v5M12 8v.2`);

// acts
export const PlusIcon: Icon = (p) => draw(p, "M12 5v14M5 12h14");
export const CloseIcon: Icon = (p) => draw(p, "M6 6l12 12M18 6L6 18");
export const SearchIcon: Icon = (p) =>
  draw(p, "M10.8 4.5a6.3 6.3 0 1 0 0 12.6a6.3 6.3 0 1 0 0-12.6M15.5 15.5l4.5 4.5");
export const MoreIcon: Icon = (p) => draw(p, "M5.5 12h.01M12 12h.01M18.5 12h.01", 2.4);
export const ReplyIcon: Icon = (p) => draw(p, "M9.5 6L4 11.5L9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1");
export const PencilIcon: Icon = (p) =>
  draw(p, "M4.5 19.5l.9-4L16.2 4.7a1.8 1.8 0 0 1 2.5 0l.6.6a1.8 1.8 0 0 1 0 2.5L8.5 18.6zM14.3 6.6l3.1 3.1");
export const UnreadIcon: Icon = (p) =>
  draw(
    p,
    "M13 5H5a1.5 1.5 0 0 0-1.5 1.5v11A1.5 1.5 0 0 0 5 19h14a1.5 1.5 0 0 0 1.5-1.5V11M6.5 9.5l5.5 4l3-2.2M17 5.5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
  );
export const LogoutIcon: Icon = (p) =>
  draw(p, "M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M15 8l4.5 4l-4.5 4M19 12H9.5");
export const EnterIcon: Icon = (p) => draw(p, "M19.5 6v4.5a3 3 0 0 1-3 3H5M9 9.5l-4 4l4 4");
export const ChevronDownIcon: Icon = (p) => draw(p, "M6.5 9.5l5.5 5.5l5.5-5.5");
export const BackIcon: Icon = (p) => draw(p, "M14.5 5.5L8 12l6.5 6.5");

// states
export const CheckIcon: Icon = (p) => draw(p, "M5 12.8l4.3 4.4L19 7");
export const DoubleCheckIcon: Icon = (p) => draw(p, "M2 12.8l4.3 4.4L16 7M11.5 16.3l.9.9L22 7");

/** The product's own mark, a C that speaks. Staff side only: clients never see it. */
export function BrandMark({ size = 34 }: { readonly size?: number }): JSX.Element {
  return (
    <svg class="brand" width={size} height={size} viewBox="0 0 34 34" aria-hidden="true" focusable="false">
      <rect class="brand__ground" width="34" height="34" rx="9" />
      <path class="brand__sign" d="M22.3 12.7a6.8 6.8 0 1 0 0 8.6M14.3 22.8l-3.6 2.4l.6-4.2" />
    </svg>
  );
}
