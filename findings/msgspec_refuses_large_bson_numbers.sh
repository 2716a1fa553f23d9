#!/usr/bin/env bash
# msgspec refuses to encode whole numbers that bson has read, from 2^31 on and not before.
#
# Versions: msgspec 0.22.0, pymongo 4.20.0 (bson); json of the running CPython (seen on 3.11.7) as control.
# Seen: bson decodes a stored int32 to int and an int64 to bson.int64.Int64, a subclass of int. msgspec.json.encode and
#   msgspec.msgpack.encode take the one and raise TypeError ("Encoding objects of type Int64 is unsupported") for the other, in a dict
#   and in a field of a Struct that says int. json.dumps writes both. msgspec.convert makes an int of it, which is encoded.
# Guess: an int is an int: what json.dumps takes, and what isinstance and the type checker say is one, is encoded.
# Why it matters: a row that is passed on as it was read works for every number that a test is likely to store and fails for
#   milliseconds since 1970, for sizes over 2 GiB, for a counter that has grown: on the day that it does.
# What we do: storage/mongo/documents.py converts what it reads; a number that is taken from a row by itself goes through int().
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check msgspec==0.22.0 pymongo==4.20.0
cat > seen.py <<'PY'
import json
import platform

import bson
import msgspec
import pymongo


class Size(msgspec.Struct):
    bytes: int


def tried(encode, value):
    try:
        return encode(value)
    except TypeError as error:
        return f"TypeError: {error}"


print(f"Python {platform.python_version()}, msgspec {msgspec.__version__}, pymongo {pymongo.version}")
seen = {}
for number in (2**31 - 1, 2**31):
    row = bson.decode(bson.encode({"bytes": number}))
    read = row["bytes"]
    assert isinstance(read, int) and read == number
    seen[number] = {
        "json.dumps": tried(json.dumps, row),
        "msgspec.json": tried(msgspec.json.encode, row),
        "msgspec.msgpack": tried(msgspec.msgpack.encode, row),
        "of a Struct": tried(msgspec.json.encode, Size(read)),
        "of a Struct, converted": tried(msgspec.json.encode, msgspec.convert(row, Size)),
    }
    print(f"{number} is read as {type(read).__name__}")
    for way, got in seen[number].items():
        print(f"  {way}: {got}")
refused = "TypeError: Encoding objects of type Int64 is unsupported"
small, large = seen.values()
assert not any("TypeError" in str(got) for got in small.values()), "control changed"
assert large["json.dumps"] == '{"bytes": 2147483648}', "control changed"
assert large["of a Struct, converted"] == b'{"bytes":2147483648}', "control changed"
assert [large[way] for way in ("msgspec.json", "msgspec.msgpack", "of a Struct")] == [refused] * 3, "changed"
PY
timeout 60 venv/bin/python seen.py
