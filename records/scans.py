"""Bytes of an uploaded file to page images: JPEG and PNG as they are, each page of a TIFF or a PDF by itself.

Knows which formats there are, pictures, and what makes a file unacceptable; believes content, never a name's ending.
What may crash, hang or swell (PDF, TIFF, very large pictures) is taken apart in a child process with limits on memory
and time (`records.scan_child`). Knows no database and no store.
"""

from __future__ import annotations

import io
import json
import math
import signal
import struct
import subprocess
import sys
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from PIL import Image

_ISOLATED_PIXELS = 40_000_000  # above this even a JPEG or PNG is decoded in the child
_MOST_JPEG_SCANS = 100  # a progressive JPEG has about ten; thousands make a small file decode for minutes
MEGABYTE = 1 << 20
_HEADER = struct.Struct(">I")

# What Pillow and pypdfium2 raise on hostile bytes: nearly anything. A fault of our own in here shows in the
# tests that demand success.
DECODER_FAULTS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError,
    EOFError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """The most that one file may be: bytes, pixels of a page, pages."""

    max_bytes: int = 100 * MEGABYTE
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


PICTURES = ("jpeg", "png")
_REFUSALS: dict[str, type[ScanRefused]] = {kind.__name__: kind for kind in ScanRefused.__subclasses__()}


def split(name: str, content: bytes | IO[bytes], limits: Limits) -> Iterator[ScannedPage]:
    """The pages of one file, one by one, so that never more than one is in memory beside the file itself.
    Raises ScanRefused, possibly after some pages: the file is then refused as a whole."""
    name = _plain(name)
    data = content if isinstance(content, bytes) else content.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise FileTooLarge(name, detail=f"上限 {limits.max_bytes / MEGABYTE:g} MB")
    if not data:
        raise EmptyFile(name)
    kind = kind_of(data)
    if kind is None:
        raise UnsupportedType(name, detail=f"看起来是 {looks_like(data)}")
    if kind in PICTURES and _declared_pixels(name, data, kind, limits) <= _ISOLATED_PIXELS:
        return iter([picture(name, data, kind, limits)])
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


def check_size(name: str, page: int | None, size: tuple[float, float], limits: Limits) -> None:
    width, height = size
    if not width * height <= limits.max_pixels:
        shown = f"{width:.0f}×{height:.0f} 像素，上限 {limits.max_pixels / 1e6:g} 百万像素"
        raise PixelBomb(name, page, shown)


# --- JPEG and PNG ---


def _declared_pixels(name: str, content: bytes, kind: str, limits: Limits) -> int:
    with opened(name, None, content, kind) as image:
        check_size(name, None, image.size, limits)
        return image.width * image.height


def opened(name: str, page: int | None, content: bytes, kind: str) -> Image.Image:
    """The image with its header read and no pixel decoded."""
    try:
        return Image.open(io.BytesIO(content), formats=[kind.upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PixelBomb(name, page) from error
    except DECODER_FAULTS as error:
        whole = content.rstrip(b"\0").endswith(_ENDS[kind]) if kind in _ENDS else True
        raise (UnreadableDocument if whole else TruncatedImage)(name, page) from error


_ENDS = {"jpeg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}


def picture(name: str, content: bytes, kind: str, limits: Limits, page: int | None = None) -> ScannedPage:
    """A JPEG or PNG, kept byte for byte once it is known to decode to its last line."""
    if kind == "jpeg" and content.count(b"\xff\xda") > _MOST_JPEG_SCANS:
        raise PixelBomb(name, page, "渐进扫描段过多")
    with opened(name, page, content, kind) as image:
        check_size(name, page, image.size, limits)
        width, height = image.size
        dpi = declared_dpi(image)
        turned = orientation_of(image) >= 5
    if not (_jpeg_decodes if kind == "jpeg" else _png_decodes)(content):
        raise TruncatedImage(name, page)
    if turned:
        width, height = height, width
    return ScannedPage(content, kind, width, height, dpi, name, page or 1)


def _jpeg_decodes(content: bytes) -> bool:
    # Decoders fill a missing end with grey. Every coded FF is stuffed, so outside metadata these are markers.
    if content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda"):
        return False
    with suppress(*DECODER_FAULTS), Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        # An eighth of the size, grey: every coded bit is still read, in a third of the time.
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()
        return True
    return False


def _png_decodes(content: bytes) -> bool:
    with suppress(*DECODER_FAULTS):
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()  # the checksum of every chunk
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
        return _ENDS["png"] in content
    return False


def declared_dpi(image: Image.Image) -> float | None:
    with suppress(*DECODER_FAULTS):
        value = float(image.info["dpi"][0])
        return round(value, 1) if math.isfinite(value) and 10 <= value <= 10_000 else None
    return None


def orientation_of(image: Image.Image) -> int:
    with suppress(*DECODER_FAULTS):
        value = image.getexif().get(0x0112, 1)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1
    return 1


def to_png(image: Image.Image, dpi: float | None) -> bytes:
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = image.convert("RGB")
    stream = io.BytesIO()
    # Level 1: an eighth larger than the smallest, nine times as fast as the default.
    image.save(stream, "PNG", compress_level=1, dpi=(dpi, dpi) if dpi else None)
    return stream.getvalue()


# --- The child process ---
# Frames on its standard output: a length, JSON of that length, and after a page's JSON its bytes.


def _split_in_child(kind: str, name: str, content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    most = [str(limits.max_pixels), str(limits.max_pages)]
    command = [sys.executable, "-m", "records.scan_child", kind, *most]
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


def write_frame(stream: IO[bytes], frame: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(frame).encode()
    stream.write(_HEADER.pack(len(text)) + text)
    stream.write(body)
    stream.flush()
