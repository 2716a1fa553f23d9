"""Postfix, Exim and OpenSMTPD as Debian packages them, told only whose mail to take and what to refuse.

Knows each one's configuration. Refuses to know what is sent to it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.mail_servers.roots import DOMAIN, HOST, LATE_USER, REFUSED_SENDER, REFUSED_WORD, ROOTS, SUITE, Server

POSTFIX: Final = Server(
    "postfix",
    ["postfix", "ssl-cert"],
    f"postfix postfix/main_mailer_type select Internet Site\npostfix postfix/mailname string {DOMAIN}\n",
    begin=[["postfix", "start"]],
    end=[["postfix", "stop"]],
    queue=["postqueue", "-p"],
    nothing_queued="Mail queue is empty",
    forget=["postsuper", "-d", "ALL"],
)
EXIM: Final = Server(
    "exim",
    ["exim4-daemon-light", "exim4-config"],
    "exim4-config exim4/dc_eximconfig_configtype select internet site; mail is sent and received directly using SMTP\n"
    f"exim4-config exim4/dc_other_hostnames string {DOMAIN}\nexim4-config exim4/mailname string {DOMAIN}\n",
    begin=[["update-exim4.conf"], ["exim4", "-bd", "-q30m"]],
    end=[["sh", "-c", "kill $(cat /run/exim4/exim.pid)"]],
    queue=["exim4", "-bpc"],
    nothing_queued="0",
    forget=["sh", "-c", "exiqgrep -i | xargs -r exim4 -Mrm"],
)
OPENSMTPD: Final = Server(
    "opensmtpd",
    ["opensmtpd"],
    f"opensmtpd opensmtpd/mailname string {DOMAIN}\nopensmtpd opensmtpd/root_address string\n",
    begin=[["smtpd"]],
    end=[["pkill", "--pidfile", "/run/smtpd.pid"], ["sh", "-c", "smtpctl stop; pkill -x smtpd; true"]],
    queue=["smtpctl", "show", "queue"],
    nothing_queued="",
    forget=["smtpctl", "remove", "all"],
    reads_letters=False,
)
SERVERS: Final = {server.name: server for server in (POSTFIX, EXIM, OPENSMTPD)}


def prepared(name: str) -> Server:
    """A server in its root, which is made if it isn't there. Needs root, debootstrap, and the registry of packages."""
    server = SERVERS[name]
    if not (server.root / "etc/ready").exists():
        shutil.rmtree(server.root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(_base()), str(server.root)], check=True)
        server.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
        (server.root / "usr/sbin/policy-rc.d").chmod(0o755)
        selections = ["debconf-set-selections", "/tmp/selections"]
        server.write("/tmp/selections", server.selections)
        server.inside(selections)
        server.inside(["apt-get", "install", "-y", "-q", "--no-install-recommends", *server.packages, "procps"])
        server.inside(["adduser", "--disabled-password", "--gecos", "", "box"])
        server.write("/etc/ready", server.version)
    {"postfix": _postfix, "exim": _exim, "opensmtpd": _opensmtpd}[name](server)
    lenient(server, late=False)
    return server


def _base() -> Path:
    """A small Debian that the others are copies of."""
    base = ROOTS / "base"
    if not (base / "etc/ready").exists():
        shutil.rmtree(base, ignore_errors=True)
        ROOTS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(base), *_mirror()], check=True)
        for part in ("apt.conf.d", "sources.list.d"):  # as this machine reaches its packages
            shutil.copytree(Path("/etc/apt") / part, base / "etc/apt" / part, dirs_exist_ok=True)
        (base / "etc/apt/sources.list").unlink(missing_ok=True)
        (base / "etc/ready").touch()
    return base


def _mirror() -> Sequence[str]:
    """Where this machine gets its own packages from."""
    for file in sorted(Path("/etc/apt").rglob("*")):
        if file.suffix not in (".list", ".sources"):
            continue
        for line in file.read_text().splitlines():
            words = line.split()
            if words and words[0] in ("URIs:", "deb"):
                return [word for word in words if "://" in word][:1]
    return []


