import assert from "node:assert/strict";
import { test } from "node:test";
import { noReader } from "../../src/accounts/reachable.ts";
import type { Account, Link } from "../../src/core/protocol.gen.ts";

const petra: Link = {
  contact_id: "p",
  name: "Petra Holm",
  email: "petra@holm.example",
  login: true,
  notify: true,
  activated: true,
};

function why(...links: Partial<Link>[]): string | undefined {
  const account: Account = {
    id: "a",
    name: "Holm",
    short_id: "H1",
    kind: "company",
    activation: "pending",
    staff_ids: [],
    following: false,
    links: links.map((link) => ({ ...petra, ...link })),
  };
  return noReader(account);
}

test("why nobody reads is said as it is, and an invitation isn't asked for where one was sent", () => {
  // AC-8, TH-9
  assert.equal(why({}), undefined);
  assert.equal(why({ login: false }, {}), undefined);
  assert.equal(why({ login: false }), "thread.loginOff");
  assert.equal(why({ activated: false, invited_at: 1 }), "thread.notAccepted");
  assert.equal(why({ activated: false }), "thread.noLogin");
  assert.equal(why({ activated: false }, { login: false }), "thread.noLogin");
  assert.equal(why(), "thread.noLogin");
});
