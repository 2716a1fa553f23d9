"""Names in a zip: such as every computer takes for a file, and no way out of the folder into which it is unpacked."""

import pytest

from server.documents.naming import PORTABLE_BYTES_MAX, portable


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("Årsbokslut 2025.pdf", "Årsbokslut 2025.pdf"),
        ("..", "_"),
        (".", "_"),
        ("../etc/passwd", ".._etc_passwd"),
        ("C:\\kvitton", "C__kvitton"),
        ('a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"),
        ("slut...", "slut"),
        ("slut. ", "slut"),
        ("CON", "_CON"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("Lpt¹ .txt", "_Lpt¹ .txt"),
        ("console.txt", "console.txt"),
        ("rad\nbrytning\x00", "rad_brytning_"),
        ("", "_"),
        ("a\u030a.txt", "å.txt"),
        (".gitignore", ".gitignore"),
    ],
)
def test_a_name_is_made_one_that_every_computer_takes(name: str, taken: str) -> None:
    assert portable(name) == taken
    assert portable(taken) == taken


def test_a_long_one_keeps_its_ending() -> None:
    made = portable("å" * 200 + ".pdf")
    assert made.endswith("å.pdf")
    assert len(made.encode()) <= PORTABLE_BYTES_MAX
