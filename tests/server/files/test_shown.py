"""Pages offer to show what the server shows, and nothing else."""

import re
from pathlib import Path

from server.files.media_types import INLINE
from server.files.readers import READ

PAGES = Path(__file__).resolve().parents[3] / "web_client" / "src" / "documents" / "shown.ts"


def test_what_pages_offer_to_show_is_the_closed_list_of_the_server() -> None:
    (said,) = re.findall(r"SHOWN[^=]*= new Set\(\[([^\]]*)\]\)", PAGES.read_text(encoding="utf-8"))
    assert set(re.findall(r'"(\w+)"', said)) == {str(family) for family in INLINE}


def test_what_pages_offer_to_read_is_what_the_server_reads() -> None:
    (said,) = re.findall(r"READ[^=]*= new Set\(\[([^\]]*)\]\)", PAGES.read_text(encoding="utf-8"))
    assert set(re.findall(r'"(\w+)"', said)) == {str(family) for family in READ}
