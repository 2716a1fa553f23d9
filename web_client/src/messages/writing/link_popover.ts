// The question for a link's address, fetched while the page is idle: by the bar's button and by Ctrl+K.

import { part } from "../../kit/on_demand.ts";

export const linkPopover = part(async () => (await import("./LinkPopover.tsx")).LinkPopover);
