"""Bytes of an uploaded file to page images: JPEG and PNG as they are, each page of a TIFF or a PDF by itself.

Knows file formats and what makes a file unacceptable; believes content, never a name's ending. What may
crash, hang or swell (PDF, TIFF, very large pictures) is taken apart in a child process with limits on memory
and time, which runs this same module. Knows no database and no store.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

RENDER_DPI = 200
JPEG_QUALITY = 90
_ISOLATED_PIXELS = 40_000_000  # above this even a JPEG or PNG is decoded in the child
_MOST_JPEG_SCANS = 100  # a progressive JPEG has about ten; thousands make a small file decode for minutes
_PAGE_SECONDS = 30
_MEGABYTE = 1 << 20
_HEADER = struct.Struct(">I")

# What Pillow and pypdfium2 raise on hostile bytes: nearly anything. A fault of our own in here shows in the
# tests that demand success.
_DECODER_FAULTS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError,
    EOFError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """The most that one file may be: bytes, pixels of a page, pages."""

    max_bytes: int = 100 * _MEGABYTE
    max_pixels: int = 120_000_000
    max_pages: int = 500


@dataclass(frozen=True)
class ScannedPage:
    """One page image. `format` is jpeg or png; `width` and `height` are in pixels and as displayed (the EXIF
    orientation of a JPEG applied); `dpi` along the width, if known; `source_page` counts from 1."""

    content: bytes
    format: str
    width: int
    height: int
    dpi: float | None
    source_name: str
    source_page: int

    def without_content(self) -> ScannedPage:
        return replace(self, content=b"")


class ScanRefused(Exception):
    """A file that cannot become pages. The message names file and page, says what is wrong and what to do."""

    reason = "不能接收"
    remedy = "请检查文件后重新提交"

    def __init__(self, name: str, page: int | None = None, detail: str = "") -> None:
        self.name, self.page, self.detail = name, page, detail
        place = f"“{name}”" + (f"第 {page} 页" if page else "")
        super().__init__(f"{place}{self.reason}{f'（{detail}）' if detail else ''}；{self.remedy}")


class EmptyFile(ScanRefused):
    reason = "是空文件"
    remedy = "请重新扫描或重新导出后提交"


class FileTooLarge(ScanRefused):
    reason = "超过单个文件的大小上限"
    remedy = "请拆分或降低扫描分辨率后提交，或联系系统管理员调整上限"


class UnsupportedType(ScanRefused):
    reason = "不是可接收的影像格式"
    remedy = "请另存为 JPEG、PNG、TIFF 或 PDF 后提交"


class TruncatedImage(ScanRefused):
    reason = "不完整或已损坏，不能完整显示"
    remedy = "请重新扫描或重新传输后提交"


class EncryptedDocument(ScanRefused):
    reason = "设有打开密码"
    remedy = "请取消密码后提交"


class PixelBomb(ScanRefused):
    reason = "展开后的尺寸超过上限"
    remedy = "请以 200 至 300 dpi 重新扫描，或联系系统管理员调整上限"


class TooManyPages(ScanRefused):
    reason = "页数超过上限"
    remedy = "请拆分后分次提交，或联系系统管理员调整上限"


class UnreadableDocument(ScanRefused):
    reason = "无法读取"
    remedy = "请确认文件能正常打开，另存或重新扫描后提交"


_REFUSALS: dict[str, type[ScanRefused]] = {kind.__name__: kind for kind in ScanRefused.__subclasses__()}


def split(name: str, content: bytes | IO[bytes], limits: Limits) -> Iterator[ScannedPage]:
    """The pages of one file, one by one, so that never more than one is in memory beside the file itself.
    Raises ScanRefused, possibly after some pages: the file is then refused as a whole."""
    name = _plain(name)
    data = content if isinstance(content, bytes) else content.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise FileTooLarge(name, detail=f"上限 {limits.max_bytes / _MEGABYTE:g} MB")
    if not data:
        raise EmptyFile(name)
    kind = kind_of(data)
    if kind is None:
        raise UnsupportedType(name, detail=f"看起来是 {looks_like(data)}")
    if kind in _PICTURES and _declared_pixels(name, data, kind, limits) <= _ISOLATED_PIXELS:
        return iter([_picture(name, data, kind, limits)])
    return _split_in_child(kind, name, data, limits)


def kind_of(head: bytes) -> str | None:
    """jpeg, png, tiff or pdf by the first 1,024 bytes; None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    return "pdf" if b"%PDF-" in head[:1024] else None


