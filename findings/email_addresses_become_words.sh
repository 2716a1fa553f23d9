#!/usr/bin/env bash
# Python's email writes a long List-Unsubscribe or In-Reply-To as encoded words, and hides it from who reads with it.
#
# Versions: the email package of CPython 3.11.7, and of 3.12.1 and 3.13.0 as well; read by npm mailparser 3.14.2 too.
# Seen: with policy.SMTP an address or id of more than 77 characters is cut into "=?utf-8?q?=3Chttps=3A//...?=", although it
#   is plain ASCII and RFC 2047 (5) allows no encoded words there. Message-ID, of the same length, stays whole. Python reads its
#   own bytes back as if nothing had happened. mailparser finds no address in List-Unsubscribe, only a name.
#   With max_line_length=998 every header is written as it was given.
# Guess: ASCII without a space can't be folded, so it stays on one line of up to 998, as Message-ID does.
# Why it matters: signed tokens are that long. The one-click button of the mail program is missing, answers don't thread, and
#   a test that parses the letter with Python finds all in order.
# What we do: scheduler/letters/headers.py writes one id, as Message-ID, and no such header; tests of a new one look at the bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . mailparser@3.14.2
cat > write.py <<'PY'
import email, json, platform
from email import policy
from email.message import EmailMessage

LONG, SHORT = "k" * 80, "k" * 20


def headers(token):
    return {
        "Message-ID": f"<{token}@chat.example>",
        "In-Reply-To": f"<{token}@chat.example>",
        "List-Unsubscribe": f"<https://chat.example/m/{token}>",
    }


print("CPython", platform.python_version())
seen = {}
for name, token, how in (
    ("long", LONG, policy.SMTP),
    ("short", SHORT, policy.SMTP),
    ("long, lines of 998", LONG, policy.SMTP.clone(max_line_length=998)),
):
    mail = EmailMessage(policy=how)
    for header, value in headers(token).items():
        mail[header] = value
    data = mail.as_bytes()
    read = email.message_from_bytes(data, policy=policy.default)
    assert {header: str(read[header]) for header in headers(token)} == headers(token), "Python notices"
    whole = [header for header, value in headers(token).items() if f"{header}: {value}\r\n".encode() in data]
    print(f"{name}: whole in the bytes: {whole}")
    seen[name] = {"bytes": data.decode("ascii"), "whole": whole, "address": headers(token)["List-Unsubscribe"][1:-1]}
print(seen["long"]["bytes"].strip())
assert seen["long"]["whole"] == ["Message-ID"], "changed"
assert seen["short"]["whole"] == seen["long, lines of 998"]["whole"] == list(headers(SHORT)), "control changed"
with open("seen.json", "w") as file:
    json.dump(seen, file)
PY
python3 write.py
cat > read.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";

for (const [name, { bytes, address }] of Object.entries(JSON.parse(readFileSync("seen.json", "utf8")))) {
  const { url } = (await simpleParser(bytes)).headers.get("list").unsubscribe;
  console.log(`${name}: mailparser finds the address`, url);
  assert.equal(url, name === "long" ? undefined : address, `${name} changed`);
}
JS
timeout 60 node read.mjs
