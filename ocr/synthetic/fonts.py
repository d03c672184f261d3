"""Which installed font plays which role in print (song, hei, kai, hand, typed).

Knows the families worth looking for, best first, and asks fontconfig which of them are present. The Noto CJK
families are the least that must be installed; the others only make pages more varied.
"""

from __future__ import annotations

import subprocess
from functools import cache, lru_cache

from PIL import ImageFont

Face = ImageFont.FreeTypeFont

_ROLES: dict[str, tuple[tuple[str, str], ...]] = {
    "song": (
        ("AR PL SungtiL GB", "Regular"),
        ("AR PL UMing CN", "Light"),
        ("Noto Serif CJK SC", "Regular"),
    ),
    "song_heavy": (("Noto Serif CJK SC", "Bold"),),
    "hei": (
        ("Noto Sans CJK SC", "Regular"),
        ("WenQuanYi Zen Hei", "Regular"),
        ("WenQuanYi Micro Hei", "Regular"),
    ),
    "hei_heavy": (("Noto Sans CJK SC", "Bold"), ("WenQuanYi Zen Hei", "Regular")),
    "serif": (("Noto Serif CJK SC", "Regular"), ("AR PL UMing CN", "Light")),
    "kai": (("AR PL KaitiM GB", "Regular"), ("AR PL UKai CN", "Book"), ("LXGW WenKai", "Regular")),
    "hand": (
        ("LXGW WenKai", "Regular"),
        ("AR PL KaitiM GB", "Regular"),
        ("AR PL UKai CN", "Book"),
        ("LXGW WenKai Light", "Light"),
    ),
    "hand_latin": (("Klee One", "Regular"), ("LXGW WenKai", "Regular"), ("Liberation Sans", "Regular")),
    "typed": (
        ("Noto Sans Mono CJK SC", "Regular"),
        ("WenQuanYi Zen Hei Mono", "Regular"),
        ("WenQuanYi Micro Hei Mono", "Regular"),
        ("LXGW WenKai Mono", "Regular"),
    ),
    "latin": (("Liberation Sans", "Regular"), ("Noto Sans CJK SC", "Regular")),
    "digits": (
        ("DejaVu Sans Mono", "Book"),
        ("OCR B", "Regular"),
        ("Noto Sans Mono CJK SC", "Regular"),
    ),
}
_LAST_RESORT = ("Noto Serif CJK SC", "Regular")
# No role has more than 5 families; a number drawn below this picks each of 1 to 5 equally often.
CHOICES = 60


class FontMissing(RuntimeError):
    """No installed font can play a role; the message names the Debian package to install."""


@cache
def _installed() -> dict[tuple[str, str], tuple[str, int]]:
    """(family, style) to (file, face index) for every font that fontconfig knows."""
    try:
        listing = subprocess.run(
            ["fc-list", "--format", "%{family}\t%{style}\t%{file}\t%{index}\n"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise FontMissing("无法列出已安装的字体：请安装 fontconfig 与 fonts-noto-cjk。") from error
    found: dict[tuple[str, str], tuple[str, int]] = {}
    further: dict[tuple[str, str], tuple[str, int]] = {}
    for line in sorted(listing.splitlines()):
        families, styles, path, index = line.split("\t")
        # Variable fonts pack an instance number above bit 16; only plain faces can be opened by index.
        if int(index) >= 1 << 16:
            continue
        for place, family in enumerate(families.split(",")):
            for other, style in enumerate(styles.split(",")):
                # The first name of each is the font's own; an oblique may call itself regular as well.
                names = further if place or other else found
                names.setdefault((family, style), (path, int(index)))
    return further | found


@cache
def choices(role: str) -> tuple[tuple[str, int], ...]:
    """Installed (file, face index) pairs for a role, best first. Raises FontMissing when there is none."""
    names = [name for name in _ROLES[role] if name in _installed()] or [_LAST_RESORT]
    found = tuple(_installed()[name] for name in names if name in _installed())
    if not found:
        raise FontMissing(f"缺少中文字体（{role}）：请安装 Debian 软件包 fonts-noto-cjk。")
    return found


@lru_cache(maxsize=256)  # a large font in one size takes megabytes
def _opened(path: str, index: int, pixels: int) -> Face:
    return ImageFont.truetype(path, max(pixels, 4), index=index)


def face(role: str, pixels: int, choice: int = 0) -> Face:
    """The font of a role at a height in pixels; `choice` picks among the installed ones (modulo their
    number)."""
    return _opened(*choices(role)[choice % len(choices(role))], pixels)


def face_for(text: str, role: str, pixels: int, choice: int = 0) -> Face:
    """As `face`, but the next family of the role, then the general ones, where the chosen one lacks a sign of
    the text: some old families know the signs of GB 2312 only."""
    own = choices(role)
    turn = choice % len(own)
    for path, index in (*own[turn:], *own[:turn], *choices("hei")):
        if all(_has(path, index, sign) for sign in text):
            return _opened(path, index, pixels)
    return _opened(*own[turn], pixels)


@lru_cache(maxsize=200_000)
def _has(path: str, index: int, sign: str) -> bool:
    return sign.isspace() or _shape(path, index, sign) != _shape(path, index, "\uffff")


def _shape(path: str, index: int, sign: str) -> bytes:
    mask = _opened(path, index, 16).getmask(sign)
    return bytes(mask)
