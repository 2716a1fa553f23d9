"""Pictures: shrunk, turned as they are to be seen, in the colours of screens, and without anything that isn't picture.

What comes out is WebP without EXIF, XMP, comments or profile: where a photograph was taken stays in the original. The
order matters: shrinking before turning takes a twentieth of the memory. Refuses to know documents.
"""

import io
from functools import partial
from importlib import import_module
from typing import BinaryIO, Final

import pi_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageOps

from protocol.previews import Preview
from server.files.family import Family
from server.files.fence.limits import PIXELS_MAX
from server.files.fence.made import Made
from server.files.readers import Reader

THUMBNAIL_PX: Final = 512
"""The longest side of a thumbnail: twice what a chat shows of it, for screens with small pixels."""
SCREEN_PX: Final = 2048
QUALITY: Final = 80
PAGES_COUNTED_MAX: Final = 10_000

Image.preinit()
for _plugin in ("Jpeg2K", "Mpo", "Tiff", "WebP"):
    import_module(f"PIL.{_plugin}ImagePlugin")
pi_heif.register_heif_opener(decode_threads=1)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.MAX_IMAGE_PIXELS = PIXELS_MAX
_SRGB: Final = ImageCms.createProfile("sRGB")
_FORMATS: Final = {
    Family.JPEG: ("JPEG", "MPO"),
    Family.PNG: ("PNG",),
    Family.WEBP: ("WEBP",),
    Family.GIF: ("GIF",),
    Family.AVIF: ("AVIF",),
    Family.HEIC: ("HEIF",),
    Family.TIFF: ("TIFF",),
    Family.BMP: ("BMP",),
    Family.JPEG2000: ("JPEG2000",),
}
"""Only the decoder of what the file was recognised as is tried."""


class TooLarge(Exception):
    """More pixels than are decoded."""


def reader(job: str, family: str, page: int) -> Reader:
    """What makes a thumbnail, or a picture for the whole screen."""
    return partial(read, family=Family(family), page=page, longest=THUMBNAIL_PX if job == "look" else SCREEN_PX)


def read(file: BinaryIO, family: Family, page: int, longest: int) -> Made:
    """A page of a scan, of all else the first frame, at most `longest` pixels wide and high. Raises what Pillow raises, and
    TooLarge."""
    with Image.open(file, formats=_FORMATS[family]) as image:
        if page > 1:
            image.seek(page - 1)
        if image.width * image.height > PIXELS_MAX:
            raise TooLarge
        pages = min(getattr(image, "n_frames", 1), PAGES_COUNTED_MAX) if family is Family.TIFF else 0
        resolution = image.info.get("dpi") if family is Family.TIFF else None
        profile = image.info.get("icc_profile")
        shown = ImageOps.exif_transpose(_stretched(_shrunk(image, longest), resolution, longest))
    content, shown = encoded(_in_screen_colours(shown, profile))
    return Made(Preview(width=shown.width, height=shown.height, pages=pages if pages > 1 else 0), content)


def encoded(image: Image.Image) -> tuple[bytes, Image.Image]:
    """As WebP with nothing beside the pixels."""
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"")
    return out.getvalue(), image


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    """Smaller, in a mode that can be shrunk well: of two colours or a palette not one of them, but what lies between."""
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode.startswith("I"):
        # 16 bits: what Pillow does by itself is to cut off whatever is brighter than 255.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    image.thumbnail((longest, longest), reducing_gap=2.0)
    return image


def _stretched(image: Image.Image, resolution: object, longest: int) -> Image.Image:
    """A fax has twice as many pixels across as down."""
    if not isinstance(resolution, tuple) or len(resolution) != 2 or not all(0 < float(one) < 1e5 for one in resolution):
        return image
    ratio = float(resolution[0]) / float(resolution[1])
    if 0.8 < ratio < 1.25 or not 0.1 < ratio < 10:
        return image
    made = image.resize((image.width, max(1, round(image.height * ratio))))
    made.thumbnail((longest, longest))
    return made


def _in_screen_colours(image: Image.Image, profile: object) -> Image.Image:
    mode = "RGBA" if image.mode in ("RGBA", "LA", "La", "PA") else "RGB"
    if isinstance(profile, bytes) and profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            return image if turned is None else turned
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that makes no sense: the colours as they are
    return image if image.mode == mode else image.convert(mode)
