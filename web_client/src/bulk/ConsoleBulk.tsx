// Bulk runs: mine, the latest first, and one of them with how far it has come, what can be done, and whom it left out (BK-5).
// What stands here is what the page keeps (core/keeping.ts), so it moves by itself.

import "../kit/page.css";
import "../sessions/settings.css";
import "../tasks/progress.css";
import "./bulk.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import { keptOf } from "../core/keeping.ts";
import type { BulkRun, Id, LeftOut, Seq } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { BulkIcon } from "../kit/icons.tsx";
import { PageLink } from "../kit/PageLink.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { go, path } from "../shell/router.ts";
import { idsIn } from "../shell/routes.ts";
import { attempt } from "../shell/toasts.ts";
import { Bar } from "../tasks/Progress.tsx";
import { RUN, RUNS, runHref } from "./addresses.ts";
import { stateText, whyText } from "./words.ts";

export function Bulk({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client } = desk;
  useEffect(() => client.keep("bulk"), []);
  const { kept } = client.state.value;
  const runs = keptOf(kept, "bulk").reverse();
  const id = idsIn(path.value, RUN)?.bulk;
  const run = runs.find((one) => one.id === id);
  if (!kept.bulk?.loaded && run === undefined)
    return <Frame title={t("bulk.runs")}>{<Skeleton kind="entries" />}</Frame>;
  if (id !== undefined && run !== undefined) return <Run key={id} desk={desk} run={run} />;
  if (id !== undefined)
    return (
      <Frame title={t("bulk.runs")}>
        <EmptyState
          icon={BulkIcon}
          title={t("bulk.unknown")}
          action={<Button onClick={() => go(RUNS)}>{t("bulk.all")}</Button>}
        >
          {t("bulk.unknownWhy")}
        </EmptyState>
      </Frame>
    );
  return (
    <Frame title={t("bulk.runs")}>
      {runs.length === 0 && (
        <EmptyState icon={BulkIcon} title={t("bulk.none")}>
          {t("bulk.noneWhy")}
        </EmptyState>
      )}
      <ul class="runs">
        {runs.map((one) => (
          <li key={one.id} class="runs__row">
            <PageLink class="runs__link" href={runHref(one.id)} onGo={() => go(runHref(one.id))}>
              <strong>{one.subject}</strong>
              <span class="runs__said">
                {stateText(one)} · {t("bulk.handled", { n: handled(one), total: one.total })} ·{" "}
                {format.value.full(one.created_at, now.value)}
              </span>
            </PageLink>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

function Frame({
  title,
  children,
}: {
  readonly title: string;
  readonly children: JSX.Element | (JSX.Element | false)[];
}): JSX.Element {
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{title}</h1>
      </header>
      {children}
    </div>
  );
}

function handled({ created = 0, skipped = 0, failed = 0 }: BulkRun): number {
  return created + skipped + failed;
}

type Act = "bulk.pause" | "bulk.resume" | "bulk.cancel" | "bulk.retry";

function Run({ desk, run }: { readonly desk: Desk; readonly run: BulkRun }): JSX.Element {
  const { api } = desk.client;
  const [asking, setAsking] = useState(false);
  const { state, total, created = 0, skipped = 0, failed = 0 } = run;
  const act = (name: Act): void => void attempt(() => api.call(name, { bulk_id: run.id }));
  const under = state === "running" || state === "paused";
  return (
    <div class="page page--narrow">
      <p class="runs__up">
        <PageLink href={RUNS} onGo={() => go(RUNS)}>
          {t("bulk.runs")}
        </PageLink>
      </p>
      <header class="page__head">
        <h1 class="page__title">{run.subject}</h1>
        <div class="page__acts">
          {state === "running" && <Button onClick={() => act("bulk.pause")}>{t("bulk.pause")}</Button>}
          {state === "paused" && (
            <Button kind="primary" onClick={() => act("bulk.resume")}>
              {t("bulk.resume")}
            </Button>
          )}
          {under && (
            <Button kind="danger" onClick={() => setAsking(true)}>
              {t("bulk.cancel")}
            </Button>
          )}
          {!under && state !== "cancelling" && skipped + failed > 0 && (
            <Button onClick={() => act("bulk.retry")}>{t("bulk.retry", { n: skipped + failed })}</Button>
          )}
        </div>
      </header>
      <p class="settings__text">
        {format.value.full(run.created_at, now.value)} · {t("bulk.eachAlone")}
      </p>
      <p class="runs__handled" role="status">
        <strong>{stateText(run)}</strong> · {t("bulk.handled", { n: handled(run), total })}
      </p>
      <Bar
        label={t("bulk.progress")}
        total={total}
        parts={[
          { kind: "sent", count: created },
          { kind: "failed", count: failed },
          { kind: "skipped", count: skipped },
        ]}
      />
      <dl class="runs__counts">
        <Figure n={created} label={t("bulk.created")} />
        <Figure n={failed} label={t("bulk.failed")} />
        <Figure n={skipped} label={t("bulk.skipped")} />
        <Figure n={total - handled(run)} label={t("bulk.left")} />
      </dl>
      {under && <p class="settings__text">{t("bulk.mayLeave")}</p>}
      {skipped + failed > 0 && <LeftOutList desk={desk} run={run} />}
      {asking && (
        <ConfirmDialog
          title={t("bulk.cancelTitle")}
          verb={t("bulk.cancelVerb")}
          danger
          onConfirm={() => {
            setAsking(false);
            act("bulk.cancel");
          }}
          onCancel={() => setAsking(false)}
        >
          {created > 0 ? t("bulk.cancelWhy", { n: created }) : t("bulk.cancelWhyNone")}
        </ConfirmDialog>
      )}
    </div>
  );
}

function Figure({ n, label }: { readonly n: number; readonly label: string }): JSX.Element {
  return (
    <div class="runs__figure">
      <dt>{label}</dt>
      <dd>{format.value.number(n)}</dd>
    </div>
  );
}

/** Whom a run left out, and why: asked for anew when there are others. */
function LeftOutList({ desk, run }: { readonly desk: Desk; readonly run: BulkRun }): JSX.Element {
  const [all, setAll] = useState<readonly LeftOut[]>([]);
  const [next, setNext] = useState<Seq>();
  const asked = useRef("");
  const stand = `${run.attempt} ${run.skipped} ${run.failed}`;
  const load = async (bulk_id: Id, after?: Seq): Promise<void> => {
    asked.current = stand;
    await attempt(async () => {
      const found = await insist(() =>
        desk.client.api.call("bulk.get", { bulk_id, ...(after ? { after } : {}) }),
      );
      if (asked.current !== stand) return;
      setAll((before) => [...(after ? before : []), ...(found.left_out ?? [])]);
      setNext(found.next ?? undefined);
    });
  };
  useEffect(() => void load(run.id), [stand]);
  return (
    <section>
      <h2 class="settings__title">{t("bulk.leftOut")}</h2>
      <ul class="runs">
        {all.map(({ account, why }) => (
          <li key={account.id} class="runs__row runs__row--out">
            <strong>{account.name || t("bulk.unseen")}</strong>
            <span class="runs__said">{whyText(why)}</span>
          </li>
        ))}
      </ul>
      {next !== undefined && (
        <div class="more">
          <Button kind="quiet" onClick={() => void load(run.id, next)}>
            {t("list.more")}
          </Button>
        </div>
      )}
    </section>
  );
}
