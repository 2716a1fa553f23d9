// The firm as clients see it.

import type { JSX } from "preact";
import { initials } from "./Avatar.tsx";
import type { FirmView } from "./models.ts";

/** The firm's mark: its logo, else its first two initials on ink. Its name stands beside it. */
export function FirmMark({ name, logo }: FirmView): JSX.Element {
  if (logo) return <img class="firm-logo" src={logo} alt="" />;
  return <span class="firm-mark" data-initials={initials(name)} aria-hidden="true" />;
}
