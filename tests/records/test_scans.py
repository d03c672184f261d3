"""Files to pages: what is kept byte for byte, what is converted without loss, what is refused and how."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageOps

from records import scans
from records.scans import Limits, ScannedPage, ScanRefused

LIMITS = Limits(max_bytes=20_000_000, max_pixels=9_000_000, max_pages=20)


def picture(number: int = 1, mode: str = "RGB", size: tuple[int, int] = (310, 440)) -> Image.Image:
    """A sheet that differs in each corner, so that a turn or a flip shows."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 90, 60), fill="red")
    draw.rectangle((size[0] - 60, 20, size[0] - 20, 120), fill="blue")
    for line in range(150, size[1] - 20, 12):
        draw.line((20, line, 60 + (line * 37 * number) % (size[0] - 100), line), fill="black", width=3)
    return image.convert(mode)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def jpeg(number: int = 1, **options: Any) -> bytes:
    return encode(picture(number), "JPEG", **{"quality": 90, "dpi": (200, 200)} | options)


def tiff(images: Iterable[Image.Image], **options: Any) -> bytes:
    first, *rest = images
    return encode(first, "TIFF", save_all=True, append_images=rest, dpi=(200, 200), **options)


def pdf(
    pages: Iterable[bytes],
    *,
    rotate: int = 0,
    draw: bytes = b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q",
    box: tuple[float, float] = (111.6, 158.4),
    image: dict[str, Any] | None = None,
    save: dict[str, Any] | None = None,
) -> bytes:
    """A PDF with one JPEG a page, 310×440 pixels at 200 dpi."""
    document = pikepdf.new()
    for content in pages:
        document.add_blank_page(page_size=box)
        page = document.pages[-1]
        facts = {"Width": 310, "Height": 440, "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceRGB}
        stream = pikepdf.Stream(document, content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        for key, value in (facts | {"Filter": pikepdf.Name.DCTDecode} | (image or {})).items():
            stream[f"/{key}"] = value
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
        page.Contents = pikepdf.Stream(document, draw)
        if rotate:
            page.Rotate = rotate
    out = io.BytesIO()
    document.save(out, **save or {})
    return out.getvalue()


def split(content: bytes, name: str = "扫描.bin", limits: Limits = LIMITS) -> list[ScannedPage]:
    return list(scans.split(name, content, limits))


def upright(page: ScannedPage) -> Image.Image:
    """The page as one sees it."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(page.content))).convert("RGB")


def alike(left: Image.Image, right: Image.Image) -> bool:
    if left.size != right.size:
        return False
    histogram = ImageChops.difference(left, right).convert("L").histogram()
    return sum(level * count for level, count in enumerate(histogram)) / (left.width * left.height) < 4


# --- What is accepted ---


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 40}])
def test_a_jpeg_is_kept_byte_for_byte(options: dict[str, Any]) -> None:
    content = jpeg(**options)
    (page,) = split(content, "正面.png")
    assert page == ScannedPage(content, "jpeg", 310, 440, 200.0, "正面.png", 1)


def test_the_exif_of_a_jpeg_stays_and_its_size_is_as_displayed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = jpeg(exif=exif)
    (page,) = split(content)
    assert page.content == content
    assert (page.width, page.height) == (440, 310) == upright(page).size


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_png_is_kept_byte_for_byte(mode: str) -> None:
    content = encode(picture(mode=mode), "PNG", dpi=(300, 300))
    (page,) = split(content)
    assert (page.content, page.format, page.width, page.height) == (content, "png", 310, 440)
    assert page.dpi == 300


def test_a_stream_and_bytes_give_the_same() -> None:
    content = jpeg()
    assert list(scans.split("a", io.BytesIO(content), LIMITS)) == split(content, "a")


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        ("1", "group4"),
        ("1", None),
        ("L", "tiff_lzw"),
        ("RGB", "tiff_lzw"),
        ("RGB", "tiff_deflate"),
        ("P", None),
    ],
)
def test_every_page_of_a_tiff_becomes_a_png_without_loss(mode: str, compression: str | None) -> None:
    images = [picture(number, mode) for number in (1, 2, 3)]
    pages = split(tiff(images, compression=compression))
    assert [(p.format, p.width, p.height, p.dpi, p.source_page) for p in pages] == [
        ("png", 310, 440, 200.0, number) for number in (1, 2, 3)
    ]
    for page, image in zip(pages, images, strict=True):
        assert ImageChops.difference(upright(page), image.convert("RGB")).getbbox() is None
    if mode == "1":
        assert Image.open(io.BytesIO(pages[0].content)).mode == "1"


def test_the_jpeg_inside_a_tiff_is_taken_out_as_it_is() -> None:
    grey = picture(mode="L")
    content = tiff([grey], compression="jpeg", quality=80, strip_size=1 << 20)
    (page,) = split(content)
    assert (page.format, page.dpi) == ("jpeg", 200.0)
    inside = Image.open(io.BytesIO(content)).convert("RGB")
    assert ImageChops.difference(upright(page), inside).getbbox() is None


def test_a_big_tiff_and_a_turned_tiff_are_read() -> None:
    (page,) = split(tiff([picture()], big_tiff=True))
    assert alike(upright(page), picture())
    (page,) = split(tiff([picture()], tiffinfo={274: 6}))
    assert (page.width, page.height) == (440, 310)
    assert alike(upright(page), picture().rotate(-90, expand=True))


def test_a_pdf_scan_gives_back_the_very_jpeg_it_was_made_of() -> None:
    originals = [jpeg(number) for number in (1, 2, 3)]
    pages = split(pdf(originals))
    assert [p.content for p in pages] == originals
    assert [(p.format, p.width, p.height, p.dpi, p.source_page) for p in pages] == [
        ("jpeg", 310, 440, 200.0, number) for number in (1, 2, 3)
    ]


def test_an_owner_password_alone_does_not_stop_reading() -> None:
    original = jpeg()
    encryption = pikepdf.Encryption(owner="x", user="")
    assert [p.content for p in split(pdf([original], save={"encryption": encryption}))] == [original]


@pytest.mark.parametrize(
    ("rotate", "draw"),
    [
        (90, b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q"),
        (180, b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q"),
        (270, b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q"),
        (0, b"q -111.6 0 0 -158.4 111.6 158.4 cm /Im0 Do Q"),
        (90, b"q -111.6 0 0 -158.4 111.6 158.4 cm /Im0 Do Q"),
    ],
)
def test_a_turned_pdf_page_keeps_its_pixels_and_is_seen_turned(rotate: int, draw: bytes) -> None:
    original = jpeg()
    (page,) = split(pdf([original], rotate=rotate, draw=draw))
    added = len(page.content) - len(original)
    assert 0 < added < 60 and page.content[2 + added :] == original[2:]
    turn = rotate + (180 if b"-111" in draw else 0)
    assert alike(upright(page), picture().rotate(-turn, expand=True))
    assert (page.width, page.height) == upright(page).size


@pytest.mark.parametrize(
    ("draw", "box"),
    [
        (b"q 0 158.4 -111.6 0 111.6 0 cm /Im0 Do Q", (111.6, 158.4)),
        (b"q 0 -111.6 158.4 0 0 111.6 cm /Im0 Do Q", (158.4, 111.6)),
    ],
)
def test_an_image_placed_sideways_is_seen_as_the_page_shows_it(draw: bytes, box: tuple[float, float]) -> None:
    (page,) = split(pdf([jpeg()], draw=draw, box=box))
    turn = 90 if b"0 158" in draw else -90
    shown = picture().rotate(turn, expand=True)
    assert alike(upright(page), shown.resize((page.width, page.height)))


MORE: dict[str, dict[str, Any]] = {
    "a mirrored image": {"draw": b"q -111.6 0 0 158.4 111.6 0 cm /Im0 Do Q"},
    "a small image": {"draw": b"q 55 0 0 79 10 10 cm /Im0 Do Q"},
    "a stamp over it": {"draw": b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q 1 0 0 rg 20 20 30 30 re f"},
    "inverted samples": {"image": {"Decode": pikepdf.Array([1, 0, 1, 0, 1, 0])}},
}


@pytest.mark.parametrize("what", MORE)
def test_a_pdf_page_that_is_more_than_its_jpeg_is_rendered(what: str) -> None:
    (page,) = split(pdf([jpeg()], **MORE[what]))
    seen = upright(page)
    assert (page.format, page.dpi) == ("jpeg", 200.0) and seen.size == (page.width, page.height) == (310, 440)
    expected = {
        "a mirrored image": (290, 30, (255, 0, 0)),
        "a small image": (5, 5, (255, 255, 255)),
        "a stamp over it": (90, 340, (255, 0, 0)),
        "inverted samples": (30, 30, (0, 255, 255)),
    }[what]
    pixel = seen.getpixel(expected[:2])
    assert all(abs(a - b) < 40 for a, b in zip(pixel, expected[2], strict=True)), pixel  # type: ignore[arg-type]


def test_a_one_bit_scan_in_a_pdf_keeps_its_resolution_and_stays_one_bit() -> None:
    image = picture(mode="L", size=(620, 880)).point(lambda level: 255 * (level > 128)).convert("1")
    facts = {"Width": 620, "Height": 880, "BitsPerComponent": 1, "ColorSpace": pikepdf.Name.DeviceGray}
    flate = facts | {"Filter": pikepdf.Name.FlateDecode}
    (page,) = split(pdf([zlib.compress(image.tobytes())], image=flate))
    assert (page.format, page.width, page.height, page.dpi) == ("png", 620, 880, 400.0)
    kept = Image.open(io.BytesIO(page.content))
    assert kept.mode == "1" and ImageChops.difference(kept.convert("L"), image.convert("L")).getbbox() is None


def test_an_invisible_text_layer_does_not_cost_the_original() -> None:
    draw = b"q 111.6 0 0 158.4 0 0 cm /Im0 Do Q BT 3 Tr /F1 9 Tf 10 10 Td (text) Tj ET"
    original = jpeg()
    document = pikepdf.open(io.BytesIO(pdf([original], draw=draw)))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    document.pages[0].Resources.Font = pikepdf.Dictionary(F1=font)
    out = io.BytesIO()
    document.save(out)
    assert [p.content for p in split(out.getvalue())] == [original]


def test_pages_come_one_by_one() -> None:
    pages = scans.split("长.pdf", pdf([jpeg(1), jpeg(2)[:-400]]), LIMITS)
    assert next(pages).source_page == 1
    with pytest.raises(scans.TruncatedImage, match="第 2 页"):
        next(pages)


def test_a_very_large_picture_is_kept_byte_for_byte_too() -> None:
    content = encode(Image.new("1", (6500, 6500)), "PNG")
    (page,) = split(content, limits=Limits(max_pixels=50_000_000))
    assert (page.content, page.width, page.height) == (content, 6500, 6500)


def test_a_page_without_its_content_still_says_what_it_was() -> None:
    (page,) = split(jpeg())
    assert page.without_content() == ScannedPage(b"", "jpeg", 310, 440, 200.0, "扫描.bin", 1)


# --- What is refused ---


def refusal(content: bytes, limits: Limits = LIMITS, name: str = "第3页.jpg") -> ScanRefused:
    with pytest.raises(ScanRefused) as caught:
        split(content, name, limits)
    assert name in str(caught.value) and "请" in str(caught.value)
    return caught.value


def test_an_empty_file() -> None:
    assert type(refusal(b"")) is scans.EmptyFile


def test_a_file_over_the_limit_from_bytes_and_from_a_stream() -> None:
    limits = Limits(max_bytes=1000, max_pixels=9_000_000, max_pages=9)
    assert type(refusal(jpeg(), limits)) is scans.FileTooLarge
    with pytest.raises(scans.FileTooLarge):
        next(scans.split("a", io.BytesIO(jpeg()), limits))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + bytes(26) + b"word/document.xml" + bytes(50), "Word"),
        (b"PK\x03\x04" + bytes(26) + b"OFD.xml" + bytes(50), "OFD"),
        (b"PK\x03\x04" + bytes(26) + b"a.jpg" + bytes(50), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Word"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (b"<!DOCTYPE html><html><body>404", "HTML"),
        (b"GIF89a" + bytes(100), "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(50), "WebP"),
        ("请见附件".encode(), "文本"),
        (bytes(range(256)) * 4, "未知格式"),
        (b"\0" * 5000, "未知格式"),
    ],
)
def test_another_type_is_named_whatever_the_name_says(content: bytes, words: str) -> None:
    error = refusal(content)
    assert type(error) is scans.UnsupportedType and words in str(error)


CUT: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive jpeg": lambda: jpeg(progressive=True),
    "jpeg with a thumbnail": lambda: jpeg()[:2] + b"\xff\xe1\0\x0a\xff\xd8\xff\xda\0\0\xff\xd9" + jpeg()[2:],
    "png": lambda: encode(picture(), "PNG"),
    "tiff": lambda: tiff([picture(1, "L"), picture(2, "L")], compression="tiff_lzw"),
    "fax": lambda: tiff([picture(1, "1"), picture(2, "1")], compression="group4"),
    "pdf": lambda: pdf([jpeg(1), jpeg(2)]),
}


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_file_cut_short_is_refused(kind: str, share: float) -> None:
    whole = CUT[kind]()
    split(whole)
    error = refusal(whole[: int(len(whole) * share)])
    assert type(error) in (scans.TruncatedImage, scans.UnreadableDocument)
    if kind != "pdf":
        assert type(error) is scans.TruncatedImage


def test_a_jpeg_that_lacks_only_its_end_is_refused() -> None:
    assert type(refusal(jpeg()[:-2])) is scans.TruncatedImage


def test_a_png_with_a_changed_byte_is_refused() -> None:
    content = bytearray(encode(picture(), "PNG"))
    content[len(content) // 2] ^= 0xFF
    assert type(refusal(bytes(content))) is scans.TruncatedImage


def test_the_page_that_is_damaged_is_named() -> None:
    error = refusal(pdf([jpeg(1), jpeg(2), jpeg(3)[:-800]]), name="全.pdf")
    assert type(error) is scans.TruncatedImage and "“全.pdf”第 3 页" in str(error)


def test_a_document_with_a_password() -> None:
    encryption = pikepdf.Encryption(owner="x", user="secret")
    assert type(refusal(pdf([jpeg()], save={"encryption": encryption}))) is scans.EncryptedDocument


def png_declaring(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def jpeg_declaring(width: int, height: int) -> bytes:
    content = bytearray(jpeg())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": lambda: png_declaring(50_000, 50_000),
    "png beyond every integer": lambda: png_declaring(2**31 - 1, 2**31 - 1),
    "png of zeros": lambda: encode(Image.new("L", (12_000, 12_000)), "PNG"),
    "jpeg": lambda: jpeg_declaring(60_000, 60_000),
    "fax": lambda: tiff([Image.new("1", (20_000, 20_000))], compression="group4"),
    "second tiff page": lambda: tiff([picture(), Image.new("1", (9_000, 9_000))], compression="tiff_deflate"),
    "pdf sheet": lambda: pdf([jpeg()], box=(14_000, 14_000)),
    "pdf image": lambda: pdf([jpeg_declaring(60_000, 60_000)], image={"Width": 60_000, "Height": 60_000}),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_pixel_bomb_is_refused(kind: str) -> None:
    assert type(refusal(BOMBS[kind]())) is scans.PixelBomb


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    content = jpeg(progressive=True)
    last = content.rindex(b"\xff\xda")
    assert type(refusal(content[:-2] + content[last:-2] * 200 + b"\xff\xd9")) is scans.PixelBomb


def test_a_content_stream_that_inflates_without_end_is_stopped() -> None:
    """2 GB of drawing in 4 KB: the child may not take the memory."""
    document = pikepdf.open(io.BytesIO(pdf([jpeg()])))
    filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    document.pages[0].Contents = pikepdf.Stream(document, nested_bomb(), Filter=filters)
    out = io.BytesIO()
    document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    assert len(out.getvalue()) < 200_000
    assert type(refusal(out.getvalue())) in (scans.PixelBomb, scans.UnreadableDocument)


def nested_bomb() -> bytes:
    inner = zlib.compressobj(9)
    block = inner.compress(b"q Q " * 250_000) + inner.flush(zlib.Z_FULL_FLUSH)
    again = inner.compress(b"q Q " * 250_000) + inner.flush(zlib.Z_FULL_FLUSH)
    return zlib.compress(block + again * 2000 + inner.flush(), 9)


@pytest.mark.parametrize("kind", ["pdf", "tiff"])
def test_too_many_pages_are_refused_before_the_first(kind: str) -> None:
    images = [picture(n, "1", (60, 60)) for n in range(21)]
    content = tiff(images, compression="group4") if kind == "tiff" else pdf([jpeg()] * 21)
    pages = scans.split("厚.tif", content, LIMITS)
    with pytest.raises(scans.TooManyPages, match="上限 20 页"):
        next(pages)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\nnonsense\n%%EOF\n", b"II*\0\x08\0\0\0\0\0\0\0\0\0", b"II*\0\0\0\0\0", b"\xff\xd8\xff\xd9"],
)
def test_a_file_that_only_starts_well_is_refused(content: bytes) -> None:
    refusal(content)


def test_a_tiff_whose_pages_run_in_a_circle_is_refused() -> None:
    content = bytearray(tiff([picture(1, "1", (60, 60))], compression="group4"))
    (first,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<I", content, first + 2 + 12 * entries, first)
    assert type(refusal(bytes(content))) is scans.UnreadableDocument


def test_a_name_is_shown_without_what_cannot_be_shown() -> None:
    with pytest.raises(scans.EmptyFile) as caught:
        split(b"", "a\x00\u202egpj\udcff\n.exe")
    assert str(caught.value).isprintable() and str(caught.value).encode()


# --- Hostile files: a refusal or pages, never anything else ---

SEEDS = {kind: make() for kind, make in CUT.items()}


def mutated(content: bytes, random_: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random_.choice((1, 1, 2, 5, 30))):
        at = random_.randrange(len(changed) if random_.random() < 0.5 else min(400, len(changed)))
        match random_.randrange(4):
            case 0:
                changed[at] = random_.randrange(256)
            case 1:
                changed[at : at + 4] = random_.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 2:
                del changed[at : at + random_.randrange(1, 40)]
            case _:
                changed[at:at] = changed[at : at + random_.randrange(1, 40)]
        if not changed:
            break
    return bytes(changed)


def survives(content: bytes) -> None:
    try:
        pages = split(content)
    except ScanRefused as refused:
        assert "请" in str(refused)
    else:
        assert pages and all(page.content and page.width * page.height for page in pages)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["jpeg", "progressive jpeg", "jpeg with a thumbnail", "png"]),
    st.randoms(use_true_random=False),
)
def test_hostile_pictures(kind: str, random_: random.Random) -> None:
    survives(mutated(SEEDS[kind], random_))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["tiff", "fax", "pdf"]), st.randoms(use_true_random=False))
def test_hostile_documents(kind: str, random_: random.Random) -> None:
    survives(mutated(SEEDS[kind], random_))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"]))
def test_noise(noise: bytes, magic: bytes) -> None:
    survives(magic + noise)
