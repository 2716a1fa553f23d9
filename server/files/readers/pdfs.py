"""Pages of PDF as pictures: by pdfium, which reads as much of the file as the page needs.

What somebody has filled into a form is drawn, which takes the form's own environment before the first page. How large a
picture is follows from what is asked for and never from the page, which may say that it is a kilometre wide. Locked files
have no picture. Refuses to run, follow or open anything that a file carries.
"""

from functools import partial
from typing import BinaryIO, Final

import pypdfium2

from protocol.previews import Preview
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.pictures import PAGES_COUNTED_MAX, SCREEN_PX, THUMBNAIL_PX, encoded

SIDE_POINTS_MAX: Final = 14_400
"""Of a page: as much as the format allows. Of pages that say more or nothing, nothing is drawn."""


class Unsized(Exception):
    """A page without a size that could be drawn."""


def reader(job: str, _family: str, page: int) -> Reader:
    """What draws a page, small or for the whole screen."""
    return partial(read, page=page, longest=THUMBNAIL_PX if job == "look" else SCREEN_PX)


def read(file: BinaryIO, page: int, longest: int) -> Made:
    """A page, at most `longest` pixels wide and high. Raises what pdfium raises, Unsized, IndexError."""
    document = pypdfium2.PdfDocument(file)
    document.init_forms()
    pages = min(len(document), PAGES_COUNTED_MAX)
    if page > pages:
        raise IndexError(page)
    drawn = document[page - 1]
    side = max(drawn.get_size())
    if not 1 <= side <= SIDE_POINTS_MAX or min(drawn.get_size()) <= 0:
        raise Unsized
    bitmap = drawn.render(scale=longest / side, rev_byteorder=True)
    content, shown = encoded(bitmap.to_pil().convert("RGB"))
    return Made(Preview(width=shown.width, height=shown.height, pages=pages if pages > 1 else 0), content)
