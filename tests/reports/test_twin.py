"""The twin of page images: pages look like the scans, text is found and not seen, the file is PDF/A."""

from __future__ import annotations

import datetime as dt
import io
import re

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from reports import twin
from reports.twin import TwinLine, TwinPage

CREATED = dt.datetime(2026, 11, 20, 9, 30, 5, 250, tzinfo=dt.timezone(dt.timedelta(hours=8)))
VIN = "LTESTAAA0AA000001"
LINES = (
    TwinLine("机动车所有人：示例甲", (0.1, 0.1, 0.6, 0.13)),
    TwinLine(f"车辆识别代号 {VIN}", (0.1, 0.2, 0.7, 0.22)),
)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scan(mode: str = "RGB") -> Image.Image:
    """A page on which no turn looks like another: a red bar on top, a blue one at the left."""
    image = Image.new("RGB", (310, 440), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 20, 290, 60), fill=(200, 30, 30))
    draw.rectangle((20, 90, 50, 400), fill=(30, 30, 200))
    return image.convert(mode, dither=Image.Dither.NONE)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 90} if kind == "JPEG" else {}), **options)
    return out.getvalue()


def rendered(*pages: TwinPage) -> bytes:
    return twin.render(pages, title="示例甲 注册登记 <1> & 2", identifier="0000-V-REG-01-1", created=CREATED)


def shown(document: bytes, page: int = 0) -> np.ndarray:
    return np.asarray(
        pdfium.PdfDocument(document)[page].render(scale=310 / 595).to_pil().convert("RGB")
    ).astype(int)


def looks_like(document: bytes, image: Image.Image) -> bool:
    seen = shown(document)
    expected = np.asarray(image.convert("RGB").resize((seen.shape[1], seen.shape[0]))).astype(int)
    return float(np.abs(seen - expected).mean()) < 6


def test_a_jpeg_is_embedded_byte_for_byte():
    image = encoded(scan())
    document = rendered(TwinPage(image, LINES, dpi=200))
    with pikepdf.open(io.BytesIO(document)) as pdf:
        assert pdf.pages[0].Resources.XObject.Page.read_raw_bytes() == image


def test_a_png_keeps_its_own_compressed_pixels():
    image = encoded(scan(), "PNG")
    with pikepdf.open(io.BytesIO(rendered(TwinPage(image)))) as pdf:
        assert pdf.pages[0].Resources.XObject.Page.read_raw_bytes() in image


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "L", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "RGBA", {}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "L", {}),
    ],
)
def test_every_kind_of_picture_looks_like_the_scan(kind: str, mode: str, options: dict[str, object]):
    image = scan(mode)
    assert looks_like(rendered(TwinPage(encoded(image, kind, **options), LINES)), image)


def test_sixteen_bit_grey_is_kept():
    levels = (np.arange(256 * 16).reshape(16, 256) % 256 * 257).astype(np.uint16)
    document = rendered(TwinPage(encoded(Image.fromarray(levels), "TIFF")))
    with pikepdf.open(io.BytesIO(document)) as pdf:
        kept = pdf.pages[0].Resources.XObject.Page
        assert kept.BitsPerComponent == 16
        assert kept.read_bytes() == levels.astype(">u2").tobytes()


@pytest.mark.parametrize("orientation", sorted(TURNS))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_exif_orientation_is_applied(kind: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = encoded(scan().transpose(TURNS[orientation]), kind, exif=exif)
    assert looks_like(rendered(TwinPage(stored, LINES)), scan())


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_is_turned_upright_and_its_text_with_it(rotation: int):
    document = rendered(TwinPage(encoded(scan().rotate(rotation, expand=True)), LINES, rotation=rotation))
    assert looks_like(document, scan())
    assert where(document, VIN) == pytest.approx((0.1 + 0.6 * 14 / 47.5, 0.2, 0.7, 0.22), abs=0.12)


def where(document: bytes, text: str) -> tuple[float, float, float, float]:
    """The box of the first place where `text` is found, as fractions from the top left."""
    page = pdfium.PdfDocument(document)[0]
    width, height = page.get_size()
    layer = page.get_textpage()
    found = layer.search(text).get_next()
    assert found, f"{text} is not found"
    boxes = [layer.get_charbox(found[0] + i) for i in range(found[1])]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts) / width, 1 - max(tops) / height, max(rights) / width, 1 - min(bottoms) / height


def test_text_is_found_at_its_box():
    document = rendered(TwinPage(encoded(scan()), LINES, dpi=100))
    assert where(document, "机动车所有人：示例甲") == pytest.approx((0.1, 0.1, 0.6, 0.13), abs=0.01)
    assert where(document, "示例甲")[0] == pytest.approx(0.1 + 0.5 * 7 / 10, abs=0.01)
    assert where(document, VIN)[2] == pytest.approx(0.7, abs=0.01)


def test_text_running_down_is_found():
    document = rendered(TwinPage(encoded(scan()), (TwinLine("竖排文字", (0.9, 0.1, 0.93, 0.4)),)))
    assert where(document, "竖排文字") == pytest.approx((0.9, 0.1, 0.93, 0.4), abs=0.01)


def test_text_is_not_seen():
    image = encoded(scan())
    assert np.array_equal(shown(rendered(TwinPage(image, LINES))), shown(rendered(TwinPage(image))))


