// Who is responsible, and the picker to change it: in the thread's header and in an inbox entry.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { ChevronDownIcon, PersonIcon } from "../kit/icons.tsx";
import type { AccountView, PersonView } from "../kit/models.ts";
import { part, useOnDemand } from "../kit/on_demand.ts";
import type { StaffChoice } from "./models.ts";

const staffPicker = part(async () => (await import("./StaffPicker.tsx")).StaffPicker);

export interface AssignButtonProps {
  readonly account: AccountView;
  readonly assignee: PersonView | undefined;
  /** Undefined while they are fetched. */
  readonly choices: readonly StaffChoice[] | undefined;
  readonly onOpen?: (() => void) | undefined;
  readonly onAssign: (staffId: string | null) => void;
  /** In an inbox entry an unassigned thread offers a plain "Assign" button. */
  readonly kind: "header" | "entry";
}

export function AssignButton({
  account,
  assignee,
  choices,
  onOpen,
  onAssign,
  kind,
}: AssignButtonProps): JSX.Element {
  const [StaffPicker, anchor, toggle, close] = useOnDemand(staffPicker, onOpen);
  const label = assignee ? t("assign.to", { name: assignee.name }) : t("assign.nobody");
  return (
    <>
      {kind === "entry" && !assignee ? (
        <Button
          kind="secondary"
          icon={PersonIcon}
          small
          data-key="a"
          aria-haspopup="dialog"
          aria-expanded={anchor !== null}
          onClick={toggle}
        >
          {t("assign")}
        </Button>
      ) : (
        <button
          type="button"
          class="assign"
          data-key="a"
          aria-haspopup="dialog"
          aria-expanded={anchor !== null}
          aria-label={assignee ? label : `${t("assign")}: ${label}`}
          title={label}
          onClick={toggle}
        >
          {assignee ? <Avatar person={{ ...assignee, online: false }} size={20} /> : <NobodyAvatar />}
          <span class="assign__name">{assignee ? assignee.name.split(" ")[0] : t("assign")}</span>
          {kind === "header" && <ChevronDownIcon size={16} />}
        </button>
      )}
      {anchor && StaffPicker && (
        <StaffPicker
          anchor={anchor}
          accountName={account.name}
          choices={choices}
          clearable={assignee !== undefined}
          onChoose={onAssign}
          onClose={close}
        />
      )}
    </>
  );
}
