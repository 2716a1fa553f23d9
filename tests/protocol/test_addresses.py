"""One rule for addresses: what a letter can be sent to, in which form, and when two addresses are the same."""

import re

import idna
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import addresses, wire
from protocol.errors import Invalid

LABEL_63, LABEL_64 = "x" * 63, "x" * 64

GOOD = [
    # typed, kept, sent
    ("Petra@Holm.example", "petra@holm.example", "petra@holm.example"),
    ("petra+bygg@holm.example", "petra+bygg@holm.example", "petra+bygg@holm.example"),
    ("p.e_t-r.a&o'n=1@holm.example", "p.e_t-r.a&o'n=1@holm.example", "p.e_t-r.a&o'n=1@holm.example"),
    ("post@FÖRETAGET.example", "post@företaget.example", "post@xn--fretaget-n4a.example"),
    ("post@fo\u0308retaget.example", "post@företaget.example", "post@xn--fretaget-n4a.example"),
    ("post@XN--fretaget-N4A.example", "post@företaget.example", "post@xn--fretaget-n4a.example"),
    ("c@faß.example", "c@faß.example", "c@xn--fa-hia.example"),
    ("c@xn--fa-hia.example", "c@faß.example", "c@xn--fa-hia.example"),
    ("c@fass.example", "c@fass.example", "c@fass.example"),
    ("a@βόλος.example", "a@βόλος.example", "a@xn--nxasmm1c.example"),
    ("a@ab--cd.example", "a@ab--cd.example", "a@ab--cd.example"),
    ("a@例え。example", "a@例え.example", "a@xn--r8jz45g.example"),
    ("a@localhost", "a@localhost", "a@localhost"),
    ("a@1.example", "a@1.example", "a@1.example"),
    (f"{'a' * 64}@holm.example", f"{'a' * 64}@holm.example", f"{'a' * 64}@holm.example"),
    (f"a@{LABEL_63}.example", f"a@{LABEL_63}.example", f"a@{LABEL_63}.example"),
]
REFUSED_BY_THE_PATTERN = [
    "pe..tra@holm.example", ".petra@holm.example", "petra.@holm.example", "petra%holm@relay.example",
    "relay!petra@holm.example", "pet/ra@holm.example", "pet|ra@holm.example", "åsa@holm.example",
    '"petra h"@holm.example', "petra h@holm.example",
    "petra@holm_bygg.example", "petra@holm..example", "petra@.example", "petra@holm.example.",
    "petra@[192.0.2.1]", "petra@holm.example,anna@holm.example", "petra@anna@holm.example",
    "<petra@holm.example>", "petra@holm.example\n", "petra", "@holm.example", "petra@", "petra@holm,example",
    "petra@ho lm.example", f"{'a' * 250}@holm.example",
]  # fmt: skip
REFUSED_BY_THE_RULE = [
    "petra@-holm.example", "petra@holm-.example",
    f"{'a' * 65}@holm.example", f"a@{LABEL_64}.example", "petra@192.0.2.1", "petra@💩.example", "petra@xn--zz.example",
    "petra@a\u200db.example", f"petra@{'ö' * 60}.example", "petra@holm。", f"a@{('ö' * 20 + '.') * 10}example",
]  # fmt: skip


def by_pattern(text: str) -> bool:
    try:
        msgspec.convert(text, wire.Mailbox)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize(("typed", "kept", "sent"), GOOD)
def test_an_address_is_kept_as_it_was_meant_and_sent_in_ascii(typed: str, kept: str, sent: str) -> None:
    assert by_pattern(typed)
    assert addresses.to_write_to("$.email", typed) == kept
    assert addresses.in_ascii(typed).lower() == addresses.in_ascii(kept) == sent
    assert addresses.folded(kept) == addresses.folded(sent) == kept
    assert {kept, sent} <= set(addresses.spellings(typed))


@pytest.mark.parametrize("typed", REFUSED_BY_THE_PATTERN + REFUSED_BY_THE_RULE)
def test_what_no_letter_reaches_is_refused_with_place_rule_and_finding(typed: str) -> None:
    with pytest.raises(ValueError, match="one e-mail address"):
        addresses.in_ascii(typed)
    kept = typed.strip()
    if kept == typed:
        with pytest.raises(Invalid) as refused:
            addresses.to_write_to("$.email", typed)
        problem = refused.value.problem
        assert problem.path == "$.email"
        assert (problem.expected or "").startswith("one e-mail address")
        assert problem.got == typed[:200]


def test_the_shape_of_an_address_is_known_to_whoever_reads_the_schema() -> None:
    """The web client and other programs hold addresses against the same pattern before they send one."""
    assert [typed for typed in REFUSED_BY_THE_PATTERN if by_pattern(typed)] == []
    assert [typed for typed in REFUSED_BY_THE_RULE if not by_pattern(typed)] == []


@given(st.from_regex(re.compile(r"[ -~åß。💩\u0308.@-]{1,12}@[ -~åß。💩\u0308.-]{1,20}"), fullmatch=True))
def test_the_pattern_refuses_nothing_that_the_rule_lets_pass(text: str) -> None:
    kept = addresses.folded(text)
    assert addresses.folded(kept) == kept
    try:
        sent = addresses.in_ascii(kept)
    except ValueError:
        return
    assert by_pattern(kept)
    assert sent.isascii()
    assert addresses.folded(sent) == kept


@given(st.text(max_size=300))
@example("T\u0308om@holm.example")
def test_anything_can_be_folded(text: str) -> None:
    """A login is answered, whatever is typed."""
    kept = addresses.folded(text)
    assert addresses.folded(kept) == kept
    assert kept in addresses.spellings(text)


def test_who_logs_in_is_found_by_what_was_stored_before_the_rule() -> None:
    assert addresses.folded("  Pe..TRA@Holm.example ") == "pe..tra@holm.example"
    assert addresses.folded("ÅSA@holm.example") == "åsa@holm.example"
    assert "c@xn--fa-hia.example" in addresses.spellings("c@faß.example")
    assert "a@💩.example" in addresses.spellings("a@💩.example")
    assert "c@fass.example" not in addresses.spellings("c@faß.example")


def test_two_owners_stay_two() -> None:
    """Python's own codec would make one of them (IDNA 2003)."""
    assert "faß.example".encode("idna") == b"fass.example"
    assert addresses.host("faß.example") == idna.encode("faß.example").decode() == "xn--fa-hia.example"