def test_rare_characters_are_found_and_impossible_ones_left_out():
    line = TwinLine("罕见字\U00020bb7\U00030ede㐂张\x07三\ud800\ufffe", (0.1, 0.1, 0.5, 0.13))
    dot = TwinLine("点", (0.5, 0.5, 0.5, 0.5))
    document = rendered(TwinPage(encoded(scan()), (line, dot, TwinLine(" \t", (0, 0, 1, 1)))))
    text = pdfium.PdfDocument(document)[0].get_textpage().get_text_range()
    assert text.split() == ["罕见字\U00020bb7\U00030ede㐂张三", "点"]


@pytest.mark.parametrize(
    ("dpi", "size"), [(200, (111.6, 158.4)), (None, (593.1, 841.9)), (72, (593.1, 841.9))]
)
def test_the_page_has_the_size_of_the_paper(dpi: float | None, size: tuple[float, float]):
    page = pdfium.PdfDocument(rendered(TwinPage(encoded(scan()), dpi=dpi)))[0]
    assert page.get_size() == pytest.approx(size, abs=0.1)


def test_a_very_long_picture_stays_within_what_pdf_allows():
    page = pdfium.PdfDocument(rendered(TwinPage(encoded(Image.new("L", (40, 30000), 255)), dpi=100)))[0]
    assert max(page.get_size()) == pytest.approx(14400)


def test_bookmarks_and_title_name_what_the_pages_are():
    image = encoded(scan())
    document = rendered(
        TwinPage(image, label="机动车登记证书"), TwinPage(image), TwinPage(image, label="发票")
    )
    opened = pdfium.PdfDocument(document)
    assert [(mark.get_title(), mark.get_dest().get_index()) for mark in opened.get_toc()] == [
        ("机动车登记证书", 0),
        ("发票", 2),
    ]
    assert opened.get_metadata_dict()["Title"] == "示例甲 注册登记 <1> & 2"


def test_the_same_input_gives_the_same_bytes():
    pages = [TwinPage(encoded(scan()), LINES, 200, 90, "发票"), TwinPage(encoded(scan("L"), "TIFF"), LINES)]
    assert rendered(*pages) == rendered(*pages)


def test_pages_may_come_one_by_one():
    image = encoded(scan())
    document = twin.render((TwinPage(image) for _ in range(3)), title="t", identifier="i", created=CREATED)
    assert len(pdfium.PdfDocument(document)) == 3


@pytest.mark.parametrize("image", [b"", b"no picture", encoded(scan(), "TIFF")[:300], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused_by_its_page_number(image: bytes):
    with pytest.raises(twin.TwinNotRendered, match="第 2 页"):
        rendered(TwinPage(encoded(scan())), TwinPage(image))


def test_no_pages_make_no_twin():
    with pytest.raises(twin.TwinNotRendered, match="没有影像页"):
        rendered()


def test_pdfa_structure():
    """What ISO 19005-2 asks of this kind of file, as far as it can be said without a validator."""
    document = rendered(
        TwinPage(encoded(scan()), LINES, 200, label="发票"), TwinPage(encoded(scan("RGBA"), "PNG"))
    )
    assert document.startswith(b"%PDF-1.7\n%") and min(document[10:14]) > 127
    assert b"/Encrypt" not in document and b"/JavaScript" not in document
    with pikepdf.open(io.BytesIO(document)) as pdf:
        assert len(pdf.trailer.ID) == 2
        metadata = pdf.Root.Metadata
        assert "/Filter" not in metadata
        xmp = metadata.read_bytes().decode()
        assert "<pdfaid:part>2<" in xmp and "<pdfaid:conformance>U<" in xmp
        assert "<xmp:CreateDate>2026-11-20T09:30:05+08:00<" in xmp
        assert str(pdf.docinfo.CreationDate) == "D:20261120093005+08'00'"
        intent = pdf.Root.OutputIntents[0]
        profile = intent.DestOutputProfile.read_bytes()
        assert intent.S == "/GTS_PDFA1" and profile[36:40] == b"acsp" and profile[16:20] == b"RGB "
        for page in pdf.pages:
            image = page.Resources.XObject.Page
            assert image.ColorSpace in ("/DeviceRGB", "/DeviceGray")
            assert "/Interpolate" not in image and "/SMask" not in image
        font = pdf.pages[0].Resources.Font.Text
        check_font(font, pdf.pages[0].Contents.read_bytes())


def check_font(font: pikepdf.Object, content: bytes) -> None:
    """Embedded; every code that is shown has a glyph other than .notdef and a character."""
    descendant = font.DescendantFonts[0]
    assert "/FontFile2" in descendant.FontDescriptor
    glyphs = descendant.CIDToGIDMap.read_bytes()
    named = dict(re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", font.ToUnicode.read_bytes()))
    used = {code for line in re.findall(rb"<([0-9a-f]+)> Tj", content) for code in re.findall(rb"....", line)}
    assert used and used <= named.keys()
    assert all(int.from_bytes(glyphs[2 * int(code, 16) :][:2], "big") in (1, 2) for code in used)
    assert b"3 Tr" in content


def test_pdfa_by_a_validator():
    """pikepdf's own PDF/A-2b validator; that the file claims more (2u) is all it may find."""
    pytest.importorskip("jsonschema", reason="pikepdf's validator needs pikepdf[pdfa]")
    from pikepdf import pdfa

    kinds = [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "RGBA"), ("TIFF", "1")]
    pages = [TwinPage(encoded(scan(mode), kind), LINES, label=mode) for kind, mode in kinds]
    report = pdfa.validate_written(io.BytesIO(rendered(*pages)), "2b")
    assert [(found.rule, found.message) for found in report.findings] == [
        ("ISO_19005_2:6.6.4-3", "pdfaid:conformance is 'U', expected 'B'")
    ]
