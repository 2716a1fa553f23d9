// Every part in every state on one page, beside the design's components picture.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { Count, Mark } from "../kit/Badge.tsx";
import { Banner } from "../kit/Banner.tsx";
import { Button } from "../kit/Button.tsx";
import { FilterChip } from "../kit/Chip.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { Field } from "../kit/Field.tsx";
import {
  BellIcon,
  ClockIcon,
  InboxIcon,
  LockIcon,
  PersonIcon,
  PlusIcon,
  ProblemIcon,
} from "../kit/icons.tsx";
import { Menu } from "../kit/Menu.tsx";
import { AtIcon } from "../kit/more_icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { Stepper } from "../kit/Stepper.tsx";
import { Switch } from "../kit/Switch.tsx";
import { Toast } from "../kit/Toast.tsx";
import { TypingDots } from "../kit/TypingDots.tsx";
import { Message } from "../messages/Message.tsx";
import type { ReceiptView } from "../messages/models.ts";
import { Receipt } from "../messages/Receipt.tsx";
import { Composer } from "../messages/writing/Composer.tsx";
import { ConnectionBanner } from "../shell/ConnectionBanner.tsx";
import { Bar, Segments } from "../tasks/Progress.tsx";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import { anna, at, deleted, petra, rich, staff } from "./cast.ts";

const nothing = (): void => undefined;
const beside = at("12-03T10:47");
const reached = (name: string, time: string): { name: string; at: number } => ({
  name,
  at: at(`12-03T${time}`),
});
const receipts: readonly [string, ReceiptView][] = [
  ["Pending", { kind: "pending" }],
  ["Sent", { kind: "sent", at: beside }],
  ["Delivered", { kind: "delivered", people: [reached("Petra", "10:47")] }],
  ["Mailed", { kind: "mailed", people: [reached("Petra", "10:47")] }],
  ["Read", { kind: "read", people: [reached("Petra", "10:52")] }],
  [
    "Read by several",
    { kind: "read", people: [reached("Petra", "10:52"), reached("Linn", "11:20"), reached("Jens", "11:30")] },
  ],
  ["Failed", { kind: "failed" }],
];

