"""Debian's own mail servers, each alone in a small Debian of its own, as the package leaves it but for whose mail it takes.

A root is made by debootstrap and apt, once, under `var/mail_servers/`; the server runs in it by chroot, on port 25 of the
loopback interface, one at a time. Knows packages and their configuration. Refuses to know letters.

Every mailbox is one file: whoever is known at DOMAIN is an alias of the one local user `box`.
"""

from __future__ import annotations

import mailbox
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Final

ROOTS: Final = Path(__file__).parents[2] / "var" / "mail_servers"
SUITE: Final = "bookworm"
DOMAIN: Final = "box.example"
HOST, PORT = "127.0.0.1", 25
UP_S_MAX: Final = 30.0
REFUSED_SENDER: Final = "nobody@refused.example"
"""Whom every server here refuses at MAIL."""
REFUSED_WORD: Final = "VERBOTEN"
"""A letter that says so in its subject is refused at the dot."""
LATE_USER: Final = "late"
"""Whom every server here puts off at RCPT (4xx), until `lenient` is called."""


@dataclass(frozen=True)
class Server:
    """One of Debian's mail servers."""

    name: str
    packages: Sequence[str]
    selections: str
    """What its package asks when it is installed, answered."""
    begin: Sequence[Sequence[str]]
    """Commands in the root that start it."""
    end: Sequence[Sequence[str]]
    queue: Sequence[str]
    """What tells of letters that it has taken and not put into the mailbox yet."""
    nothing_queued: str
    """What that says when there are none."""
    forget: Sequence[str]
    """Throws those away."""
    reads_letters: bool = True
    """Whether it can refuse a letter for what stands in it."""

    @property
    def root(self) -> Path:
        return ROOTS / self.name

    @property
    def version(self) -> str:
        query = ["dpkg-query", "-W", "-f", "${Version}", self.packages[0]]
        return self.inside(query).stdout.strip()

    def inside(self, command: Sequence[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in its root, with a /proc that nobody else sees. Raises RuntimeError with what it said."""
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        within = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        whole = ["unshare", "--mount", "sh", "-c", within, str(self.root), *command]
        done = subprocess.run(whole, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(command)} ended with {done.returncode}: {done.stdout[-2000:]}")
        return done

    def write(self, path: str, text: str) -> None:
        """A file of its root, owned by root."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def known(self, names: Sequence[str]) -> None:
        """Who has a mailbox from now on."""
        lines = [f"{name}: box" for name in names]
        self.write("/etc/aliases", "\n".join(["mailer-daemon: postmaster", "postmaster: root", *lines, ""]))
        if self.name != "exim":
            self.inside(["newaliases"])

    def received(self) -> list[Message]:
        """What has been put into the mailbox."""
        box, folder = self.root / "var/mail/box", self.root / "home/box/Maildir"
        found: list[Message] = []
        if box.is_file():
            found += list(mailbox.mbox(str(box)))
        if folder.is_dir():
            found += list(mailbox.Maildir(str(folder)))
        # What it writes itself, such as a bounce of what it took first, is no letter of ours.
        return [mail for mail in found if "mailer-daemon" not in str(mail["From"]).lower()]

    def busy(self) -> bool:
        """Whether something that it took isn't in the mailbox yet."""
        return self.inside(self.queue).stdout.strip() != self.nothing_queued

    def emptied(self) -> None:
        """An empty mailbox, an empty queue: what is left of an earlier run for domains that aren't there stays for days."""
        self.inside(self.forget, check=False)  # OpenSMTPD calls it a failure when there is nothing
        (self.root / "var/mail/box").unlink(missing_ok=True)
        shutil.rmtree(self.root / "home/box/Maildir", ignore_errors=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the end of the block. One that a run which was killed has left is stopped first."""
        self._stop()
        if listens():
            raise RuntimeError(f"another mail server listens on {HOST}:{PORT}: stop it first")
        for command in self.begin:
            self.inside(command)
        try:
            wait_for_port()
            yield
        finally:
            self._stop()

    def _stop(self) -> None:
        for command in self.end:
            self.inside(command, check=False)


def listens() -> bool:
    """Whether somebody does, at the port of all of them."""
    try:
        socket.create_connection((HOST, PORT), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for_port() -> None:
    """Until somebody listens. Raises TimeoutError."""
    until = time.monotonic() + UP_S_MAX
    while not listens():
        if time.monotonic() > until:
            raise TimeoutError(f"nobody listens on {HOST}:{PORT}")
        time.sleep(0.1)  # another process: it tells nobody when it is ready, so it is asked, until the deadline
