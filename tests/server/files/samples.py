"""Files as real writers write them, made when they are wanted; and by hand what no writer here can make."""

import io
import struct
import zipfile
from base64 import b64decode
from email.message import EmailMessage
from typing import Final

import docx
import openpyxl
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

# Written by libheif 1.20 with x265: 48 × 32 pixels, its left half blue, its right half red. It is to be
# turned, and says so twice, as telephones do: in its own property (irot), which counts, and in EXIF (orientation 6).
HEIC_BASE64: Final = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAAB7AABAAAAAAAAACkAAgAAAAACFQABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEH"
    "BpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAFVtZGF0AAAA"
    "JSgBrxOA5TH3/9uDRB0+oPkZLBKy7D3/nt8uYu7+EsPrKKPac/AAAAAGRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA="
)
HEIC: Final = b64decode(HEIC_BASE64)


def picture(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    """Left half blue, right half red (where the mode has colours)."""
    image = Image.new("RGB", size, (220, 20, 20))
    image.paste((20, 20, 220), (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **options)
    return out.getvalue()


def pdf(*pages: str) -> bytes:
    """By reportlab, a line on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 200))
    for page in pages:
        canvas.drawString(40, 150, page)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def xlsx(*rows: list[object]) -> bytes:
    """By openpyxl."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    """By python-docx."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """By the standard library."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def container(mimetype: str, files: dict[str, bytes]) -> bytes:
    """As OpenDocument and ASiC want it: the type first, stored."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def ole(*names: str, far: int = 0) -> bytes:
    """An OLE file with these streams in its root, empty; its directory stands behind `far` sectors of nothing."""
    entries = b""
    for number, name in enumerate(("Root Entry", *names)):
        written = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if number == 0 else 2
        entries += written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1) + bytes(60)
    entries += bytes(-len(entries) % 512)
    directory = len(entries) // 512
    tables = (far + directory + 512) // 128 + 1
    first = tables + 8 + far
    chain = [0xFFFFFFFF] * (tables * 128)
    for at in range(directory):
        chain[first + at] = first + at + 1 if at + 1 < directory else 0xFFFFFFFE
    # Tables stand first; where the head has no room for all of them, lists of them follow.
    listed = list(range(min(tables, 109))) + [0xFFFFFFFF] * (109 - min(tables, 109))
    further = list(range(109, tables))
    lists = [further[at : at + 127] for at in range(0, len(further), 127)]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first, 0, 4096, 0xFFFFFFFE, 0, 0, 0)[:44]
    head = head[:68] + struct.pack("<II", tables if lists else 0xFFFFFFFE, len(lists)) + struct.pack("<109I", *listed)
    out = head + struct.pack(f"<{len(chain)}I", *chain)
    for number, numbers in enumerate(lists):
        last = number + 1 == len(lists)
        padded = numbers + [0xFFFFFFFF] * (127 - len(numbers))
        out += struct.pack("<128I", *padded, 0xFFFFFFFE if last else tables + number + 1)
    out = out.ljust(512 * (1 + tables + 8 + far), b"\0")
    return out + entries


def mail() -> bytes:
    """By the standard library, as a mail program saves it."""
    made = EmailMessage()
    made["Subject"] = "Kvitton oktober – körjournal"
    made["From"] = "Åsa Ek <asa@exempel.se>"
    made["To"] = "byran@exempel.se"
    made["Date"] = "Fri, 20 Nov 2026 09:15:00 +0100"
    made["Message-ID"] = "<1@exempel.se>"
    made.set_content("Hej!\n\nHär kommer kvittona.\n")
    made.add_attachment(pdf("Kvitto"), maintype="application", subtype="pdf", filename="körjournal.pdf")
    return made.as_bytes()
