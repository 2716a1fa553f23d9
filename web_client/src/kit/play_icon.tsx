// By itself: fetched with the first video; see icons.tsx.

import { draw, type Icon } from "./icons.tsx";

export const PlayIcon: Icon = (p) => draw(p, "M8.5 5.5v13l10-6.5z");
