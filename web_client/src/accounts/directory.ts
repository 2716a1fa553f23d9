// Who works here and who is served: colleagues, accounts with their contacts, and who has access to which account.
// Knows how to fetch them and keeps them for the page; asks again when a panel shows them.

import { signal } from "@preact/signals";
import { insist } from "../core/api.ts";
import type { Client } from "../core/client.ts";
import type { Account, Id, StaffMember } from "../core/protocol.gen.ts";

export class Directory {
  readonly staff = signal<ReadonlyMap<Id, StaffMember>>(new Map());
  readonly #accounts = signal<ReadonlyMap<Id, Account>>(new Map());
  readonly #access = signal<ReadonlyMap<Id, ReadonlySet<Id>>>(new Map());

  constructor(private readonly client: Client) {}

  /** An account, if it was fetched. Reading it subscribes. */
  account(id: Id | undefined): Account | undefined {
    return id === undefined ? undefined : this.#accounts.value.get(id);
  }

  /** Who can see an account, if that was fetched. */
  access(id: Id | undefined): ReadonlySet<Id> | null {
    return id === undefined ? null : (this.#access.value.get(id) ?? null);
  }

  async loadStaff(): Promise<void> {
    const { staff } = await insist(() => this.client.api.call("staff.list", {}));
    this.staff.value = new Map(staff.map((member) => [member.id, member]));
  }

  async loadAccount(id: Id): Promise<void> {
    this.put(await insist(() => this.client.api.call("account.read", { account_id: id })));
  }

  async loadAccess(id: Id): Promise<void> {
    const { staff } = await insist(() => this.client.api.call("staff.list", { account_id: id }));
    this.#access.value = new Map(this.#access.value).set(id, new Set(staff.map((member) => member.id)));
  }

  /** An account came with the answer of something else. */
  put(account: Account): void {
    this.#accounts.value = new Map(this.#accounts.value).set(account.id, account);
  }
}
