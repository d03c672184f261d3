"""The child process that takes a file apart, with limits on memory and processor time: a file on standard input, frames
on standard output (`records.scans` starts it and reads them).

Knows limits and which module reads which format. A crash, an endless loop or swollen memory ends here.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import IO

from PIL import Image

from records.pdf_pages import pdf_pages
from records.scans import (
    MEGABYTE,
    PICTURES,
    Limits,
    PixelBomb,
    ScannedPage,
    ScanRefused,
    picture,
    write_frame,
)
from records.tiff_pages import tiff_pages

_PAGE_SECONDS = 30


def _single(kind: str) -> Callable[[str, bytes, Limits], Iterator[ScannedPage]]:
    return lambda name, content, limits: iter([picture(name, content, kind, limits)])


_SPLITTERS = {"tiff": tiff_pages, "pdf": pdf_pages} | {kind: _single(kind) for kind in PICTURES}


def _serve(kind: str, max_pixels: int, max_pages: int) -> None:
    """The child: a file on standard input, frames on standard output."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a C library prints must not fall between frames
    content = sys.stdin.buffer.read()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, 1024 * MEGABYTE + 12 * max_pixels + 4 * len(content))
    Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, against the limits given
    pages = _SPLITTERS[kind]("", content, Limits(len(content), max_pixels, max_pages))
    try:
        while True:
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + _PAGE_SECONDS)
            page = next(pages, None)
            if page is None:
                break
            frame = asdict(page.without_content()) | {"content": len(page.content)}
            write_frame(output, frame, page.content)
        write_frame(output, {"end": True})
    except ScanRefused as refusal:
        _refuse(output, refusal)
    except MemoryError:
        _refuse(output, PixelBomb("", detail="所需内存超过上限"))


def _refuse(output: IO[bytes], refusal: ScanRefused) -> None:
    write_frame(output, {"refused": type(refusal).__name__, "page": refusal.page, "detail": refusal.detail})


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
