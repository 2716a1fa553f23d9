#!/usr/bin/env bash
# stream-zip ends an archive in the middle, without a word, when a stored file and the header behind it fill its piece of 64 KiB.
#
# Versions: stream-zip 0.0.84 (PyPI), CPython 3.11.7 `zipfile` as the reader.
# Seen: two files "a" and "b", stored (NO_COMPRESSION_64). For a length of "a" of 65,475 or 65,477 bytes the zip holds both; for
#   65,476 the generator ends as if all were well, after 65,596 bytes: without "b", without a directory, and no reader opens it.
#   With NO_COMPRESSION_32 the length is 65,496. Any other number of `chunk_size` moves the place; it doesn't go away.
# Guess: every length is as good as the next, or an exception.
# Why it matters: a "Download all" of hundreds of files of all lengths meets it once in a while, and only who unpacks it sees that.
# What we do: server/files/zip_writing.py writes the archive itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check stream-zip==0.0.84
cat > seen.py <<'PY'
import io, platform, zipfile
from datetime import datetime
from importlib.metadata import version

from stream_zip import NO_COMPRESSION_32, NO_COMPRESSION_64, stream_zip

AT = datetime(2026, 1, 2, 3, 4, 6)


def zipped(length, method, **more):
    files = [("a", AT, 0o600, method, [b"a" * length]), ("b", AT, 0o600, method, [b"b" * 100_000])]
    return b"".join(stream_zip(files, **more))


def names(archive):
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return opened.namelist() if opened.testzip() is None else "damaged"
    except zipfile.BadZipFile as error:
        return str(error)


print("stream-zip", version("stream-zip"), "CPython", platform.python_version())
for length in (65_475, 65_476, 65_477):
    archive = zipped(length, NO_COMPRESSION_64)
    print(f"first file of {length} bytes: archive of {len(archive)} bytes, in it {names(archive)}")
whole = ["a", "b"]
assert names(zipped(65_475, NO_COMPRESSION_64)) == names(zipped(65_477, NO_COMPRESSION_64)) == whole, "a control changed"
assert names(zipped(65_476, NO_COMPRESSION_64, chunk_size=50_000)) == whole, "a control changed"
for method, length in ((NO_COMPRESSION_64, 65_476), (NO_COMPRESSION_32, 65_496)):
    lost = [some for some in range(65_300, 65_600) if names(zipped(some, method)) != whole]
    print(f"lengths from 65300 to 65599 of which no archive comes: {lost}")
    assert lost == [length], "stream-zip changed"
PY
timeout 300 venv/bin/python seen.py
