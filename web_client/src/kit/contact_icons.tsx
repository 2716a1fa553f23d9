// The drawings that clients see at once and staff only in fetched parts; see icons.tsx.

import { draw, type Icon, RING } from "./icons.tsx";

export const HomeIcon: Icon = (p) =>
  draw(p, "M4 10.5L12 4l8 6.5V19a1.2 1.2 0 0 1-1.2 1.2H5.2A1.2 1.2 0 0 1 4 19zM9.5 20v-6h5v6");
export const SmileIcon: Icon = (p) => draw(p, `${RING}M8.3 14.2a4.3 4.3 0 0 0 7.4 0M9.2 9.5v.3M14.8 9.5v.3`);
export const ArrowUpIcon: Icon = (p) => draw(p, "M12 19V5M5.8 11.2L12 5l6.2 6.2");
export const TextIcon: Icon = (p) =>
  draw(p, "M2.5 18L7.5 6l5 12M4.2 14h6.6M14.5 18l3.3-8l3.3 8M15.7 15.2h4.2");
export const ChevronUpIcon: Icon = (p) => draw(p, "M6.5 14.5L12 9l5.5 5.5");
