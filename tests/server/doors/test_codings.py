"""Which coding a client is answered in (RFC 9110, 12.5.3)."""

import gzip

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from server.doors.codings import SUFFIXES, WORTH_BYTES, accepted, coded


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (None, None),
        ("", None),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br ; q=0.5 , gzip ; q=0.5", "br"),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0.0", None),
        ("identity", None),
        ("deflate, zstd", None),
        ("gzip;q=much", None),
        ("gzipped, xbr", None),
        (",,;;q=1,", None),
    ],
)
def test_the_best_coding_that_is_taken_is_used(said: str | None, answered: str | None) -> None:
    headers = Headers({} if said is None else {"accept-encoding": said})
    assert accepted(headers, SUFFIXES) == answered


def test_a_field_that_stands_there_twice_counts_whole() -> None:
    headers = Headers(raw=[(b"accept-encoding", b"deflate"), (b"accept-encoding", b"gzip")])
    assert accepted(headers, SUFFIXES) == "gzip"


def test_only_what_is_had_is_used() -> None:
    assert accepted(Headers({"accept-encoding": "br, gzip"}), ["gzip"]) == "gzip"
    assert accepted(Headers({"accept-encoding": "br"}), ["gzip"]) is None
    assert accepted(Headers({"accept-encoding": "*"}), []) is None


def test_an_answer_worth_it_is_coded_and_says_so() -> None:
    body = b'{"threads": []}' * WORTH_BYTES
    answer = coded(Headers({"accept-encoding": "gzip, br"}), Response(body, media_type="application/json"))
    assert gzip.decompress(bytes(answer.body)) == body
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(answer.body) < len(body)
    assert answer.headers["vary"] == "accept-encoding"


def test_who_takes_none_gets_it_as_it_is_and_caches_are_told() -> None:
    body = b" " * WORTH_BYTES
    answer = coded(Headers({"accept-encoding": "br"}), Response(body))
    assert (answer.body, answer.headers["vary"]) == (body, "accept-encoding")
    assert "content-encoding" not in answer.headers


def test_a_short_answer_stays_as_it_is() -> None:
    answer = coded(Headers({"accept-encoding": "gzip"}), Response(b" " * (WORTH_BYTES - 1)))
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
