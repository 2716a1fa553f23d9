#!/usr/bin/env bash
# idna refuses ASCII host names with two hyphens in the third and fourth place, which other programs take as they are.
#
# Versions: idna 3.20 (PyPI); the idna codec of CPython 3.11.7; the URL (WHATWG) of Node 20.20.2 as another reader.
# Seen: idna.encode("ab--cd.example") raises IDNAError "Label has disallowed hyphens in 3rd and 4th position", with uts46=True and
#   with std3_rules=False too, and idna.decode likewise. The codec and Node give the name back. "abc--d.example" passes everywhere.
# Guess: what is ASCII already, and a valid host name by RFC 1123, comes back unchanged: IDNA is about the other names.
# Why it matters: RFC 5891 forbids such labels among international ones, but a host may be called so (RFC 1123), and is resolved: its
#   owner's mail addresses and URLs are refused by who hands each domain to idna.
# What we do: protocol/addresses.py hands idna only names that aren't ASCII or hold "xn--".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check idna==3.20
cat > seen.py <<'PY'
import platform, subprocess

import idna

USUAL, HYPHENS = "abc--d.example", ["ab--cd.example", "r3---sn-4g5e6.example"]


def by_idna(how, name, **options):
    try:
        made = how(name, **options)
    except idna.IDNAError as error:
        return str(error)
    return made if isinstance(made, str) else made.decode()


def by_node(name):
    return subprocess.run(
        ["node", "-p", "new URL('http://' + process.argv[1]).hostname", name], check=True, capture_output=True, text=True
    ).stdout.strip()


print("idna", idna.__version__, "CPython", platform.python_version())
for name in [USUAL, *HYPHENS]:
    seen = {
        "idna.encode": by_idna(idna.encode, name),
        "idna.encode, uts46": by_idna(idna.encode, name, uts46=True),
        "idna.encode, uts46, no std3": by_idna(idna.encode, name, uts46=True, std3_rules=False),
        "idna.decode": by_idna(idna.decode, name),
    }
    others = {"codec": name.encode("idna").decode(), "node": by_node(name)}
    print(name, seen, others)
    assert set(others.values()) == {name}, "a control changed"
    wanted = name if name == USUAL else "Label has disallowed hyphens in 3rd and 4th position"
    assert set(seen.values()) == {wanted}, "idna changed"
PY
timeout 60 venv/bin/python seen.py
