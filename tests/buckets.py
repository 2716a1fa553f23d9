"""An S3-compatible server of another project (moto's, as packaged), for files in a bucket. It stands in tests/foreign."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.dev.embedded import Process, free_port
from storage.blobs.bucket import Bucket
from tests.foreign.programs import PYTHON_BIN, tool

READY_S = 30.0


@dataclass(frozen=True)
class S3:
    """A server that runs, and a bucket of it that nobody else uses."""

    endpoint: str
    bucket: str
    process: Process

    @property
    def settings(self) -> dict[str, str]:
        """What a server of ours is told to keep its files there."""
        return {
            "blobs": f"s3://{self.bucket}/files",
            "s3_endpoint": self.endpoint,
            "s3_access_key": "key",
            "s3_secret_key": "secret",
        }

    def place(self, scratch: Path) -> Bucket:
        return Bucket(
            f"{self.bucket}/files", scratch=scratch, endpoint=self.endpoint, access_key="key", secret_key="secret"
        )


def _answers(url: str, method: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5):  # noqa: S310 - our own
            return True
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False


@pytest.fixture(scope="session")
def s3_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Process]]:
    port = free_port()
    command: list[str | Path] = [tool(PYTHON_BIN, "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    env = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    process = Process("moto", command, tmp_path_factory.mktemp("moto") / "moto.log", env)
    process.start()
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + READY_S
    while not _answers(url, "GET"):
        assert process.alive, process.last_words()
        assert time.monotonic() < deadline, "the S3 server does not answer"
        time.sleep(0.1)  # another process: it tells nobody when it is ready
    yield url, process
    process.kill()


@pytest.fixture
def s3(s3_process: tuple[str, Process]) -> S3:
    """A bucket of its own for this test."""
    url, process = s3_process
    bucket = f"chattar-{uuid.uuid4().hex[:12]}"
    assert _answers(f"{url}/{bucket}", "PUT")
    return S3(url, bucket, process)
