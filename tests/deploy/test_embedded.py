"""The embedded servers are the real thing: they elect, keep their data when killed, and do not outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from redis import Redis

from deploy.dev.embedded import (
    SHARE,
    EmbeddedError,
    Mongod,
    Process,
    ReplicaSet,
    Valkey,
    free_port,
    is_running,
    programs,
)

ROOT = Path(__file__).resolve().parents[2]


def rows(url: str) -> list[int]:
    with MongoClient[dict[str, Any]](url) as client:
        return sorted(row["_id"] for row in client.box.rows.find())


def insert(url: str, number: int) -> None:
    with MongoClient[dict[str, Any]](url, w="majority", journal=True) as client:
        client.box.rows.insert_one({"_id": number})


def test_the_shared_servers_answer(mongo_url: str, redis_url: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client[database_name].rows.insert_one({"_id": 1})
        assert client.admin.command("hello")["setName"]
    with Redis.from_url(redis_url) as redis:
        assert redis.ping()


def test_a_killed_mongod_keeps_what_it_acknowledged(own_mongo: ReplicaSet) -> None:
    mongod = own_mongo.members[0]
    for number in range(3):
        insert(own_mongo.url, number)
        mongod.kill()
        assert not mongod.alive
        mongod.start()
        own_mongo.wait_for_primary()
    assert rows(own_mongo.url) == [0, 1, 2]


def test_a_folder_can_be_served_on_another_port(servers_folder: Path) -> None:
    folder = servers_folder / "moving"
    for number in range(2):
        servers = ReplicaSet(folder)
        servers.start()
        insert(servers.url, number)
        assert rows(servers.url) == list(range(number + 1))
        servers.stop()


def test_three_elect_and_replace_a_dead_primary(replica_set_of_three: ReplicaSet) -> None:
    insert(replica_set_of_three.url, 1)
    first = replica_set_of_three.wait_for_primary()
    second = replica_set_of_three.step_down()
    assert second is not first
    second.kill()
    third = replica_set_of_three.wait_for_primary()
    assert third is not second
    assert rows(replica_set_of_three.url) == [1]
    second.start()
    insert(replica_set_of_three.url, 2)
    assert rows(replica_set_of_three.url) == [1, 2]


def test_a_frozen_valkey_accepts_but_does_not_answer(own_valkey: Valkey) -> None:
    own_valkey.pause()
    assert own_valkey.alive
    assert not own_valkey.answers()
    own_valkey.resume()
    assert own_valkey.answers()
    own_valkey.kill()
    assert not own_valkey.answers()
    own_valkey.start()
    assert own_valkey.answers()


def test_one_folder_has_one_owner(own_valkey: Valkey) -> None:
    with pytest.raises(EmbeddedError, match="in use by another run"):
        Valkey(own_valkey.folder).start()
    assert own_valkey.answers()


def test_a_server_that_cannot_start_says_why(servers_folder: Path) -> None:
    mongod = Mongod(servers_folder / "wrong")
    mongod.command.append("--no-such-option")
    with pytest.raises(EmbeddedError, match="no-such-option"):
        mongod.start()
    mongod.dispose()


HOLDER = """
import sys
from pathlib import Path
from deploy.dev.embedded import Valkey
server = Valkey(Path(sys.argv[1]))
{before}
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def hold(folder: Path, before: str = "") -> tuple[subprocess.Popen[str], int]:
    """Another Python process that runs a Valkey in `folder` until it is told to end."""
    program = [sys.executable, "-c", HOLDER.format(before=before), str(folder)]
    holder = subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    return holder, int(holder.stdout.readline())


def end(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()


if sys.platform == "linux":  # elsewhere no kernel helps, and the next test's promise is all there is

    def test_a_server_ends_with_a_killed_owner(servers_folder: Path) -> None:
        holder, pid = hold(servers_folder / "tied")
        end(holder)
        deadline = time.monotonic() + 60
        while is_running(pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)  # another process: it tells nobody when it has ended


def test_a_server_that_outlived_its_owner_is_ended_by_the_next(servers_folder: Path) -> None:
    folder = servers_folder / "orphaned"
    holder, pid = hold(folder, before="import deploy.dev.embedded.processes as p; p._libc = None")
    end(holder)
    assert is_running(pid)  # it did outlive its owner
    server = Valkey(folder)
    server.start()
    assert server.answers()
    assert not is_running(pid)
    server.dispose()


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    child = Process("deaf", [sys.executable, "-c", deaf], tmp_path / "log", os.environ)
    child.start()
    while "up" not in child.last_words():
        assert child.alive
    child.stop(patience_s=0.2)
    assert child.popen is not None
    assert child.popen.returncode == -signal.SIGKILL


def test_libcurl_comes_from_the_wheel_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "has_libcurl", lambda: False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    program = programs.find_mongod()
    said = subprocess.check_output([program.path, "--version"], env=dict(program.env), text=True)
    assert said.startswith("db version v")
    assert "libcurl.so.4" in program.env["LD_LIBRARY_PATH"]


def test_libcurl_is_found_where_the_wheel_is_now_wherever_it_was_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A tree that was moved, or reached by a path that is gone, keeps the link of then."""
    monkeypatch.setattr(programs, "has_libcurl", lambda: False)
    library = tmp_path / "then" / "libcurl-330bcbb6.so.4.8.0"
    (library.parent / "as-libcurl.so.4").mkdir(parents=True)
    library.touch()
    (library.parent / "as-libcurl.so.4" / "libcurl.so.4").symlink_to(tmp_path / "gone" / library.name)
    for place in ("then", "now"):
        if not (tmp_path / place).exists():
            (tmp_path / "then").rename(tmp_path / place)
        here = tmp_path / place / library.name
        monkeypatch.setattr(programs, "find_libcurl", lambda: here)  # noqa: B023 - called in this round only
        folder = Path(programs._with_libcurl()["LD_LIBRARY_PATH"].split(":")[0])
        assert (folder / "libcurl.so.4").resolve() == here


def test_a_primary_that_was_voted_out_already_has_stepped_down(
    replica_set_of_three: ReplicaSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = replica_set_of_three
    chosen = servers.wait_for_primary()
    voted_out = next(member for member in servers.members if member is not chosen)
    answers = iter([voted_out])
    waits = servers.wait_for_primary
    monkeypatch.setattr(servers, "wait_for_primary", lambda but=None: next(answers, None) or waits(but))
    assert servers.step_down() is chosen


def test_processes_with_shares_of_their_own_are_never_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    for share in ("1/2", "2/2"):
        monkeypatch.setenv(SHARE, share)
        given[share] = {free_port() for _ in range(50)}
    assert max(given["1/2"]) < min(given["2/2"])


@pytest.mark.parametrize("said", ["0/2", "3/2", "1", "1/0", "a/b", "1/99999"])
def test_a_share_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(SHARE, said)
    with pytest.raises(EmbeddedError, match=f"EMBEDDED_PORTS is '{said}'"):
        free_port()
