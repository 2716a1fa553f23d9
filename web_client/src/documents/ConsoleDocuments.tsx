// The documents of an account, for staff: with who sees what.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Desk, DOCUMENTS } from "../console/desk.ts";
import { t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Nowhere } from "../shell/Nowhere.tsx";
import { go, path } from "../shell/router.ts";
import { idsIn } from "../shell/routes.ts";
import { useBegun } from "./begun.ts";
import { DocumentsPage } from "./DocumentsPage.tsx";

export function Documents({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const accountId = idsIn(path.value, DOCUMENTS)?.account;
  const may = desk.attaching.may.value;
  const account = desk.directory.account(accountId);
  useEffect(() => {
    if (accountId !== undefined) void desk.loadAccount(accountId);
  }, [accountId]);
  const files = useBegun(desk.attaching, () => accountId, undefined, accountId);
  if (accountId === undefined) return null;
  const people = account?.links.map(({ contact_id, name }) => ({ id: contact_id, name }));
  return (
    <DocumentsPage
      key={accountId}
      api={desk.client.api}
      accountId={accountId}
      title={account ? `${t("docs.title")} · ${isolated(account.name)}` : t("docs.title")}
      files={may ? files : undefined}
      people={may ? (people ?? []) : undefined}
      linksOf={() => account?.links}
      makesTop={may}
      nowhere={
        <Nowhere
          firm={desk.me.value.firm.name}
          home={t("thread.toList")}
          onHome={() => go(desk.chatsHref())}
        />
      }
    />
  );
}
