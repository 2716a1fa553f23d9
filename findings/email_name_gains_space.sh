#!/usr/bin/env bash
# Python's email reads a space into the middle of a sender's name, its own long names among them.
#
# Versions: the email package of CPython 3.11.7, and of 3.12.1 and 3.13.0 as well; npm mailparser 3.14.2 and postal-mime 4.0.0
#   read the same bytes.
# Seen: a name of two encoded words, "=?utf-8?Q?V=C3=A4stra_G?= =?utf-8?Q?=C3=B6taland?=", is "Västra G ötaland" by policy.default,
#   although white space between encoded words doesn't count (RFC 2047, 6.2). The same words in Subject come out right, as they
#   do in From by email.header.decode_header and by both other readers. What Python itself writes for a long name falls to it
#   too: the bytes are right, and policy.default reads "Åkess on" where "Åkesson" was written.
# Guess: one decoder for encoded words, right everywhere; or wrong everywhere, and long known.
# Why it matters: mail programs may split a long name at any letter. Who files answers by mail under the sender's name gets a
#   second person, and a test that reads the names of letters back fails for some names only.
# What we do: names are the contact's own (storage/people.py), never a letter's; scheduler/letters/headers.py only writes them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . mailparser@3.14.2 postal-mime@4.0.0
cat > write.py <<'PY'
import email, json, platform
from email import policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage

REGION = b"=?utf-8?Q?V=C3=A4stra_G?= =?utf-8?Q?=C3=B6taland?="
OFFICE = "Västra Götalandsregionens redovisningsbyrå och skatterådgivning för småföretagare Åkesson & Söner"

print("CPython", platform.python_version())
own = EmailMessage(policy=policy.SMTP)
own["From"] = Address(OFFICE, "post", "office.example")
mails = {
    "two words": b"From: %b <post@office.example>\r\nSubject: %b\r\n\r\n" % (REGION, REGION),
    "Python's own": own.as_bytes(),
}
seen = {}
for name, data in mails.items():
    new, old = email.message_from_bytes(data, policy=policy.default), email.message_from_bytes(data)
    seen[name] = {
        "bytes": data.decode("ascii"),
        "policy.default": new["From"].addresses[0].display_name,
        "decode_header": str(make_header(decode_header(old["From"]))).removesuffix(" <post@office.example>"),
        "subject": str(new["Subject"]),
    }
print(seen["Python's own"]["bytes"].strip())
assert seen["two words"]["policy.default"] == "Västra G ötaland", "changed"
assert seen["two words"]["decode_header"] == seen["two words"]["subject"] == "Västra Götaland", "control changed"
assert seen["Python's own"]["policy.default"] == OFFICE.replace("Åkesson", "Åkess on"), "changed"
assert seen["Python's own"]["decode_header"] == OFFICE, "control changed"
with open("seen.json", "w") as file:
    json.dump(seen, file)
PY
python3 write.py
cat > read.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

for (const [name, { bytes, subject, ...python }] of Object.entries(JSON.parse(readFileSync("seen.json", "utf8")))) {
  const mailparser = (await simpleParser(bytes)).from.value[0].name;
  const postal = (await PostalMime.parse(bytes)).from.name;
  console.log(`${name}:`, { ...python, mailparser, "postal-mime": postal });
  assert.deepEqual([mailparser, postal], [python.decode_header, python.decode_header], "control changed");
}
JS
timeout 60 node read.mjs
