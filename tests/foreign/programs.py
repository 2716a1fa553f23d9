"""Where other people's programs are, and how one is run. `python3 dev.py test` installs them; without, tests fail."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
NODE_BIN = HERE / "node_modules" / ".bin"
PYTHON_BIN = HERE / ".venv" / "bin"
PATIENCE_S = 300.0


def tool(folder: Path, name: str) -> Path:
    """A program of theirs. Fails where it isn't installed."""
    path = folder / name
    assert path.exists(), f"{name} is missing: `python3 dev.py test` installs it (npm ci, and .venv, in tests/foreign)"
    return path


async def said_by(*command: str | Path, cwd: Path = HERE) -> str:
    """What a program printed. Fails with all of it if the program did."""
    env = {**os.environ, "PATH": f"{PYTHON_BIN}{os.pathsep}{NODE_BIN}{os.pathsep}{os.environ['PATH']}"}
    # None of them may call home from a test.
    env |= {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=cwd, env=env, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = out.decode()
    assert process.returncode == 0, f"{text}\n{err.decode()}"
    return text
