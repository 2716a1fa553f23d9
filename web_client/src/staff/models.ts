// What is drawn of colleagues in a picker. See kit/models.ts.

import type { PersonView } from "../kit/models.ts";

/** A row of the assign picker or of the @-picker. Without access it is shown, but can't be chosen (MN-4, AS-2). */
export interface StaffChoice {
  readonly person: PersonView;
  readonly me?: boolean;
  readonly hasAccess: boolean;
  readonly openCount?: number;
}
