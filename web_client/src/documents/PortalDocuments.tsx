// A client's documents: those of the account that is shown.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import type { Visit } from "../portal/visit.ts";
import { useBegun } from "./begun.ts";
import { DocumentsPage } from "./DocumentsPage.tsx";

export function Documents({ visit }: { readonly visit: Visit }): JSX.Element | null {
  const accountId = visit.accountId.value;
  const files = useBegun(visit.attaching, () => accountId, undefined, accountId);
  if (accountId === "") return null;
  return (
    <DocumentsPage
      key={accountId}
      api={visit.client.api}
      accountId={accountId}
      title={t("docs.title")}
      files={files}
      makesTop={false}
      finishes
    />
  );
}
