// What the firm's custom fields say of an account, to be filled in. Shortcodes stand for it.

import type { JSX } from "preact";
import type { Desk } from "../console/desk.ts";
import type { Account } from "../core/protocol.gen.ts";
import { DescribeDialog } from "../custom_fields/DescribeDialog.tsx";
import { useSaying } from "../custom_fields/FieldInputs.tsx";
import { fieldsOf, useCustomFields } from "../custom_fields/kept.ts";
import { t } from "../i18n/index.ts";

export interface AccountDetailsProps {
  readonly desk: Desk;
  readonly account: Account;
  readonly onClose: () => void;
}

export function AccountDetails({ desk, account, onClose }: AccountDetailsProps): JSX.Element {
  const { client, directory } = desk;
  const fields = fieldsOf(useCustomFields(client), "account");
  const saying = useSaying(fields, account.custom);
  return (
    <DescribeDialog
      title={t("fields.fillTitle", { name: account.name })}
      why={t("fields.fillWhy")}
      verb={t("fields.save")}
      fields={fields}
      saying={saying}
      class="fields__form"
      save={async (custom) =>
        directory.put(await client.api.call("account.describe", { account_id: account.id, custom }))
      }
      onClose={onClose}
    />
  );
}
