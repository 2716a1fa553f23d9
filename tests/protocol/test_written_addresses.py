"""Addresses in what people write: the same ones as the browser finds (web_client/test/messages/addresses.test.ts)."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from protocol.body import BODY_CHARACTERS_MAX, Link
from protocol.written_addresses import LINK_CHARACTERS_MAX, addresses_in

CASES = json.loads((Path(__file__).parents[2] / "protocol" / "client" / "addresses.json").read_text(encoding="utf-8"))
ODD = ["a@", "www.", "https://", "a.", "@", "a'", "https://)", "x@a-", "åäö"]


@pytest.mark.parametrize("case", CASES, ids=[f"case_{number}" for number in range(len(CASES))])
def test_what_is_an_address_and_where_it_ends(case: dict[str, object]) -> None:
    text = str(case["text"])
    found = addresses_in(text)
    assert [[text[start:end], link] for start, end, link in found] == case["links"]
    for address in found:
        assert msgspec.convert(address.link, Link) == address.link


def test_an_address_that_is_too_long_to_be_a_link_is_none() -> None:
    start = "https://a.example/"
    fits = start + "x" * (LINK_CHARACTERS_MAX - len(start))
    assert [address.link for address in addresses_in(fits)] == [fits]
    assert addresses_in(fits + "x") == []
    assert addresses_in("www.a.example/" + "x" * (LINK_CHARACTERS_MAX - len("www.a.example/"))) == []


@pytest.mark.parametrize("odd", ODD)
def test_the_longest_text_is_looked_through_at_once(odd: str) -> None:
    text = (odd * BODY_CHARACTERS_MAX)[:BODY_CHARACTERS_MAX]
    before = time.process_time()
    addresses_in(text)
    assert time.process_time() - before < 1
