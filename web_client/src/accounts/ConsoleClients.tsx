// The firm's clients: found by name, narrowed by who is assigned and how far they have come, ticked one by one or all that
// match, and written to together (BK-1). Refuses to know what is written: that is bulk/BulkDialog.tsx.

import "../kit/checkbox.css";
import "../kit/listed.css";
import "../kit/page.css";
import "./clients.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { RUNS } from "../bulk/addresses.ts";
import { BulkDialog, type Chosen } from "../bulk/BulkDialog.tsx";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import { oneLine } from "../core/blank.ts";
import type { Account, AccountFilter, Activation, Id } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { AccountsIcon, BulkIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { Menu } from "../kit/Menu.tsx";
import { SearchField } from "../kit/SearchField.tsx";
import { Select } from "../kit/Select.tsx";
import { go } from "../shell/router.ts";

const ASK_AFTER_MS = 200;
const PAGE = 100;
const NAMED_MAX = 1000;
const ACTIVATIONS: readonly Activation[] = ["activated", "pending", "not_activated"];

interface Loaded {
  readonly state: "loading" | "ready" | "failed";
  readonly accounts: readonly Account[];
  readonly more: boolean;
  readonly total: number;
}

export function Clients({ desk }: { readonly desk: Desk }): JSX.Element {
  const [filter, setFilter] = useState<AccountFilter>({});
  const [page, setPage] = useState<Loaded>({ state: "loading", accounts: [], more: false, total: 0 });
  const [ticked, setTicked] = useState<ReadonlySet<Id>>(new Set());
  /** All that match are meant, also those that aren't here. */
  const [all, setAll] = useState(false);
  const [to, setTo] = useState<Chosen>();
  const asked = useRef(filter);
  const load = async (after?: Id): Promise<void> => {
    const wanted = filter;
    asked.current = wanted;
    try {
      const found = await insist(() =>
        desk.client.api.call("account.list", {
          ...wanted,
          limit: PAGE,
          ...(after ? { after } : { counted: true }),
        }),
      );
      if (asked.current !== wanted) return;
      setPage((now) => ({
        state: "ready",
        accounts: after ? [...now.accounts, ...found.accounts] : found.accounts,
        more: found.more ?? false,
        total: after ? now.total : (found.total ?? found.accounts.length),
      }));
    } catch {
      if (asked.current === wanted) setPage((now) => ({ ...now, state: "failed" }));
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(), filter.search ? ASK_AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [filter]);
  /** What was ticked among others is ticked no more: nobody sees it there. */
  const narrow = (by: keyof AccountFilter, value: string): void => {
    setTicked(new Set());
    setAll(false);
    setFilter(({ [by]: _, ...others }) => (value ? { ...others, [by]: value } : others));
  };
  const here = page.accounts.map(({ id }) => id);
  /** Where all were meant, those that are here are, but for who is ticked off. */
  const tick = (ids: readonly Id[], on: boolean): void => {
    const next = new Set(all ? here : ticked);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setTicked(next);
    setAll(false);
  };
  const whole = here.length > 0 && here.every((id) => ticked.has(id));
  const count = all ? page.total : ticked.size;
  const begin = (): void => {
    setTo(all || ticked.size > NAMED_MAX ? { matching: filter } : { account_ids: [...ticked] });
  };
  const staff = [...desk.directory.staff.value.values()].filter(({ active }) => active !== false);
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t("clients.title")}</h1>
        <div class="page__acts">
          <Button icon={BulkIcon} onClick={() => go(RUNS)}>
            {t("bulk.runs")}
          </Button>
        </div>
      </header>
      <div class="clients__filters">
        <SearchField
          label={t("clients.search")}
          value={filter.search ?? ""}
          onInput={(text) => narrow("search", oneLine(text))}
        />
        <Select
          label={t("clients.assigned")}
          value={filter.staff_id ?? ""}
          options={[["", t("clients.anybody")], ...staff.map(({ id, name }) => [id, name] as const)]}
          onChange={(id) => narrow("staff_id", id)}
        />
        <Select
          label={t("clients.activation")}
          value={filter.activation ?? ""}
          options={[
            ["", t("clients.anyActivation")],
            ...ACTIVATIONS.map((one) => [one, t(`activation.${one}`)] as const),
          ]}
          onChange={(one) => narrow("activation", one)}
        />
      </div>
      {page.accounts.length > 0 && (
        <div class="clients__bar">
          <Checkbox checked={whole} onChange={(on) => tick(here, on)}>
            {t("clients.allHere")}
          </Checkbox>
          <span class="clients__chosen" role="status">
            {t("clients.chosen", { n: count })}
          </span>
          {whole && !all && page.total > ticked.size && (
            <Button kind="link" onClick={() => setAll(true)}>
              {t("clients.allMatching", { n: page.total })}
            </Button>
          )}
          {count > 0 && (
            <Menu
              label={t("clients.more")}
              outlined
              items={[{ label: t("bulk.send"), icon: BulkIcon, onSelect: begin }]}
            />
          )}
        </div>
      )}
      <Listing
        skeleton="entries"
        state={page.state}
        empty={
          page.accounts.length === 0 ? (
            <EmptyState icon={AccountsIcon} title={t("clients.none")}>
              {t("clients.noneWhy")}
            </EmptyState>
          ) : undefined
        }
        more={page.more}
        onMore={() => void load(here.at(-1))}
        onRetry={() => void load()}
      >
        <ul class="clients">
          {page.accounts.map((account) => (
            <li key={account.id} class="listed__row">
              <div class="listed__said">
                <Checkbox checked={all || ticked.has(account.id)} onChange={(on) => tick([account.id], on)}>
                  <strong class="clients__name">{account.name}</strong>
                </Checkbox>
              </div>
              <span class="clients__said">
                {account.archived ? t("clients.archived") : t(`activation.${account.activation}`)}
              </span>
            </li>
          ))}
        </ul>
      </Listing>
      {to && <BulkDialog desk={desk} to={to} onClose={() => setTo(undefined)} />}
    </div>
  );
}
