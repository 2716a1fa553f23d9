// Stand-ins for what the browser gives: a socket whose server side is the test, a storage, frames.

import type { ClientFrame, Me, ServerFrame, StreamEvent, Thread } from "../../src/core/protocol.gen.ts";

export class FakeSocket {
  static made: FakeSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  readonly sent: ClientFrame[] = [];
  closedWith: number | undefined;

  constructor() {
    FakeSocket.made.push(this);
  }

  static make = (): WebSocket => new FakeSocket() as unknown as WebSocket;
  static get last(): FakeSocket {
    const last = FakeSocket.made.at(-1);
    if (last === undefined) throw new Error("no socket was made");
    return last;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  shut(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }
  calls(type: string): Extract<ClientFrame, { type: "call" }>[] {
    return this.sent.filter((frame) => frame.type === "call").filter((frame) => frame.command.type === type);
  }
}

export class FakeStorage implements Storage {
  readonly #items = new Map<string, string>();
  constructor(readonly room = 1_000_000) {}
  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (value.length > this.room) throw new Error("QuotaExceededError");
    this.#items.set(key, value);
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
  clear(): void {
    this.#items.clear();
  }
}

export const id = (letter: string): string => letter.repeat(32);
export const anna = { id: id("a"), side: "staff", name: "Anna Lindberg" } as const;
export const petra = { id: id("c"), side: "contact", name: "Petra Holm" } as const;

export function me(person: Me["person"] = anna): Me {
  return { person, firm: { id: id("f"), name: "Firm" }, email: "x@example.test", language: "en" };
}

export function row(name: string, changes: Partial<Thread> = {}): Thread {
  return {
    id: id(name),
    account: { id: id("9"), name: "Holm Bygg" },
    subject: `Subject ${name}`,
    state: "active",
    created_at: 1,
    created_by: anna,
    head: 1,
    updated_at: 1,
    last_message_at: 1,
    ...changes,
  };
}

export function said(
  seq: number,
  text: string,
  actor: Me["person"] = petra,
  key = `key-${seq}`,
): StreamEvent {
  const body = { content: [{ type: "paragraph", content: [{ type: "text", text }] }] } as const;
  return {
    seq,
    at: seq,
    actor,
    event: { type: "message.sent", message_id: id("5"), client_message_id: key, body },
  };
}

/** Let promises that are ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
