"""The twin 双层件 of a case's page images: a PDF/A-2u whose pages look like the scans and can be searched.

Knows PDF: images as they are, an invisible text layer, metadata, colour. Knows nothing of where pages,
readings or names come from. JPEG and PNG streams are embedded byte for byte, any other picture is packed
without loss (but CMYK becomes RGB: it would need a profile). The same input gives the same bytes with the
same libraries.

The text layer uses one font of blank glyphs, of which only the widths matter. Each character of the document
has its own code, so that any Unicode character is found, those outside the basic plane included.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream, String
from PIL import Image, ImageCms, ImageOps

PRODUCER = "Guidang"
_A4_LONG_SIDE = 841.89
_LEAST_DPI = 100
_DESCENT = 0.2
_FONT_EPOCH = 3_029_529_600  # 1 January 2000, in seconds since 1904
_EXIF_ORIENTATION = 0x0112
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_COLOURS = {0: 1, 2: 3, 3: 1}


class TwinNotRendered(ValueError):
    """The twin cannot be made; the message names the page and what to do."""


@dataclass(frozen=True)
class TwinLine:
    """Text that is found at `box`: x0, y0, x1, y1 as fractions of the upright page, from its top left."""

    text: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class TwinPage:
    """One page: an encoded image (JPEG, PNG, the first page of a TIFF, …), unchanged.

    `rotation`: degrees clockwise (0, 90, 180, 270) that make the image, as a viewer shows it, upright. `dpi`
    gives the size on paper; without it, or below 100 (cameras write 72), the longer side is that of A4.
    `label` is its bookmark.
    """

    image: bytes
    lines: tuple[TwinLine, ...] = ()
    dpi: float | None = None
    rotation: int = 0
    label: str = ""


def render(pages: Iterable[TwinPage], *, title: str, identifier: str, created: dt.datetime) -> bytes:
    """The PDF of all pages, in order; `pages` may be produced one by one. `created` needs a time zone.

    Control characters in the texts are left out. Raises TwinNotRendered: no page, or one that is no picture.
    """
    if created.tzinfo is None:
        raise ValueError("created has no time zone")
    with Pdf.new() as pdf:
        codes: dict[str, int] = {}
        font = pdf.make_indirect(Dictionary())
        labels: list[tuple[str, int]] = []
        for number, page in enumerate(pages, start=1):
            pdf.pages.append(_page(pdf, page, number, font, codes))
            if page.label:
                labels.append((_clean(page.label), number - 1))
        if not len(pdf.pages):
            raise TwinNotRendered("没有影像页，无法生成双层 PDF；请先确认办件中有影像")
        for key, value in _font(pdf, codes).items():
            font[key] = value
        _describe(pdf, _clean(title), _clean(identifier), created.replace(microsecond=0))
        if labels:
            with pdf.open_outline() as outline:
                outline.root.extend(OutlineItem(label, index) for label, index in labels)
        return _saved(pdf)


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(
        out,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        fix_metadata_version=False,
    )
    return out.getvalue()


@dataclass(frozen=True)
class _Picture:
    """Pixels as they are embedded. `orientation`: the EXIF value that still has to be applied."""

    stream: bytes
    keys: Mapping[str, Any]
    width: int
    height: int
    orientation: int


def _page(pdf: Pdf, page: TwinPage, number: int, font: Any, codes: dict[str, int]) -> pikepdf.Page:
    picture = _picture(page.image, number)
    turned = (picture.orientation >= 5) != (page.rotation in (90, 270))
    wide, high = (picture.height, picture.width) if turned else (picture.width, picture.height)
    scale = _points_per_pixel(max(wide, high), page.dpi)
    width, height = wide * scale, high * scale
    image = Stream(pdf, picture.stream)
    for key, value in {"/Type": Name.XObject, "/Subtype": Name.Image, **picture.keys}.items():
        image[key] = value
    image.Width, image.Height = picture.width, picture.height
    text = b"".join(_shown(line, width, height, codes) for line in page.lines)
    matrix = _matrix(picture.orientation, page.rotation, width, height)
    content = b"q %s cm /Page Do Q\n" % _numbers(*matrix)
    if text:
        content += b"BT\n3 Tr\n" + text + b"ET\n"
    return pikepdf.Page(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                Resources=Dictionary(XObject=Dictionary(Page=image), Font=Dictionary(Text=font)),
                Contents=Stream(pdf, content),
            )
        )
    )


def _points_per_pixel(longer_side: int, dpi: float | None) -> float:
    """Within the 3 to 14,400 points that PDF/A allows a page's side."""
    scale = 72 / dpi if dpi is not None and dpi >= _LEAST_DPI else _A4_LONG_SIDE / longer_side
    return min(scale, 14400 / longer_side)


