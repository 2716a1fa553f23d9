#!/usr/bin/env bash
# msgpackr reads a time of another library as BigInt, and writes the same time as a float.
#
# Versions: msgpackr 2.1.4; @msgpack/msgpack 3.1.3 as control (npm).
# Seen: `unpack` makes a BigInt of every uint64 and int64, whatever its value: 1764340000000 written in the eight bytes that
#   it needs becomes 1764340000000n, and even a 5 in eight bytes becomes 5n, so `new Date(at)` throws TypeError. `pack` never
#   writes these eight bytes for a Number: from 2^32 on, and below -2^31, whole numbers go out as float64. With
#   int64AsType: 'number' reading is mended, writing isn't.
# Guess: numbers up to 2^53 stay numbers, as @msgpack/msgpack has it; and what one library writes for an integer, the same
#   library reads as it does itself. Its own round trip hides both halves: a float goes out, a Number comes back.
# Why it matters: any time in milliseconds needs 41 bits. A server in a typed language writes it as uint64 and gets back
#   a float where its schema says integer.
# What we do: protocol/reading.py takes floats that are integers, from any client; the other half is for the client to set.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . msgpackr@2.1.4 @msgpack/msgpack@3.1.3
cat > seen.mjs <<'JS'
import assert from "node:assert/strict";
import { decode, encode } from "@msgpack/msgpack";
import { Packr, pack, unpack } from "msgpackr";

const at = 1764340000000;
const asUint64 = (value) => {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xcf;
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
};
const kind = (bytes) => ({ 0xcb: "float64", 0xcf: "uint64", 0xd3: "int64", 0xce: "uint32", 0xd2: "int32" })[bytes[0]];
const careful = new Packr({ int64AsType: "number", useRecords: false });

assert.deepEqual(Buffer.from(encode(at)), asUint64(at));
for (const value of [at, 5])
  console.log(value, "in uint64 is read as", unpack(asUint64(value)), "by msgpackr,", decode(asUint64(value)), "by the other");
const edges = [2 ** 32 - 1, 2 ** 32, -(2 ** 31), -(2 ** 31) - 1];
for (const value of [...edges, at])
  console.log(value, "is written as", kind(pack(value)), "by msgpackr,", kind(encode(value)), "by the other");

assert.equal(unpack(asUint64(at)), 1764340000000n);
assert.equal(unpack(asUint64(5)), 5n);
assert.throws(() => new Date(unpack(asUint64(at))), TypeError);
assert.equal(decode(asUint64(at)), at);
assert.deepEqual(edges.map((value) => kind(pack(value))), ["uint32", "float64", "int32", "float64"]);
assert.deepEqual(edges.map((value) => kind(encode(value))), ["uint32", "uint64", "int32", "int64"]);
assert.equal(unpack(pack(at)), at, "its own round trip");
assert.equal(careful.unpack(asUint64(at)), at);
assert.equal(kind(careful.pack(at)), "float64");
JS
timeout 60 node seen.mjs
