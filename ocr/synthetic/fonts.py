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
    "song": (("AR PL SungtiL GB", "Regular"), ("AR PL UMing CN", "Light"), ("Noto Serif CJK SC", "Regular")),
    "song_heavy": (("Noto Serif CJK SC", "Bold"),),
    "hei": (("Noto Sans CJK SC", "Regular"), ("WenQuanYi Zen Hei", "Regular")),
    "hei_heavy": (("Noto Sans CJK SC", "Bold"),),
    "serif": (("Noto Serif CJK SC", "Regular"),),
    "kai": (
        ("AR PL KaitiM GB", "Regular"),
        ("AR PL UKai CN", "Book"),
        ("LXGW WenKai", "Regular"),
        ("Noto Serif CJK SC", "Regular"),
    ),
    "hand": (
        ("LXGW WenKai", "Regular"),
        ("AR PL KaitiM GB", "Regular"),
        ("AR PL UKai CN", "Book"),
        ("Noto Serif CJK SC", "Regular"),
    ),
    "typed": (("Noto Sans Mono CJK SC", "Regular"), ("WenQuanYi Zen Hei Mono", "Regular")),
    "latin": (("Liberation Sans", "Regular"), ("Noto Sans CJK SC", "Regular")),
    "digits": (("DejaVu Sans Mono", "Book"), ("Noto Sans Mono CJK SC", "Regular")),
}


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
    for line in sorted(listing.splitlines()):
        families, styles, path, index = line.split("\t")
        # Variable fonts pack an instance number above bit 16; only plain faces can be opened by index.
        if int(index) >= 1 << 16:
            continue
        for family in families.split(","):
            for style in styles.split(","):
                found.setdefault((family, style), (path, int(index)))
    return found


@cache
def choices(role: str) -> tuple[tuple[str, int], ...]:
    """Installed (file, face index) pairs for a role, best first. Raises FontMissing when there is none."""
    found = tuple(_installed()[name] for name in _ROLES[role] if name in _installed())
    if not found:
        raise FontMissing(f"缺少中文字体（{role}）：请安装 Debian 软件包 fonts-noto-cjk。")
    return found


@lru_cache(maxsize=64)  # a large font in one size takes megabytes
def face(role: str, pixels: int, choice: int = 0) -> Face:
    """The font of a role at a height in pixels; `choice` picks among the installed ones (modulo their
    number)."""
    path, index = choices(role)[choice % len(choices(role))]
    return ImageFont.truetype(path, max(pixels, 4), index=index)