def _matrix(orientation: int, rotation: int, width: float, height: float) -> tuple[float, ...]:
    """Where the image's unit square goes on the upright page of that size, as the operands of `cm`."""

    def placed(u: float, v: float) -> tuple[float, float]:
        """From right and down in the stored image to points on the page."""
        u, v = _EXIF_TURNS[orientation](u, v)
        for _ in range(rotation // 90):
            u, v = 1 - v, u
        return u * width, (1 - v) * height

    origin, right, up = placed(0, 1), placed(1, 1), placed(0, 0)
    return (
        right[0] - origin[0],
        right[1] - origin[1],
        up[0] - origin[0],
        up[1] - origin[1],
        origin[0],
        origin[1],
    )


# What a viewer does for each value of EXIF's orientation: stored (right, down) → shown (right, down).
_EXIF_TURNS: Mapping[int, Any] = {
    1: lambda u, v: (u, v),
    2: lambda u, v: (1 - u, v),
    3: lambda u, v: (1 - u, 1 - v),
    4: lambda u, v: (u, 1 - v),
    5: lambda u, v: (v, u),
    6: lambda u, v: (1 - v, u),
    7: lambda u, v: (1 - v, 1 - u),
    8: lambda u, v: (v, 1 - u),
}


def _picture(image: bytes, number: int) -> _Picture:
    try:
        with Image.open(io.BytesIO(image)) as opened:
            said = opened.getexif().get(_EXIF_ORIENTATION, 1)
            orientation = said if said in _EXIF_TURNS else 1
            keys, stream = _jpeg_keys(image, opened), image
            if keys is None and image.startswith(_PNG_SIGNATURE):
                keys, stream = _png(image)
            if keys is None:
                keys, stream, size = _packed(opened)
                return _Picture(stream, keys, *size, orientation=1)
            return _Picture(stream, keys, *opened.size, orientation=orientation)
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, LookupError) as error:
        raise TwinNotRendered(
            f"第 {number} 页的影像无法解码，无法生成双层 PDF；请重新扫描该页（{error}）"
        ) from error


def _jpeg_keys(image: bytes, opened: Image.Image) -> dict[str, Any] | None:
    """How to embed a JPEG as it is; None for what is no JPEG, or is CMYK."""
    if not image.startswith(b"\xff\xd8") or opened.mode not in ("L", "RGB"):
        return None
    colours = Name.DeviceGray if opened.mode == "L" else Name.DeviceRGB
    return {"/ColorSpace": colours, "/BitsPerComponent": 8, "/Filter": Name.DCTDecode}


def _png(image: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """How to embed a PNG's own stream; None where it is interlaced or has transparency."""
    chunks: dict[bytes, bytes] = {}
    data: list[bytes] = []
    at = len(_PNG_SIGNATURE)
    while at + 8 <= len(image):
        length, kind = int.from_bytes(image[at : at + 4], "big"), image[at + 4 : at + 8]
        body = image[at + 8 : at + 8 + length]
        data.append(body) if kind == b"IDAT" else chunks.setdefault(kind, body)
        at += length + 12
    header = chunks[b"IHDR"]
    width, depth, colour, interlaced = int.from_bytes(header[:4], "big"), header[8], header[9], header[12]
    if colour not in _PNG_COLOURS or interlaced or b"tRNS" in chunks:
        return None, b""
    space: Any = Name.DeviceRGB if colour == 2 else Name.DeviceGray
    if colour == 3:
        palette = chunks[b"PLTE"]
        space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, String(palette)])
    parameters = Dictionary(Predictor=15, Colors=_PNG_COLOURS[colour], BitsPerComponent=depth, Columns=width)
    return {
        "/ColorSpace": space,
        "/BitsPerComponent": depth,
        "/Filter": Name.FlateDecode,
        "/DecodeParms": parameters,
    }, b"".join(data)


def _packed(opened: Image.Image) -> tuple[dict[str, Any], bytes, tuple[int, int]]:
    """Any other picture: decoded, turned as its EXIF says, transparency on white, packed without loss."""
    upright = ImageOps.exif_transpose(opened)
    if upright.has_transparency_data:
        transparent = upright.convert("RGBA")
        upright = Image.new("RGB", transparent.size, "white")
        upright.paste(transparent, mask=transparent.getchannel("A"))
    if upright.mode in ("I", "F"):
        raise ValueError("灰度超过 16 位")
    if upright.mode.startswith("I;16"):
        space, bits, pixels = Name.DeviceGray, 16, upright.tobytes("raw", "I;16B")
    elif upright.mode in ("1", "L"):
        space, bits, pixels = Name.DeviceGray, 1 if upright.mode == "1" else 8, upright.tobytes()
    else:
        space, bits, pixels = Name.DeviceRGB, 8, upright.convert("RGB").tobytes()
    keys = {"/ColorSpace": space, "/BitsPerComponent": bits, "/Filter": Name.FlateDecode}
    return keys, zlib.compress(pixels, 6), upright.size


