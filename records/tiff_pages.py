"""The pages of a TIFF file: an embedded JPEG as it is, anything else as PNG.

Knows directories and tags. Runs in the child process (`records.scan_child`): what it decodes may crash, hang or swell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from PIL import Image

from records.scans import (
    DECODER_FAULTS,
    Limits,
    ScannedPage,
    TooManyPages,
    TruncatedImage,
    UnreadableDocument,
    check_size,
    declared_dpi,
    opened,
    picture,
    to_png,
)

_COMPRESSION, _PHOTOMETRIC, _OFFSETS, _ORIENTATION, _SAMPLES, _COUNTS = 259, 262, 273, 274, 277, 279
_TILE_OFFSETS, _TILE_COUNTS, _JPEG_TABLES = 324, 325, 347


def tiff_pages(name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    count = _tiff_count(name, content, limits)
    with opened(name, None, content, "tiff") as image:
        for number in range(1, count + 1):
            try:
                image.seek(number - 1)
                check_size(name, number, image.size, limits)
                yield _tiff_page(name, number, image, content, limits)
            except DECODER_FAULTS as error:
                raise TruncatedImage(name, number) from error


def _tiff_count(name: str, content: bytes, limits: Limits) -> int:
    """Pages by the chain of directories. Followed here because decoders stop at a broken link without a word,
    which would lose the pages behind it."""
    order = "<" if content[:1] == b"I" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    link, entries, entry_size = ("Q", "Q", 20) if big else ("I", "H", 12)
    seen: set[int] = set()
    try:
        (offset,) = struct.unpack_from(order + link, content, 8 if big else 4)
        while offset:
            if offset in seen:
                raise UnreadableDocument(name, len(seen), "页目录成环")
            seen.add(offset)
            if len(seen) > limits.max_pages:
                raise TooManyPages(name, detail=f"上限 {limits.max_pages} 页")
            (entry_count,) = struct.unpack_from(order + entries, content, offset)
            offset += struct.calcsize(order + entries) + entry_count * entry_size
            (offset,) = struct.unpack_from(order + link, content, offset)
    except (struct.error, OverflowError) as error:
        raise TruncatedImage(name, len(seen) or None) from error
    if not seen:
        raise UnreadableDocument(name, detail="没有页")
    return len(seen)


def _tiff_page(name: str, number: int, image: Image.Image, content: bytes, limits: Limits) -> ScannedPage:
    tags = image.tag_v2  # type: ignore[attr-defined]
    offsets = tags.get(_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
    counts = tags.get(_COUNTS) or tags.get(_TILE_COUNTS) or ()
    if any(start + length > len(content) for start, length in zip(offsets, counts, strict=False)):
        raise TruncatedImage(name, number)
    stream = _jpeg_in_tiff(tags, content)
    dpi = declared_dpi(image)
    if stream is not None:
        page = picture(name, stream, "jpeg", limits, number)
        if (page.width, page.height) == image.size:
            return replace(page, dpi=dpi)
    image.load()
    return ScannedPage(to_png(image, dpi), "png", image.width, image.height, dpi, name, number)


def _jpeg_in_tiff(tags: Mapping[int, Any], content: bytes) -> bytes | None:
    """The page's own JPEG stream, where one strip holds it all and its colours mean the same elsewhere."""
    offsets, counts, tables = tags.get(_OFFSETS, ()), tags.get(_COUNTS, ()), tags.get(_JPEG_TABLES, b"")
    colours = (tags.get(_PHOTOMETRIC), tags.get(_SAMPLES, 1))
    if tags.get(_COMPRESSION) != 7 or colours not in ((1, 1), (6, 3)) or tags.get(_ORIENTATION, 1) != 1:
        return None
    if len(offsets) != 1 or len(counts) != 1:
        return None
    strip = content[offsets[0] : offsets[0] + counts[0]]
    return (tables[:-2] + strip[2:]) if tables else strip
