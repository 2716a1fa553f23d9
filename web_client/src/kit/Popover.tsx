// A raised surface beside its anchor: flips and shifts to stay in view, closes on Escape and on a press outside.
// Fixed to the window, so that no scrolling column cuts it off.

import "./popover.css";
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface PopoverProps {
  /** Beside what it stands: an element, or a rectangle for a caret. */
  readonly anchor: HTMLElement | DOMRect;
  readonly align?: "start" | "end";
  readonly prefer?: "below" | "above";
  /** With `restore`, focus goes back to the anchor (Escape, a choice); without, it stays where the press was. */
  readonly onClose: (restore: boolean) => void;
  readonly class?: string;
  readonly children: ComponentChildren;
}

const GAP = 6;
const EDGE = 8;

export function Popover({
  anchor,
  align = "start",
  prefer = "below",
  onClose,
  class: name,
  children,
}: PopoverProps): JSX.Element {
  const surface = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const place = (): void => {
      const element = surface.current;
      if (!element) return;
      const at = "getBoundingClientRect" in anchor ? anchor.getBoundingClientRect() : anchor;
      const { left, top } = position(at, element.getBoundingClientRect(), align, prefer);
      element.style.left = `${left}px`;
      element.style.top = `${top}px`;
    };
    place();
    const observer = new ResizeObserver(place);
    if (surface.current) observer.observe(surface.current);
    addEventListener("resize", place);
    addEventListener("scroll", place, true);
    return () => {
      observer.disconnect();
      removeEventListener("resize", place);
      removeEventListener("scroll", place, true);
    };
  }, [anchor, align, prefer]);

  // With the surface and no longer: an effect that runs after the next paint would leave a closed surface that swallows
  // an Escape, and an open one that doesn't hear it.
  useLayoutEffect(() => {
    const outside = (event: PointerEvent): void => {
      const path = event.composedPath();
      if (surface.current && path.includes(surface.current)) return;
      if ("getBoundingClientRect" in anchor && anchor instanceof Node && path.includes(anchor)) return;
      onClose(false);
    };
    const escapes = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      // Else the browser would also close the dialog that this stands in.
      event.preventDefault();
      onClose(true);
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("keydown", escapes, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("keydown", escapes, true);
    };
  }, [anchor, onClose]);

  return (
    <div ref={surface} class={name ? `popover ${name}` : "popover"}>
      {children}
    </div>
  );
}

/** Where a surface of this size goes: on the preferred side if it fits, else on the other, and inside the window. */
function position(
  at: DOMRect,
  size: DOMRect,
  align: "start" | "end",
  prefer: "below" | "above",
): { left: number; top: number } {
  const wanted = align === "start" ? at.left : at.right - size.width;
  const left = Math.max(EDGE, Math.min(wanted, innerWidth - size.width - EDGE));
  const below = at.bottom + GAP;
  const above = at.top - GAP - size.height;
  const fitsBelow = below + size.height <= innerHeight - EDGE;
  const top =
    prefer === "below" ? (fitsBelow || above < EDGE ? below : above) : above >= EDGE ? above : below;
  return { left, top: Math.max(EDGE, Math.min(top, innerHeight - size.height - EDGE)) };
}