def _shown(line: TwinLine, width: float, height: float, codes: dict[str, int]) -> bytes:
    """Operators that show the text, stretched to its box; upright boxes are taken for text running down."""
    text = _clean(line.text)
    if not text.strip():
        return b""
    x0, y0, x1, y1 = (min(max(part, 0.0), 1.0) for part in line.box)
    across, down = max((x1 - x0) * width, 1.0), max((y1 - y0) * height, 1.0)
    left, bottom, top = x0 * width, (1 - y1) * height, (1 - y0) * height
    running_down = down > 2 * across and len(text) > 1
    size, length = (across, down) if running_down else (down, across)
    natural = size * sum(_advance(c) for c in text) / 1000
    place = (
        (0, -1, 1, 0, left + _DESCENT * size, top)
        if running_down
        else (1, 0, 0, 1, left, bottom + _DESCENT * size)
    )
    shown = b"".join(b"%04x" % codes.setdefault(c, len(codes) + 1) for c in text)
    return b"/Text %s Tf %s Tz %s Tm <%s> Tj\n" % (
        _numbers(size),
        _numbers(100 * length / natural),
        _numbers(*place),
        shown,
    )


def _clean(text: str) -> str:
    """Without what PDF/A and XML do not allow: control characters, lone surrogates, non-characters."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cn") and c != "\ufeff")


def _advance(character: str) -> int:
    return 1000 if unicodedata.east_asian_width(character) in "WF" else 500


def _numbers(*values: float) -> bytes:
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values).encode()


def _font(pdf: Pdf, codes: Mapping[str, int]) -> Dictionary:
    """The composite font of the text layer: code = CID; each CID is the narrow or the wide blank glyph."""
    glyphs = b"\0\0" + b"".join(b"\0\x02" if _advance(c) == 1000 else b"\0\x01" for c in codes)
    narrow = [(code, 500) for character, code in codes.items() if _advance(character) == 500]
    widths = Array([part for code, advance in narrow for part in (code, Array([advance]))])
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.GuidangBlank,
        Flags=4,
        FontBBox=Array([0, -200, 1000, 800]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=800,
        StemV=80,
        FontFile2=Stream(pdf, _blank_font()),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.GuidangBlank,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=widths,
        CIDToGIDMap=Stream(pdf, glyphs),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.GuidangBlank,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=Stream(pdf, _to_unicode(codes)),
    )


def _to_unicode(codes: Mapping[str, int]) -> bytes:
    entries = [b"<%04x> <%s>" % (code, c.encode("utf-16-be").hex().encode()) for c, code in codes.items()]
    blocks = [entries[at : at + 100] for at in range(0, len(entries), 100)]
    mapped = b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(b), b"\n".join(b)) for b in blocks)
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        + mapped
        + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


@functools.cache
def _blank_font() -> bytes:
    """A TrueType font of two blank glyphs, half and full width, under 1 kB.

    Their outline is a line there and back, which covers nothing but has a height: PDFium takes no notice of
    text whose glyphs have none.
    """
    advances = {".notdef": 500, "half": 500, "full": 1000}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(advances))
    glyphs = {}
    for name, advance in advances.items():
        pen = TTGlyphPen(None)
        pen.moveTo((0, -200))
        pen.lineTo((advance, 800))
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in advances.items()})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = _FONT_EPOCH
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


@functools.cache
def _srgb() -> bytes:
    """An sRGB profile. The day in its header is a fixed one, so that input alone decides the file."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return bytes(profile)


def _describe(pdf: Pdf, title: str, identifier: str, created: dt.datetime) -> None:
    """Metadata in XMP and in the information dictionary alike, the colour of the output, the language."""
    day = created.strftime("D:%Y%m%d%H%M%S%z")
    pdf.docinfo["/Title"] = String(title)
    pdf.docinfo["/Creator"] = pdf.docinfo["/Producer"] = String(PRODUCER)
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = String(f"{day[:-2]}'{day[-2:]}'")
    metadata = Stream(pdf, _xmp(title, identifier, created.isoformat()))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    profile = Stream(pdf, _srgb())
    profile.N = 3
    pdf.Root.Metadata = metadata
    pdf.Root.Lang = String("zh-CN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB"),
                DestOutputProfile=profile,
            )
        ]
    )


def _xmp(title: str, identifier: str, created: str) -> bytes:
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:identifier>{escape(identifier)}</dc:identifier>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
<xmp:CreateDate>{created}</xmp:CreateDate>
<xmp:ModifyDate>{created}</xmp:ModifyDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
""".encode()