def _postfix(server: Server) -> None:
    server.write("/etc/postfix/senders", f"{REFUSED_SENDER} REJECT not from you\n")
    server.write("/etc/postfix/subjects", f"/^Subject:.*{REFUSED_WORD}/ REJECT 5.7.1 not that\n")
    server.inside(["postmap", "/etc/postfix/senders"])
    changes = {
        "myhostname": f"mx.{DOMAIN}",
        "mydestination": f"{DOMAIN}, localhost",
        "inet_interfaces": "loopback-only",
        "inet_protocols": "ipv4",
        "smtpd_sender_restrictions": "check_sender_access hash:/etc/postfix/senders",
        "smtpd_recipient_restrictions": "check_recipient_access hash:/etc/postfix/late, permit_mynetworks, reject",
        "smtpd_delay_reject": "no",
        "header_checks": "regexp:/etc/postfix/subjects",
    }
    server.inside(["postconf", "-e", *(f"{name}={value}" for name, value in changes.items())])


def _exim(server: Server) -> None:
    """In its split form. A relay for this machine takes whatever it is given and sends bounces; here it is no relay, so
    that it looks at each recipient as it does for strangers."""
    for name, value in (("other_hostnames", DOMAIN), ("local_interfaces", HOST), ("use_split_config", "true")):
        server.inside(["sed", "-i", f"s/^dc_{name}=.*/dc_{name}='{value}'/", "/etc/exim4/update-exim4.conf.conf"])
    server.write(
        "/etc/exim4/conf.d/main/00_try",
        f"MAIN_HARDCODE_PRIMARY_HOSTNAME = mx.{DOMAIN}\nMAIN_RELAY_NETS = 192.0.2.1\nMAIN_ACL_CHECK_MAIL = acl_try_mail\n"
        "CHECK_RCPT_LOCAL_ACL_FILE = /etc/exim4/rcpt_acl\nCHECK_DATA_LOCAL_ACL_FILE = /etc/exim4/data_acl\n",
    )
    server.write(
        "/etc/exim4/conf.d/acl/05_try",
        f"acl_try_mail:\n  deny senders = {REFUSED_SENDER}\n    message = not from you\n  accept\n",
    )
    subject = f"${{if match{{$h_subject:}}{{{REFUSED_WORD}}}}}"
    server.write("/etc/exim4/data_acl", f"deny condition = {subject}\n  message = not that\n")


def _opensmtpd(server: Server) -> None:
    """Its own filters know nothing of what stands in a letter."""
    server.write(
        "/etc/smtpd.conf",
        "table aliases file:/etc/aliases\n"
        "table late file:/etc/late\n"
        'filter puts_off phase rcpt-to match rcpt-to <late> reject "451 4.7.1 come later"\n'
        f'filter shuts_out phase mail-from match mail-from "{REFUSED_SENDER}" reject "550 5.7.1 not from you"\n'
        "filter both chain { puts_off, shuts_out }\n"
        'listen on lo filter "both"\n'
        'action "local" maildir alias <aliases>\n'
        f'match from local for domain "{DOMAIN}" action "local"\n',
    )


def lenient(server: Server, *, late: bool) -> None:
    """Whether whoever is put off at RCPT is taken now."""
    puts_off = not late
    match server.name:
        case "postfix":
            server.write("/etc/postfix/late", f"{LATE_USER}@{DOMAIN} 450 4.7.1 come later\n" if puts_off else "")
            server.inside(["postmap", "/etc/postfix/late"])
        case "exim":
            rule = f"defer local_parts = {LATE_USER}\n  message = come later\n" if puts_off else ""
            server.write("/etc/exim4/rcpt_acl", rule)
            server.inside(["sh", "-c", "kill -HUP $(cat /run/exim4/exim.pid)"], check=False)  # it reads that once
        case _:
            server.write("/etc/late", f"{LATE_USER}@{DOMAIN}\n" if puts_off else "nobody@late.example\n")
            server.inside(["smtpctl", "update", "table", "late"], check=False)  # it reads that once, too
