"""Writes what others read of the protocol: TypeScript types, and the tables of docs/protocol.md.

`python -m protocol.describing.export` writes them, `--check` says whether they are stale, `openapi` and `asyncapi` print
those documents (the server serves them). Knows where the files are; refuses to know what stands in them.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from protocol.describing import descriptions, tables, typescript, videos

ROOT: Final = Path(__file__).resolve().parents[2]
TYPESCRIPT: Final = ROOT / "web_client" / "src" / "core" / "protocol.gen.ts"
VIDEOS: Final = ROOT / "web_client" / "src" / "messages" / "videos.gen.ts"
DOCUMENT: Final = ROOT / "docs" / "protocol.md"


def exports() -> dict[Path, str]:
    """Every exported file and what it should contain."""
    return {
        TYPESCRIPT: typescript.typescript(),
        VIDEOS: videos.typescript(),
        DOCUMENT: tables.filled(DOCUMENT.read_text(encoding="utf-8")),
    }


def stale() -> list[Path]:
    """The exported files that don't say what the structs say."""
    return [path for path, text in exports().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write, check or print."""
    parser = argparse.ArgumentParser(prog="python -m protocol.describing.export", description=__doc__)
    parser.add_argument("print", nargs="?", choices=("openapi", "asyncapi"), help="print this document")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is stale")
    chosen = parser.parse_args()
    if chosen.print:
        document = descriptions.openapi() if chosen.print == "openapi" else descriptions.asyncapi()
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return 0
    behind = stale()
    if chosen.check:
        sys.stderr.writelines(
            f"{path.relative_to(ROOT)} is stale: run python -m protocol.describing.export\n" for path in behind
        )
        return 1 if behind else 0
    for path in behind:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(exports()[path], encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
