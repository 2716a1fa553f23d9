// By itself: the tools over a text are fetched, and the others are in the portal at once; see icons.tsx.

import { draw, type Icon } from "./icons.tsx";

export const VideoIcon: Icon = (p) =>
  draw(
    p,
    "M4.5 6.5h9A1.5 1.5 0 0 1 15 8v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5zM15 11l6-3.5v9L15 13",
  );
