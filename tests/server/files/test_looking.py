"""What is taken out of a zip and under which names, and every reason not to (ZP-3, facts about files 3.2)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from server.files.archives.looking import Limits, look, pieces
from tests.server.files import archives
from tests.server.files.archives import named, of_kind, zipped

LIMITS = Limits(entry_bytes_max=3_000_000, total_bytes_max=4_000_000, deep_max=3)
SMALL = b"ett kvitto"


def ways(made: bytes) -> list[str]:
    listing, opened, infos = look(io.BytesIO(made), len(made), LIMITS)
    assert listing.refused is None, listing
    assert listing.kept is None
    assert opened is not None
    assert [entry.size for entry in listing.entries] == [len(opened.read(info)) for info in infos]
    return ["/".join(entry.way) for entry in listing.entries]


@pytest.mark.parametrize(
    ("made", "why", "about"),
    [
        (zipped({"ok.txt": SMALL, "/etc/passwd": SMALL}), "path", "/etc/passwd"),
        (zipped({"../ut.txt": SMALL}), "path", "../ut.txt"),
        (zipped({"a/../../ut.txt": SMALL}), "path", "a/../../ut.txt"),
        (zipped({"a/.. /ut.txt": SMALL}), "path", "a/.. /ut.txt"),
        (zipped({"..\\ut.txt": SMALL}), "path", "..\\ut.txt"),
        (zipped({"C:\\Kvitton\\ut.txt": SMALL}), "path", "C:\\Kvitton\\ut.txt"),
        (zipped({"c:ut.txt": SMALL}), "path", "c:ut.txt"),
        (zipped({"\\\\server\\ut.txt": SMALL}), "path", "\\\\server\\ut.txt"),
        (zipped({"../": b"", "ok.txt": SMALL}), "path", "../"),
        (zipped({".": SMALL}), "path", "."),
        (archives.nul(), "path", "a.txt_/../../b.txt"),
        (of_kind(archives.LINK), "kind", "genväg"),
        (of_kind(archives.DEVICE), "kind", "genväg"),
        (of_kind(archives.PIPE), "kind", "genväg"),
        (zipped({f"{number}.txt": b"" for number in range(2_001)}), "entries", ""),
        (zipped({f"{'n' * 1_200}{number}": b"" for number in range(1_700)}), "entries", ""),
        (zipped({"a/b/c/d/djupt.txt": SMALL}), "deep", "a/b/c/d/djupt.txt"),
        (zipped({"stor.bin": bytes(3_000_001)}, zipfile.ZIP_STORED), "entry_bytes", "stor.bin"),
        (zipped({f"{number}.bin": bytes(1_500_000) for number in range(3)}, zipfile.ZIP_STORED), "total_bytes", ""),
        (zipped({"nollor.bin": bytes(2_000_000)}), "ratio", "nollor.bin"),
        (zipped({f"{number}.bin": bytes(900_000) for number in range(3)}), "ratio", ""),
        (zipped({"nollor.bin": bytes(2_900_000)}, zipfile.ZIP_BZIP2), "ratio", "nollor.bin"),
        (archives.overlapping(), "overlap", "a.txt"),
        (archives.cut(), "damaged", ""),
        (b"PK\x05\x06" + bytes(10), "damaged", ""),
        (zipped({}), "empty", ""),
        (zipped({"bara/": b"", "mappar/": b""}), "empty", ""),
        (zipped({"__MACOSX/._a": SMALL, "x/.DS_Store": SMALL, "Thumbs.db": SMALL}), "empty", ""),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_could_do_harm_is_refused_and_the_entry_is_named(made: bytes, why: str, about: str) -> None:
    listing, opened, infos = look(io.BytesIO(made), len(made), LIMITS)
    assert (listing.refused, listing.about) == (why, about)
    assert (listing.entries, opened, infos) == ([], None, [])


@pytest.mark.parametrize(
    ("make", "why"), [(archives.encrypted, "encrypted"), (archives.packed_otherwise, "compression")]
)
def test_what_cannot_be_opened_is_kept_as_it_is(make: archives.Make, why: str) -> None:
    made = make()
    listing, opened, _ = look(io.BytesIO(made), len(made), LIMITS)
    assert (listing.kept, listing.refused, opened) == (why, None, None)


@pytest.mark.parametrize("make", [archives.says_less, archives.says_more, archives.another_crc32])
def test_what_lies_about_its_lengths_is_found_out_when_it_is_read(make: archives.Make) -> None:
    """Before more has come than it says."""
    made = make()
    listing, opened, infos = look(io.BytesIO(made), len(made), LIMITS)
    assert listing.refused is None
    assert opened is not None
    read = [pieces(opened, info) for info in infos]
    with pytest.raises((zipfile.BadZipFile, EOFError)):
        _ = [b"".join(one) for one in read]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_folders_stay_and_what_nobody_put_in_goes(method: int) -> None:
    made = zipped(
        {
            "Kvitton/oktober/hotell.txt": SMALL,
            "Kvitton/tom/": b"",
            "__MACOSX/Kvitton/._hotell.txt": SMALL,
            "Kvitton/.DS_Store": SMALL,
            "Thumbs.db": SMALL,
            "./lön.txt": SMALL,
            "från\\windows\\a.txt": SMALL,
            "inre.zip": zipped({"a": SMALL}),
        },
        method,
    )
    assert ways(made) == ["Kvitton/oktober/hotell.txt", "lön.txt", "från/windows/a.txt", "inre.zip"]
    listing, _, _ = look(io.BytesIO(made), len(made), LIMITS)
    assert listing.skipped == 3


def test_two_thousand_and_what_compresses_well_are_let_in() -> None:
    books = b"".join(b'#TRANS 1930 {} -%d.00 20260105 "Hyra"\n' % number for number in range(60_000))
    made = zipped({f"{number}.txt": b"1" for number in range(1_999)} | {"bok.se": books})
    assert len(books) > 2_000_000
    assert len(ways(made)) == 2_000


SWEDISH = "Räkning från Åre.pdf"
UNICODE = b"\x01" + struct.pack("<I", zlib.crc32(b"R?kning.pdf")) + "Räkning.pdf".encode()


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (zipped({SWEDISH: SMALL}), SWEDISH),
        (named(SWEDISH.encode()), SWEDISH),
        (named(SWEDISH.encode("cp850")), SWEDISH),
        (named(SWEDISH.encode("cp437")), SWEDISH),
        (named(SWEDISH.encode("cp1252")), SWEDISH),
        (named(b"R?kning.pdf", extra=struct.pack("<HH", 0x7075, len(UNICODE)) + UNICODE), "Räkning.pdf"),
        (named(b"Rokning.pdf", extra=struct.pack("<HH", 0x7075, len(UNICODE)) + UNICODE), "Rokning.pdf"),
        (zipped({"Ra\u0308kning.pdf": SMALL}), "Räkning.pdf"),
        (zipped({"kvitto\u202efdp.exe": SMALL}), "kvitto_fdp.exe"),
        (zipped({"rad\n brytning\t.txt": SMALL}), "rad_ brytning_.txt"),
        (zipped({"m/" + "å" * 300 + ".pdf": SMALL}), "m/" + "å" * 125 + ".pdf"),
        (zipped({"å" * 300 + "/a": SMALL}), "å" * 112 + "/a"),
        (zipped({"  mapp  /  a.txt ": SMALL}), "mapp/a.txt"),
        (zipped({" /a.txt": SMALL}), "_/a.txt"),
    ],
    ids=["utf8", "utf8-unsaid", "cp850", "cp437", "cp1252", "unicode-path", "of-another-name", "decomposed", "turning",
         "control", "long", "long-folder", "blanks", "blank-folder"],
)  # fmt: skip
def test_names_are_read_as_they_were_meant_and_made_such_as_a_file_has_here(made: bytes, name: str) -> None:
    assert ways(made) == [name]
