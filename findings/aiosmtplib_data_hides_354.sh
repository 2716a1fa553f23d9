#!/usr/bin/env bash
# aiosmtplib's data() doesn't tell a refusal before 354 from one after it, nor a connection that was lost before from one lost after.
#
# Versions: aiosmtplib 5.1.3 (PyPI); smtplib of CPython 3.11.7 as the control.
# Seen: a server that answers DATA with 554, and one that says 354, reads the letter and answers its last dot with 554, both raise
#   SMTPDataError with the same code and text. A connection that is cut at either place raises SMTPServerDisconnected with the same
#   text. smtplib raises SMTPDataError for the first refusal and returns (554, ...) for the second one.
# Guess: the two differ in type or field, as in the standard library whose names it has taken over: only one of them has sent anything.
# Why it matters: before 354 the server has nothing, and a letter may be sent again. After it nobody knows what became of it if the
#   answer is lost (RFC 1047), and a reminder that must not come twice can't be repeated.
# What we do: scheduler/mail/relay.py says DATA by execute_command, and writes the letter itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check aiosmtplib==5.1.3
cat > seen.py <<'PY'
import asyncio, importlib.metadata, platform, smtplib

import aiosmtplib

LETTER = b"Subject: x\r\n\r\ntext\r\n"
CUT = b""


async def serve(at_data, at_dot):
    async def converse(reader, writer):
        writer.write(b"220 server ESMTP\r\n")
        while line := await reader.readline():
            answer = b"250 fine\r\n"
            if line.upper().startswith(b"DATA"):
                answer = at_data
                if at_data.startswith(b"354"):
                    writer.write(at_data)
                    await reader.readuntil(b"\r\n.\r\n")
                    answer = at_dot
            if answer == CUT:
                break
            writer.write(answer)
        writer.close()

    return await asyncio.start_server(converse, "127.0.0.1", 0)


async def by_aiosmtplib(port):
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="client.example", timeout=10)
    await client.connect()
    await client.ehlo()
    await client.mail("a@office.example")
    await client.rcpt("b@office.example")
    try:
        return "returns", (await client.data(LETTER)).code
    except aiosmtplib.SMTPException as error:
        return type(error).__name__, str(error)
    finally:
        client.close()


def by_smtplib(port):
    client = smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10)
    client.ehlo()
    client.mail("a@office.example")
    client.rcpt("b@office.example")
    try:
        return "returns", client.data(LETTER)[0]
    except smtplib.SMTPException as error:
        return type(error).__name__, str(error)
    finally:
        client.close()


async def main():
    print("aiosmtplib", importlib.metadata.version("aiosmtplib"), "CPython", platform.python_version())
    refusal, go_on = b"554 5.7.1 no\r\n", b"354 go on\r\n"
    places = {
        "taken": (go_on, b"250 queued\r\n"),
        "refused before 354": (refusal, CUT),
        "refused after 354": (go_on, refusal),
        "cut before 354": (CUT, CUT),
        "cut after 354": (go_on, CUT),
    }
    seen, control = {}, {}
    for place, (at_data, at_dot) in places.items():
        server = await serve(at_data, at_dot)
        port = server.sockets[0].getsockname()[1]
        seen[place] = await by_aiosmtplib(port)
        control[place] = await asyncio.to_thread(by_smtplib, port)
        server.close()
        print(f"{place}: aiosmtplib {seen[place]}, smtplib {control[place]}")
    assert seen["taken"] == control["taken"] == ("returns", 250)
    assert control["refused before 354"][0] == "SMTPDataError", "smtplib changed"
    assert control["refused after 354"] == ("returns", 554), "smtplib changed"
    assert seen["refused before 354"][0] == "SMTPDataError", "aiosmtplib changed"
    assert seen["refused before 354"] == seen["refused after 354"], "aiosmtplib tells the refusals apart"
    assert seen["cut before 354"][0] == "SMTPServerDisconnected", "aiosmtplib changed"
    assert seen["cut before 354"] == seen["cut after 354"], "aiosmtplib tells the cuts apart"


asyncio.run(main())
PY
timeout 60 venv/bin/python seen.py
