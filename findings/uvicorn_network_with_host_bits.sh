#!/usr/bin/env bash
# uvicorn takes a network that is written with one of its hosts, such as 10.0.0.5/8, for the name of a proxy that never comes.
#
# Versions: uvicorn 0.54.0 (PyPI), CPython 3.11.7 `ipaddress` as it reads such a network when asked to.
# Seen: with `trusted_hosts="10.0.0.5/8"` the middleware starts without a word, trusts neither 10.1.2.3 nor 10.0.0.5, and the visitor's
#   address stays that of the proxy. With "10.0.0.0/8" it is the one in X-Forwarded-For. So it is for `--forwarded-allow-ips`, which is this.
# Guess: the network, as `ip_interface`, iptables and nginx read it, or an error at the start.
# Why it matters: whoever copies the proxy's own "inet 10.0.0.5/8" from `ip address` has a server to which everybody comes from one address:
#   limits by address lock all of them out together, and the audit trail names the proxy.
# What we do: server/core/forwarding.py reads networks itself and refuses at the start what it can't read as a network.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check uvicorn==0.54.0
cat > seen.py <<'PY'
import asyncio, ipaddress, platform

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

VISITOR = "203.0.113.7"


def seen_from(trusted, proxy):
    """The address that an application sees of a visitor who comes through a proxy."""
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["client"][0])

    scope = {"type": "http", "client": (proxy, 40000), "headers": [(b"x-forwarded-for", VISITOR.encode())], "scheme": "http"}
    asyncio.run(ProxyHeadersMiddleware(application, trusted_hosts=trusted)(scope, None, None))
    return seen[0]


print("uvicorn", uvicorn.__version__, "CPython", platform.python_version())
for trusted, proxy in [("10.0.0.0/8", "10.1.2.3"), ("10.0.0.5/8", "10.1.2.3"), ("10.0.0.5/8", "10.0.0.5"), ("10.0.0.5", "10.0.0.5")]:
    print(f"{trusted} trusted, proxy {proxy}: the visitor is {seen_from(trusted, proxy)}")
assert seen_from("10.0.0.0/8", "10.1.2.3") == VISITOR, "a control changed"
assert seen_from("10.0.0.5", "10.0.0.5") == VISITOR, "a control changed"
assert str(ipaddress.ip_interface("10.0.0.5/8").network) == "10.0.0.0/8", "a control changed"
assert seen_from("10.0.0.5/8", "10.1.2.3") == "10.1.2.3", "uvicorn changed"
assert seen_from("10.0.0.5/8", "10.0.0.5") == "10.0.0.5", "uvicorn changed"
PY
timeout 60 venv/bin/python seen.py