function Part({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Parts(): JSX.Element {
  const [on, setOn] = useState(true);
  const [count, setCount] = useState(3);
  const [text, setText] = useState("Moms november");
  return (
    <main class="parts">
      <div>
        <h1>Parts</h1>
        <Part title="Composer, internal">
          <Composer
            threadId="a"
            draft={{ body: null, internal: true }}
            receivers={["Petra"]}
            people={staff}
            onDraft={nothing}
            onSend={nothing}
          />
        </Part>
        <Part title="Composer, several receivers, quote">
          <Composer
            threadId="b"
            draft={{
              body: null,
              internal: false,
              quote: { key: "x", name: "Petra Holm", text: "ska fakturan från Stockholms Trä med?" },
            }}
            receivers={["Petra", "Linn"]}
            people={staff}
            onDraft={nothing}
            onSend={nothing}
            onQuoteRemove={nothing}
          />
        </Part>
        <Part title="Composer, blocked">
          <Composer
            threadId="c"
            draft={{ body: null, internal: false }}
            receivers={[]}
            blocked="Ingen på Vinterhav Design kan logga in ännu. Skicka en inbjudan först."
            people={staff}
            onDraft={nothing}
            onSend={nothing}
          />
        </Part>
        <Part title="Quote, edited, deleted">
          <Message message={rich} onReply={nothing} />
          <Message message={deleted} />
          <TypingDots names={["Petra"]} />
        </Part>
        <Part title="Receipts">
          <dl class="receipts message">
            {receipts.map(([name, receipt]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Receipt receipt={receipt} beside={beside} onRetry={nothing} onDiscard={nothing} />
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      </div>
      <div>
        <Part title="Buttons">
          <p class="line">
            <Button kind="primary">Skicka till Petra</Button>
            <Button>Påminn nu</Button>
            <Button kind="quiet">Avbryt</Button>
            <Button kind="danger">Ta bort chatt</Button>
            <Button disabled>Inaktiv</Button>
            <Button kind="link" icon={PlusIcon}>
              Lägg till
            </Button>
            <Menu
              label="Mer"
              items={[
                { label: "Påminn", icon: BellIcon, onSelect: nothing },
                { label: "Ta bort", danger: true, onSelect: nothing },
              ]}
            />
          </p>
        </Part>
        <Part title="Fields">
          <div class="two">
            <Field label="Ämne" value={text} onInput={setText} />
            <Field label="Ämne" value="" placeholder="Skriv ämnet" onInput={nothing} />
            <Field
              label="Antal påminnelser"
              value="0"
              onInput={nothing}
              error="Ange ett tal från 1 till 30"
            />
            <Field
              label="Antal påminnelser"
              value="8"
              onInput={nothing}
              hint="Fler än 5 fastnar lätt i skräpposten"
            />
          </div>
          <Stepper label="Antal påminnelser" value={count} min={1} max={30} onChange={setCount} />
          <Switch labelFirst checked={on} onChange={setOn} hint="Ett mejl om öppna uppgifter.">
            Skicka påminnelser
          </Switch>
        </Part>
        <Part title="Marks and avatars">
          <p class="line">
            <Count count={3} label="3 olästa" /> <Count count={120} label="120 olästa" />
            <TaskMarks done={2} total={5} />
            <TaskMarks done={3} total={3} />
            <TaskMarks done={4} total={12} />
            <Mark kind="overdue" icon={ProblemIcon}>
              Försenad
            </Mark>
            <Mark kind="due" icon={ClockIcon}>
              fre 5 dec
            </Mark>
          </p>
          <p class="line">
            <Mark kind="mention" icon={AtIcon}>
              Du nämndes
            </Mark>
            <Mark kind="internal" icon={LockIcon}>
              Intern
            </Mark>
            <FilterChip pressed count={4} onClick={nothing}>
              Olästa
            </FilterChip>
            <FilterChip pressed={false} onClick={nothing}>
              Öppna uppgifter
            </FilterChip>
          </p>
          <p class="line">
            <Avatar person={{ ...anna, online: true }} size={32} named />
            <Avatar person={petra} size={32} named />
            <NobodyAvatar size={32} named />
            {([20, 24, 28, 36, 40] as const).map((size) => (
              <Avatar key={size} person={{ ...anna, id: String(size) }} size={size} named />
            ))}
          </p>
        </Part>
        <Part title="Progress">
          <Segments done={2} total={5} />
          <Bar
            label="Utskick"
            total={260}
            parts={[
              { kind: "sent", count: 198 },
              { kind: "failed", count: 4 },
              { kind: "skipped", count: 12 },
            ]}
          />
        </Part>
        <Part title="Dialog">
          <ConfirmDialog
            inline
            danger
            title="Ta bort chatten?"
            verb="Ta bort chatten"
            onConfirm={nothing}
            onCancel={nothing}
          >
            Den försvinner för alla, även för Petra Holm. Uppladdade dokument ligger kvar hos klienten. Mejl
            som redan gått ut kan inte återkallas.
          </ConfirmDialog>
        </Part>
      </div>
      <div>
        <Part title="Connection and preview">
          <div class="stack">
            <div>
              <ConnectionBanner immediate connection={{ state: "offline" }} onRetry={nothing} />
            </div>
            <div>
              <ConnectionBanner
                immediate
                connection={{ state: "reconnecting", attempt: 2 }}
                onRetry={nothing}
              />
            </div>
            <Banner kind="ink" icon={PersonIcon} action={{ label: "Lämna", run: nothing }}>
              Du ser portalen som Holm & Döttrar Bygg AB. Inget kan ändras och inget blir läst.
            </Banner>
          </div>
        </Part>
        <Part title="Toast">
          <Toast
            inline
            toast={{
              key: "1",
              icon: "archive",
              text: "Chatten är arkiverad, påminnelserna stoppade",
              action: { label: "Ångra", run: nothing },
            }}
            onDone={nothing}
          />
        </Part>
        <Part title="Loading">
          <Skeleton immediate kind="rows" count={3} />
        </Part>
        <Part title="Empty">
          <EmptyState icon={InboxIcon} title="Inkorgen är tom">
            Allt är hanterat. Nya meddelanden från klienter hamnar här.
          </EmptyState>
        </Part>
      </div>
    </main>
  );
}
