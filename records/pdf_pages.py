"""The pages of a PDF file: a scan that fills its page as the JPEG it is, anything else rendered.

Knows page objects, colours and turns. Runs in the child process (`records.scan_child`): what it decodes may crash,
hang or swell.
"""

from __future__ import annotations

import io
import math
import re
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from records.scans import (
    DECODER_FAULTS,
    EncryptedDocument,
    Limits,
    ScannedPage,
    TooManyPages,
    TruncatedImage,
    UnreadableDocument,
    check_size,
    opened,
    orientation_of,
    picture,
    to_png,
)

RENDER_DPI = 200
JPEG_QUALITY = 90
# What a JPEG cannot carry by itself: inverted samples and masks. Dictionaries of images are never compressed.
_ALTERED = re.compile(rb"/(?:Decode|Mask|SMask)\s*[\[\d]")
_ORIENTATIONS = {0: 1, 90: 6, 180: 3, 270: 8}  # clockwise degrees → EXIF
_PLAIN_COLOURS = (
    pdfium_c.FPDF_COLORSPACE_DEVICEGRAY, pdfium_c.FPDF_COLORSPACE_DEVICERGB, pdfium_c.FPDF_COLORSPACE_CALGRAY,
    pdfium_c.FPDF_COLORSPACE_CALRGB, pdfium_c.FPDF_COLORSPACE_ICCBASED,
)  # fmt: skip


def pdf_pages(name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    if b"%%EOF" not in content.rstrip(b"\0 \t\r\n")[-1024:]:
        raise TruncatedImage(name)  # a repaired half would lack pages without a word
    with closing(_open_pdf(name, content)) as document:
        if len(document) > limits.max_pages:
            raise TooManyPages(name, detail=f"{len(document)} 页，上限 {limits.max_pages} 页")
        document.init_forms()
        altered = _ALTERED.search(content) is not None
        for number in range(1, len(document) + 1):
            try:
                with closing(document[number - 1]) as page:
                    yield _pdf_page(name, number, page, altered, limits)
            except DECODER_FAULTS as error:
                raise UnreadableDocument(name, number) from error


def _open_pdf(name: str, content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise EncryptedDocument(name) from error
        raise UnreadableDocument(name) from error


def _pdf_page(name: str, number: int, page: pdfium.PdfPage, altered: bool, limits: Limits) -> ScannedPage:
    width, height = page.get_size()
    check_size(name, number, (width * RENDER_DPI / 72, height * RENDER_DPI / 72), limits)
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        check_size(name, number, image.get_px_size(), limits)
    scan = _sole_image(page)
    if scan is None:
        return _render(name, number, page, RENDER_DPI, False, limits)
    if not altered:
        original = _jpeg_in_pdf(name, number, scan, page.get_rotation(), limits)
        if original is not None:
            return original
    return _render(name, number, page, _dpi_of(scan), scan.get_metadata().bits_per_pixel == 1, limits)


def _sole_image(page: pdfium.PdfPage) -> pdfium.PdfImage | None:
    """The image that is all one sees of the page, edge to edge; invisible text of a searchable scan aside."""
    if pdfium_c.FPDFPage_GetAnnotCount(page):
        return None
    seen = [shown for shown in page.get_objects(max_depth=1) if not _invisible(shown)]
    if len(seen) != 1 or not isinstance(seen[0], pdfium.PdfImage):
        return None
    left, bottom, right, top = page.get_cropbox()
    slack = 0.03 * max(right - left, top - bottom)
    edges = zip(seen[0].get_bounds(), (left, bottom, right, top), strict=True)
    return seen[0] if all(abs(edge - limit) <= slack for edge, limit in edges) else None


def _invisible(shown: pdfium.PdfObject) -> bool:
    return isinstance(shown, pdfium.PdfTextObj) and (
        pdfium_c.FPDFTextObj_GetTextRenderMode(shown) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
    )


def _dpi_of(scan: pdfium.PdfImage) -> float:
    """The image's own resolution on the page, kept between 200 and 600."""
    matrix = scan.get_matrix()
    return min(600.0, max(RENDER_DPI, scan.get_px_size()[0] / (math.hypot(matrix.a, matrix.b) / 72 or 1)))


def _jpeg_in_pdf(
    name: str, number: int, scan: pdfium.PdfImage, turned: int, limits: Limits
) -> ScannedPage | None:
    """The scan's own JPEG stream, if showing it is showing the page. A turned page gets an EXIF orientation,
    the only bytes added; None for what must be rendered."""
    facts = scan.get_metadata()
    quarter = _quarter_of(scan.get_matrix())
    if scan.get_filters() != ["DCTDecode"] or quarter is None or pdfium_c.FPDFPageObj_HasTransparency(scan):
        return None
    if facts.colorspace not in _PLAIN_COLOURS or facts.bits_per_pixel not in (8, 24):
        return None
    stream = bytes(scan.get_data())
    with opened(name, number, stream, "jpeg") as image:
        if orientation_of(image) != 1 or image.size != scan.get_px_size():
            return None
    orientation = _ORIENTATIONS[(quarter + turned) % 360]
    if orientation != 1:
        stream = _with_orientation(stream, orientation)
    return replace(picture(name, stream, "jpeg", limits, number), dpi=round(_dpi_of(scan), 1))


def _quarter_of(matrix: pdfium.PdfMatrix) -> int | None:
    """Clockwise degrees, if the matrix turns an image by quarters only; None if it mirrors or slants it."""
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
    small = 0.001 * max(abs(a), abs(b), abs(c), abs(d))
    if abs(b) <= small and abs(c) <= small and a * d > 0:
        return 0 if a > 0 else 180
    if abs(a) <= small and abs(d) <= small and b * c < 0:
        return 90 if b < 0 else 270
    return None


def _with_orientation(stream: bytes, orientation: int) -> bytes:
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return stream[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + stream[2:]


def _render(
    name: str, number: int, page: pdfium.PdfPage, dpi: float, one_bit: bool, limits: Limits
) -> ScannedPage:
    width, height = page.get_size()
    if width * height * (dpi / 72) ** 2 > limits.max_pixels:
        dpi = RENDER_DPI
    image = page.render(scale=dpi / 72, grayscale=one_bit).to_pil()
    dpi = round(dpi, 1)
    if one_bit:
        image = image.convert("L").convert("1", dither=Image.Dither.NONE)
        return ScannedPage(to_png(image, dpi), "png", image.width, image.height, dpi, name, number)
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return ScannedPage(stream.getvalue(), "jpeg", image.width, image.height, dpi, name, number)
