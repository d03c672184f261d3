"""The bodies of vehicles as lengths and lines: passenger cars, vans, buses, pickups and box trucks.

Knows proportions and paints. Knows no maker, no light and no perspective.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

PAINT: dict[str, Colour] = {
    "白": (226, 228, 230),
    "灰": (118, 122, 128),
    "黑": (24, 25, 28),
    "蓝": (28, 62, 132),
    "红": (146, 22, 28),
    "棕": (86, 60, 44),
}


@dataclass(frozen=True)
class Shape:
    """A body. Lengths in metres; shares run from -0.5 (tail) to 0.5 (nose) of the length."""

    name: str
    size: tuple[float, float, float]  # length, width, height
    shoulder: tuple[tuple[float, float], ...]  # (share, height) of the line where body ends and glass begins
    glass: tuple[float, float]  # shares between which the cabin stands
    roof: tuple[float, float]  # shares between which its roof lies
    roof_width: float
    axles: tuple[float, float]  # shares of the wheels, front first
    wheel: float  # radius
    clearance: float
    square: float = 6.0  # the higher, the more box-like seen from above
    pillars: tuple[float, ...] = ()
    doors: tuple[float, ...] = ()
    cargo: tuple[float, float, float, float] | None = None  # from share, to share, from height, to height

    def height_at(self, share: float) -> float:
        """Height of the shoulder line at a share of the length."""
        shares, heights = zip(*self.shoulder, strict=True)
        return float(np.interp(share, shares, heights))


SHAPES: dict[str, Shape] = {
    "saloon": Shape(
        "轿车",
        (4.72, 1.82, 1.46),
        (
            (-0.5, 0.84),
            (-0.47, 0.99),
            (-0.33, 1.02),
            (0.0, 0.96),
            (0.2, 0.94),
            (0.38, 0.82),
            (0.46, 0.73),
            (0.5, 0.64),
        ),
        (-0.35, 0.22),
        (-0.19, 0.05),
        0.74,
        (0.30, -0.275),
        0.33,
        0.2,
        pillars=(-0.06, -0.2),
        doors=(0.17, -0.06, -0.24),
    ),
    "suv": Shape(
        "越野客车",
        (4.65, 1.88, 1.70),
        ((-0.5, 0.92), (-0.485, 1.1), (0.0, 1.07), (0.2, 1.05), (0.38, 0.97), (0.46, 0.9), (0.5, 0.76)),
        (-0.485, 0.235),
        (-0.42, 0.08),
        0.76,
        (0.295, -0.285),
        0.37,
        0.26,
        pillars=(-0.06, -0.26),
        doors=(0.17, -0.06, -0.25),
    ),
    "hatchback": Shape(
        "小型轿车",
        (4.0, 1.75, 1.50),
        ((-0.5, 0.86), (-0.48, 1.0), (0.0, 0.96), (0.22, 0.95), (0.40, 0.82), (0.47, 0.74), (0.5, 0.64)),
        (-0.48, 0.26),
        (-0.36, 0.06),
        0.75,
        (0.31, -0.30),
        0.31,
        0.18,
        square=5.2,
        pillars=(-0.08,),
        doors=(0.18, -0.08, -0.28),
    ),
    "van": Shape(
        "小型普通客车",
        (4.6, 1.74, 1.92),
        ((-0.5, 0.95), (-0.49, 1.12), (0.2, 1.08), (0.36, 1.02), (0.46, 0.88), (0.5, 0.74)),
        (-0.49, 0.40),
        (-0.47, 0.20),
        0.86,
        (0.31, -0.27),
        0.32,
        0.2,
        square=8,
        pillars=(0.12, -0.12, -0.3),
        doors=(0.28, 0.10, -0.14),
    ),
    "pickup": Shape(
        "轻型普通货车",
        (5.3, 1.86, 1.78),
        ((-0.5, 1.02), (-0.1, 1.04), (0.2, 1.06), (0.38, 1.0), (0.46, 0.92), (0.5, 0.78)),
        (-0.13, 0.22),
        (-0.10, 0.10),
        0.78,
        (0.30, -0.28),
        0.38,
        0.3,
        square=9,
        pillars=(0.04,),
        doors=(0.17, 0.04, -0.11),
    ),
    "bus": Shape(
        "大型普通客车",
        (8.4, 2.35, 3.1),
        ((-0.5, 1.3), (0.42, 1.3), (0.5, 1.12)),
        (-0.495, 0.494),
        (-0.49, 0.475),
        0.93,
        (0.27, -0.24),
        0.48,
        0.32,
        square=16,
        pillars=(0.36, 0.22, 0.08, -0.06, -0.2, -0.34),
        doors=(0.47, 0.38),
    ),
    "truck": Shape(
        "轻型厢式货车",
        (5.9, 1.95, 2.15),
        ((-0.5, 0.82), (0.26, 0.86), (0.3, 1.12), (0.46, 1.1), (0.5, 0.95)),
        (0.275, 0.492),
        (0.285, 0.43),
        0.84,
        (0.36, -0.26),
        0.38,
        0.34,
        square=14,
        doors=(0.44, 0.29),
        cargo=(-0.5, 0.255, 0.84, 2.75),
    ),
    "wagon": Shape(
        "旅行轿车",
        (4.8, 1.83, 1.52),
        ((-0.5, 0.86), (-0.485, 1.03), (0.0, 0.99), (0.2, 0.97), (0.38, 0.86), (0.46, 0.77), (0.5, 0.66)),
        (-0.485, 0.22),
        (-0.44, 0.05),
        0.77,
        (0.30, -0.28),
        0.34,
        0.19,
        pillars=(-0.04, -0.2, -0.34),
        doors=(0.17, -0.04, -0.22),
    ),
    "coupe": Shape(
        "小型轿车",
        (4.4, 1.84, 1.32),
        ((-0.5, 0.80), (-0.47, 0.95), (-0.3, 0.97), (0.0, 0.88), (0.2, 0.84), (0.40, 0.72), (0.5, 0.56)),
        (-0.36, 0.18),
        (-0.16, 0.0),
        0.70,
        (0.31, -0.29),
        0.36,
        0.15,
        square=5.0,
        pillars=(-0.14,),
        doors=(0.15, -0.16),
    ),
    "minibus": Shape(
        "中型普通客车",
        (6.0, 2.05, 2.55),
        ((-0.5, 1.05), (-0.49, 1.2), (0.3, 1.2), (0.44, 1.08), (0.5, 0.86)),
        (-0.495, 0.45),
        (-0.48, 0.32),
        0.9,
        (0.33, -0.25),
        0.38,
        0.26,
        square=12,
        pillars=(0.24, 0.08, -0.1, -0.28),
        doors=(0.36, 0.24),
    ),
    "lorry": Shape(
        "重型厢式货车",
        (8.2, 2.3, 2.7),
        ((-0.5, 0.95), (0.3, 1.0), (0.34, 1.35), (0.46, 1.35), (0.5, 1.15)),
        (0.32, 0.495),
        (0.325, 0.46),
        0.9,
        (0.41, -0.27),
        0.46,
        0.4,
        square=20,
        doors=(0.46, 0.33),
        cargo=(-0.5, 0.30, 1.0, 3.3),
    ),
}
