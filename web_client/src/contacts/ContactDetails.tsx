// What the firm knows of a contact: read when it is opened, and put right. Shortcodes stand for it.

import "./details.css";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { insist } from "../core/api.ts";
import type { Client } from "../core/client.ts";
import type { ContactView, Id, ContactDetails as Known } from "../core/protocol.gen.ts";
import { DescribeDialog } from "../custom_fields/DescribeDialog.tsx";
import { useSaying } from "../custom_fields/FieldInputs.tsx";
import { fieldsOf, useCustomFields } from "../custom_fields/kept.ts";
import { t } from "../i18n/index.ts";
import { Field } from "../kit/Field.tsx";
import { attempt } from "../shell/toasts.ts";

export interface ContactDetailsProps {
  readonly client: Client;
  readonly accountId: Id;
  readonly contactId: Id;
  readonly onClose: () => void;
}

/** With how long each may be; in the order in which they are asked. */
const LENGTHS: Readonly<Record<keyof Known, number>> = {
  first_name: 120,
  middle_name: 120,
  last_name: 120,
  phone: 40,
  company_name: 120,
  street: 120,
  zip: 120,
  city: 120,
  state: 120,
  country: 120,
};
const NAMES = Object.keys(LENGTHS) as (keyof Known)[];

export function ContactDetails({
  client,
  accountId,
  contactId,
  onClose,
}: ContactDetailsProps): JSX.Element | null {
  const { api } = client;
  const fields = fieldsOf(useCustomFields(client), "contact");
  const place = { account_id: accountId, contact_id: contactId };
  const [view, setView] = useState<ContactView>();
  const [changes, setChanges] = useState<Partial<Record<keyof Known, string>>>({});
  const saying = useSaying(fields, view?.custom);
  useEffect(() => {
    void attempt(async () => setView(await insist(() => api.call("contact.read", place)))).then(
      (found) => found || onClose(),
    );
  }, []);
  if (view === undefined) return null;
  return (
    <DescribeDialog
      title={t("details.title", { name: view.name })}
      why={t("details.why")}
      verb={t("details.save")}
      fields={fields}
      saying={saying}
      dirty={Object.keys(changes).length > 0}
      class="details"
      save={(custom) => api.call("contact.describe", { ...place, ...changes, custom })}
      onClose={onClose}
    >
      {NAMES.map((name) => (
        <Field
          key={name}
          label={t(`details.${name}`)}
          maxLength={LENGTHS[name]}
          autocomplete="off"
          value={changes[name] ?? view.details?.[name] ?? ""}
          onInput={(text) => setChanges((now) => ({ ...now, [name]: text }))}
        />
      ))}
    </DescribeDialog>
  );
}
