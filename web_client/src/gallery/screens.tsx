// Whole screens, one per address.

import type { JSX } from "preact";
import { consoleScreens } from "./console_screens.tsx";
import { contactScreens } from "./contact_screens.tsx";
import { Parts } from "./Parts.tsx";

/** Address to screen. */
export const screens: Readonly<Record<string, () => JSX.Element>> = {
  parts: () => <Parts />,
  ...consoleScreens,
  ...contactScreens,
};