_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Word、Excel 或 WPS 文档"),
    (b"{\\rtf", "RTF 文档"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 图片"),
    (b"8BPS", "Photoshop 文件"),
    (b"%!PS", "PostScript 文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
)
_ZIP_MEMBERS = (
    (b"word/", "Word 文档"),
    (b"xl/", "Excel 表格"),
    (b"ppt/", "PowerPoint 演示文稿"),
    (b"OFD.xml", "OFD 版式文件"),
)


def looks_like(content: bytes) -> str:
    """What a file that is none of ours seems to be, in words for the one who sent it."""
    for magic, label in _SIGNATURES:
        if content.startswith(magic):
            return label
    if content.startswith(b"PK"):
        return next((label for member, label in _ZIP_MEMBERS if member in content), "ZIP 压缩包")
    if content[4:8] == b"ftyp":
        still = content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
        return "HEIC/AVIF 手机照片" if still else "视频文件"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP 图片"
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "网页（HTML）"
    if start.startswith((b"<?xml", b"<svg")):
        return "XML 文件"
    with suppress(UnicodeDecodeError):
        if b"\0" not in start and content[:1021].decode().isprintable():
            return "文本文件"
    return "未知格式的文件"


def _plain(name: str) -> str:
    """A name fit for messages, logs and the database: whole characters, none invisible, at most 200."""
    unfit = ("Cc", "Cf", "Cs", "Zl", "Zp")
    shown = "".join("\ufffd" if unicodedata.category(c) in unfit else c for c in name[:200])
    return shown or "未命名文件"


def _check_size(name: str, page: int | None, size: tuple[float, float], limits: Limits) -> None:
    width, height = size
    if not width * height <= limits.max_pixels:
        shown = f"{width:.0f}×{height:.0f} 像素，上限 {limits.max_pixels / 1e6:g} 百万像素"
        raise PixelBomb(name, page, shown)


# --- JPEG and PNG ---


def _declared_pixels(name: str, content: bytes, kind: str, limits: Limits) -> int:
    with _opened(name, None, content, kind) as image:
        _check_size(name, None, image.size, limits)
        return image.width * image.height


def _opened(name: str, page: int | None, content: bytes, kind: str) -> Image.Image:
    """The image with its header read and no pixel decoded."""
    try:
        return Image.open(io.BytesIO(content), formats=[kind.upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PixelBomb(name, page) from error
    except _DECODER_FAULTS as error:
        whole = content.rstrip(b"\0").endswith(_ENDS[kind]) if kind in _ENDS else True
        raise (UnreadableDocument if whole else TruncatedImage)(name, page) from error


_ENDS = {"jpeg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}


def _picture(name: str, content: bytes, kind: str, limits: Limits, page: int | None = None) -> ScannedPage:
    """A JPEG or PNG, kept byte for byte once it is known to decode to its last line."""
    if kind == "jpeg" and content.count(b"\xff\xda") > _MOST_JPEG_SCANS:
        raise PixelBomb(name, page, "渐进扫描段过多")
    with _opened(name, page, content, kind) as image:
        _check_size(name, page, image.size, limits)
        width, height = image.size
        dpi = _dpi(image)
        turned = _orientation(image) >= 5
    if not (_jpeg_decodes if kind == "jpeg" else _png_decodes)(content):
        raise TruncatedImage(name, page)
    if turned:
        width, height = height, width
    return ScannedPage(content, kind, width, height, dpi, name, page or 1)


def _jpeg_decodes(content: bytes) -> bool:
    # Decoders fill a missing end with grey. Every coded FF is stuffed, so outside metadata these are markers.
    if content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda"):
        return False
    with suppress(*_DECODER_FAULTS), Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        # An eighth of the size, grey: every coded bit is still read, in a third of the time.
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()
        return True
    return False


def _png_decodes(content: bytes) -> bool:
    with suppress(*_DECODER_FAULTS):
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()  # the checksum of every chunk
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
        return _ENDS["png"] in content
    return False


def _dpi(image: Image.Image) -> float | None:
    with suppress(*_DECODER_FAULTS):
        value = float(image.info["dpi"][0])
        return round(value, 1) if math.isfinite(value) and 10 <= value <= 10_000 else None
    return None


def _orientation(image: Image.Image) -> int:
    with suppress(*_DECODER_FAULTS):
        value = image.getexif().get(0x0112, 1)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1
    return 1


def _to_png(image: Image.Image, dpi: float | None) -> bytes:
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = image.convert("RGB")
    stream = io.BytesIO()
    # Level 1: an eighth larger than the smallest, nine times as fast as the default.
    image.save(stream, "PNG", compress_level=1, dpi=(dpi, dpi) if dpi else None)
    return stream.getvalue()


# --- TIFF ---


def _tiff_pages(name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    count = _tiff_count(name, content, limits)
    with _opened(name, None, content, "tiff") as image:
        for number in range(1, count + 1):
            try:
                image.seek(number - 1)
                _check_size(name, number, image.size, limits)
                yield _tiff_page(name, number, image, content, limits)
            except _DECODER_FAULTS as error:
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


_COMPRESSION, _PHOTOMETRIC, _OFFSETS, _ORIENTATION, _SAMPLES, _COUNTS = 259, 262, 273, 274, 277, 279
_TILE_OFFSETS, _TILE_COUNTS, _JPEG_TABLES = 324, 325, 347


def _tiff_page(name: str, number: int, image: Image.Image, content: bytes, limits: Limits) -> ScannedPage:
    tags = image.tag_v2  # type: ignore[attr-defined]
    offsets = tags.get(_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
    counts = tags.get(_COUNTS) or tags.get(_TILE_COUNTS) or ()
    if any(start + length > len(content) for start, length in zip(offsets, counts, strict=False)):
        raise TruncatedImage(name, number)
    stream = _jpeg_in_tiff(tags, content)
    dpi = _dpi(image)
    if stream is not None:
        page = _picture(name, stream, "jpeg", limits, number)
        if (page.width, page.height) == image.size:
            return replace(page, dpi=dpi)
    image.load()
    return ScannedPage(_to_png(image, dpi), "png", image.width, image.height, dpi, name, number)


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


# --- PDF ---

# What a JPEG cannot carry by itself: inverted samples and masks. Dictionaries of images are never compressed.
_ALTERED = re.compile(rb"/(?:Decode|Mask|SMask)\s*[\[\d]")
_ORIENTATIONS = {0: 1, 90: 6, 180: 3, 270: 8}  # clockwise degrees → EXIF


def _pdf_pages(name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
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
            except _DECODER_FAULTS as error:
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
    _check_size(name, number, (width * RENDER_DPI / 72, height * RENDER_DPI / 72), limits)
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        _check_size(name, number, image.get_px_size(), limits)
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
    with _opened(name, number, stream, "jpeg") as image:
        if _orientation(image) != 1 or image.size != scan.get_px_size():
            return None
    orientation = _ORIENTATIONS[(quarter + turned) % 360]
    if orientation != 1:
        stream = _with_orientation(stream, orientation)
    return replace(_picture(name, stream, "jpeg", limits, number), dpi=round(_dpi_of(scan), 1))


_PLAIN_COLOURS = (
    pdfium_c.FPDF_COLORSPACE_DEVICEGRAY, pdfium_c.FPDF_COLORSPACE_DEVICERGB, pdfium_c.FPDF_COLORSPACE_CALGRAY,
    pdfium_c.FPDF_COLORSPACE_CALRGB, pdfium_c.FPDF_COLORSPACE_ICCBASED,
)  # fmt: skip


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
        return ScannedPage(_to_png(image, dpi), "png", image.width, image.height, dpi, name, number)
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return ScannedPage(stream.getvalue(), "jpeg", image.width, image.height, dpi, name, number)


# --- The child process ---
# Frames on its standard output: a length, JSON of that length, and after a page's JSON its bytes.


def _split_in_child(kind: str, name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    command = [sys.executable, "-m", "records.scans", kind, str(limits.max_pixels), str(limits.max_pages)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin and child.stdout
        try:
            with suppress(BrokenPipeError):
                child.stdin.write(content)
                child.stdin.close()
            while (frame := _read_frame(child.stdout)) is not None:
                if "refused" in frame:
                    raise _REFUSALS[frame["refused"]](name, frame["page"], frame["detail"])
                if "end" in frame:
                    return
                body = child.stdout.read(frame["content"])
                if len(body) < frame["content"]:
                    break
                yield ScannedPage(**frame | {"content": body, "source_name": name})
            child.wait()
        finally:
            child.kill()
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise PixelBomb(name, detail="处理时间超过上限")
    raise UnreadableDocument(name, detail="解析中止")


def _read_frame(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next frame's JSON; None when the child died before its end."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    text = stream.read(_HEADER.unpack(header)[0])
    return cast(dict[str, Any], json.loads(text))


def _write_frame(stream: IO[bytes], frame: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(frame).encode()
    stream.write(_HEADER.pack(len(text)) + text)
    stream.write(body)
    stream.flush()


def _single(kind: str) -> Callable[[str, bytes, Limits], Iterator[ScannedPage]]:
    return lambda name, content, limits: iter([_picture(name, content, kind, limits)])


_PICTURES = ("jpeg", "png")
_SPLITTERS = {"tiff": _tiff_pages, "pdf": _pdf_pages} | {kind: _single(kind) for kind in _PICTURES}


def _serve(kind: str, max_pixels: int, max_pages: int) -> None:
    """The child: a file on standard input, frames on standard output."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a C library prints must not fall between frames
    content = sys.stdin.buffer.read()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, 1024 * _MEGABYTE + 12 * max_pixels + 4 * len(content))
    Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, against the limits given
    pages = _SPLITTERS[kind]("", content, Limits(len(content), max_pixels, max_pages))
    try:
        while True:
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + _PAGE_SECONDS)
            page = next(pages, None)
            if page is None:
                break
            frame = asdict(page.without_content()) | {"content": len(page.content)}
            _write_frame(output, frame, page.content)
        _write_frame(output, {"end": True})
    except ScanRefused as refusal:
        _refuse(output, refusal)
    except MemoryError:
        _refuse(output, PixelBomb("", detail="所需内存超过上限"))


def _refuse(output: IO[bytes], refusal: ScanRefused) -> None:
    _write_frame(output, {"refused": type(refusal).__name__, "page": refusal.page, "detail": refusal.detail})


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
