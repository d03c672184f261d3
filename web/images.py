"""Page images for the screen: upright, in a form that browsers show, and each full view on the audit trail.

A view is recorded when bytes leave the server; a browser that repaints from its own cache asks nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import Blueprint, Response, abort, request
from PIL import Image, ImageDraw, ImageOps

from records import audit, pages
from records.alerts import Alert
from records.pages import PageImage
from web import access, context
from web.access import actor
from web.database import change, session

LONGEST_SIDE = 2400
WIDTHS = (120, 160, 240, 320)
# The picture of an alert: its size on a screen of twice the density, and how much of the page lies around the place.
ALERT_SIZE = (800, 320)
AROUND = 0.04
FRAME = (176, 32, 32)
FRAME_GAP = 9.0  # the boxes of read text cut into its strokes
SHOWN = {"JPEG": "image/jpeg", "PNG": "image/png"}
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}

blueprint = Blueprint("images", __name__)


@blueprint.get("/pages/<int:page_id>/image")
@access.roles("clerk", "supervisor", "auditor")
def full(page_id: int) -> Response:
    page, turn = _page(page_id)
    tag = f"{page.sha256}-{turn}"
    if _held(tag):
        return _cached(Response(status=304), tag)
    with change() as changing:
        audit.record(changing, actor(), "page.viewed", ("page", page.id), {"sha256": page.sha256})
    return _cached(_rendition(context.current().store.get(page.sha256), turn), tag)


@blueprint.get("/pages/<int:page_id>/thumb")
@access.roles("clerk", "supervisor", "auditor")
def thumb(page_id: int) -> Response:
    page, turn = _page(page_id)
    wanted = request.args.get("w", default=160, type=int)
    width = min(WIDTHS, key=lambda each: abs(each - wanted))
    tag = f"{page.sha256}-{turn}-{width}"
    if _held(tag):
        return _cached(Response(status=304), tag)
    with Image.open(io.BytesIO(context.current().store.get(page.sha256))) as image:
        image.draft("RGB", (2 * width, 3 * width))
        small = _upright(image, turn)
        small.thumbnail((width, 2 * width), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return _cached(_jpeg(small, 75), tag)


@blueprint.get("/alerts/<int:alert_id>/picture")
@access.roles("clerk", "supervisor", "auditor")
def of_alert(alert_id: int) -> Response:
    """The place on the page that an alert is about, framed, with a little of the page around it."""
    alert = session().get(Alert, alert_id)
    if alert is None or alert.page_id is None or alert.box is None:
        abort(404)
    page, turn = _page(alert.page_id)
    tag = f"{page.sha256}-{turn}-alert-{alert.id}"
    if _held(tag):
        return _cached(Response(status=304), tag)
    with change() as changing:
        seen = {"sha256": page.sha256, "alert": alert.id}
        audit.record(changing, actor(), "page.viewed", ("page", page.id), seen)
    with Image.open(io.BytesIO(context.current().store.get(page.sha256))) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        framed = _framed(_upright(image, turn), alert.box)
    return _cached(_jpeg(framed, 85), tag)


def _framed(page: Image.Image, box: Sequence[float]) -> Image.Image:
    """The box (fractions of the page) cut out with a margin, no larger than ALERT_SIZE, its frame drawn."""
    left, top, right, bottom = (
        share * size for share, size in zip(box, (page.width, page.height) * 2, strict=True)
    )
    # A strip down the edge is shown with enough beside it to be recognised.
    across = max(AROUND * page.width, 0.7 * (bottom - top) - (right - left))
    down = AROUND * page.height
    cut = (
        max(0, round(left - across)),
        max(0, round(top - down)),
        min(page.width, max(round(left) + 1, round(right + across))),
        min(page.height, max(round(top) + 1, round(bottom + down))),
    )
    shown = page.crop(cut)
    before = shown.width
    shown.thumbnail(ALERT_SIZE, Image.Resampling.LANCZOS, reducing_gap=3.0)
    scale = shown.width / before
    frame = [
        max(1.0, (left - cut[0]) * scale - FRAME_GAP),
        max(1.0, (top - cut[1]) * scale - FRAME_GAP),
        min(shown.width - 2.0, (right - cut[0]) * scale + FRAME_GAP),
        min(shown.height - 2.0, (bottom - cut[1]) * scale + FRAME_GAP),
    ]
    ImageDraw.Draw(shown).rectangle(frame, outline=FRAME, width=3)
    return shown


def _page(page_id: int) -> tuple[PageImage, int]:
    page = session().get(PageImage, page_id)
    if page is None:
        abort(404)
    recognition = pages.recognitions(session(), [page_id]).get(page_id)
    return page, recognition.rotation if recognition else 0


def _held(tag: str) -> bool:
    return tag in request.if_none_match


def _cached(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Vary"] = "Cookie"
    return response


def _rendition(content: bytes, turn: int) -> Response:
    """The bytes themselves when a browser shows them upright as they are, else an upright JPEG of them."""
    with Image.open(io.BytesIO(content)) as image:
        plain = not turn and max(image.size) <= LONGEST_SIDE and image.getexif().get(0x0112, 1) == 1
        if plain and image.format in SHOWN:
            return Response(content, mimetype=SHOWN[image.format])
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        shown = _upright(image, turn)
        shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _jpeg(shown, 88)


def _upright(image: Image.Image, turn: int) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if turn in TURNS:
        upright = upright.transpose(TURNS[turn])
    return upright.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> Response:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Response(stream.getvalue(), mimetype="image/jpeg")
