"""Texts and tables as a page shows them: in the right letters, never more than fits, and nothing that isn't seen (issue 9,
4; facts about files, 1.1 and 4.1)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from protocol.documents import Reading
from server.files.family import Family, recognise
from server.files.fence.keeper import Fence
from server.files.readers import readings
from tests.server.files import field

pytestmark = pytest.mark.anyio
SWEDISH = "Åsa i Älvsjö åt räkor på kafé"


async def reading_of(tmp_path: Path, content: bytes, name: str) -> Reading | None:
    """What is read of a file behind the fence, as what it is recognised as."""
    path = tmp_path / "file"
    path.write_bytes(content)
    family = recognise(io.BytesIO(content), len(content), name).family
    fence = Fence()
    made = await fence.make(path, "read", family)
    assert fence.broken == 0
    return made.reading if made is not None else None


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_a_text_is_read_in_the_letters_in_which_it_is_written(tmp_path: Path, charset: str) -> None:
    read = await reading_of(tmp_path, f"{SWEDISH}\r\nrad två".encode(charset), "läs.txt")
    assert read == Reading(text=f"{SWEDISH}\nrad två")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "cp437"])
async def test_books_are_read_in_all_the_letters_in_which_they_come(tmp_path: Path, charset: str) -> None:
    books = field.SIE_QUOTED.decode("cp437")
    read = await reading_of(tmp_path, books.encode(charset), "bok.se")
    assert read == Reading(text=books.replace("\r\n", "\n"))


@pytest.mark.parametrize("between", [";", "\t", ","])
async def test_a_table_is_read_by_what_stands_between_its_values(tmp_path: Path, between: str) -> None:
    rows = [["Namn", "Ort", "Not"], ["", "0", ""], ["Åsa", "Älvsjö", f'sade "hej"{between} två\nrader']]
    lines = [between.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    read = await reading_of(tmp_path, ("\r\n".join([*lines, ""])).encode("cp1252"), "lista.csv")
    assert read == Reading(rows=rows)


async def test_what_stands_between_is_what_is_in_both_lines(tmp_path: Path) -> None:
    """Decimal commas are no columns."""
    read = await reading_of(tmp_path, b"Datum;Belopp;Saldo\n2026-01-02;1,50;2,50\n", "lista.csv")
    assert read == Reading(rows=[["Datum", "Belopp", "Saldo"], ["2026-01-02", "1,50", "2,50"]])


async def test_of_a_long_text_the_beginning_is_read_and_no_letter_of_it_is_halved(tmp_path: Path) -> None:
    text = "a" + "å" * readings.READ_BYTES_MAX
    read = await reading_of(tmp_path, text.encode(), "läs.txt")
    assert read == Reading(text="a" + "å" * (readings.READ_BYTES_MAX // 2 - 1), cut=True)
    whole = "å" * (readings.READ_BYTES_MAX // 2)
    assert await reading_of(tmp_path, whole.encode(), "läs.txt") == Reading(text=whole)


async def test_of_a_large_table_as_much_is_read_as_a_page_holds(tmp_path: Path) -> None:
    """Rows, columns and the length of a value."""
    rows = "\n".join(["a;b"] * (readings.ROWS_MAX + 1))
    assert await reading_of(tmp_path, rows.encode(), "x.csv") == Reading(
        rows=[["a", "b"]] * readings.ROWS_MAX, cut=True
    )
    wide = "\n".join([";".join(["a"] * (readings.COLUMNS_MAX + 1))] * 2)
    assert await reading_of(tmp_path, wide.encode(), "x.csv") == Reading(
        rows=[["a"] * readings.COLUMNS_MAX] * 2, cut=True
    )
    long = f"a;b\n{'x' * (readings.CELL_CHARACTERS_MAX + 1)};2\n"
    read = await reading_of(tmp_path, long.encode(), "x.csv")
    assert read == Reading(rows=[["a", "b"], ["x" * (readings.CELL_CHARACTERS_MAX - 1) + "…", "2"]], cut=True)
    many = "a;b\n" + "x" * 250 + ";" + "y" * 250 + "\n"
    read = await reading_of(tmp_path, (many * 1_000).encode(), "x.csv")
    assert read is not None
    assert read.cut
    assert {len(row) for row in read.rows} == {2}  # the line in whose middle it ends isn't there


async def test_what_isnt_seen_and_turns_what_follows_is_left_out(tmp_path: Path) -> None:
    read = await reading_of(tmp_path, "faktura\u202efdp.exe\ttab\x85".encode(), "läs.txt")
    assert read == Reading(text="fakturafdp.exe\ttab")


async def test_a_quote_that_is_never_closed_costs_no_more_than_the_file(tmp_path: Path) -> None:
    read = await reading_of(tmp_path, b'a;b\n1;"2\n' + b"3;4\n" * 100_000, "x.csv")
    assert read is not None
    assert read.rows[0] == ["a", "b"]
    assert read.cut


def test_nothing_else_is_read() -> None:
    from server.files.readers import reader_of

    for family in (Family.HTML, Family.SVG, Family.INLINE_XBRL, Family.XML, Family.PDF, Family.MAIL, Family.OTHER):
        with pytest.raises(KeyError):
            reader_of("read", family, 1)
