"""What recognition gives its callers: findings about a page, and the protocol behind which engines change.

Knows the shapes only. Knows nothing of engines, of files, of a database or of a queue.

Coordinates. `Line.box` is in pixels of the upright page; `FieldFinding.box` and `MaterialFinding.region` are
fractions (0 to 1) of the upright page, so that they fit any rendering of it. The upright page is the image as
a viewer shows it (its EXIF orientation applied) turned clockwise by `PageFindings.rotation`.

Confidence is a number from 0 to 1: how often a finding with that number is expected to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Rotation = Literal[0, 90, 180, 270]
# How much of a page is wanted: its type; the fields that its type must have as well; everything that it says.
Depth = Literal["type", "key", "all"]
Stage = Literal["thumbnail", "title", "page"]
FaultKind = Literal["blank", "blurred", "dark", "cut", "skewed", "turned", "low_dpi"]


class UnreadableImage(ValueError):
    """The bytes are no picture that can be decoded."""


@dataclass(frozen=True)
class Line:
    """One line of text. `box`: four corners in reading order (top left first, clockwise), pixels of the
    upright page.

    `characters` has one confidence for each character of `text`; `confidence` is their mean.
    """

    text: str
    box: tuple[Point, Point, Point, Point]
    confidence: float
    characters: tuple[float, ...]


@dataclass(frozen=True)
class MaterialFinding:
    """One material type that the page, or the `region` of it (x0, y0, x1, y1), carries.

    `alternatives`: the next likely types with their chances, the likeliest first; with `confidence` they come to 1 at
    most. Empty where the type was told by other means than by weighing types against each other.
    """

    code: str
    confidence: float
    region: Box = (0.0, 0.0, 1.0, 1.0)
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class FieldFinding:
    """One field as it was read, never repaired.

    Only spaces are left out, letters made capitals and full-width forms folded. `box` is x0, y0, x1, y1;
    `characters` has a confidence for each sign read. `valid` is None where the field has no validator.
    `suggestion` is the form that would be valid, where the signs read cannot stand in such a value (an O for a
    0 in a VIN); a person or a second document decides.
    """

    code: str
    value: str
    confidence: float
    box: Box
    characters: tuple[float, ...]
    valid: bool | None = None
    suggestion: str | None = None


@dataclass(frozen=True)
class QualityFault:
    """One thing wrong with the image, how strong it is (in the unit of `ocr.quality`) and where it shows: a part
    (x0, y0, x1, y1) of the page as scanned, in fractions."""

    kind: FaultKind
    measure: float
    box: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Quality:
    """How good the image is.

    `ink`: share of dark pixels. `sharpness`: see `ocr.quality`; 0 on a blank page. `skew`: degrees that the text
    rises to the right. `fingerprint`: perceptual hash of the upright page (`ocr.fingerprint`), 64 hexadecimal digits,
    nearly the same for any resolution and compression; empty on a blank page.
    """

    faults: tuple[QualityFault, ...]
    sharpness: float
    ink: float
    skew: float
    fingerprint: str

    def has(self, kind: FaultKind) -> bool:
        return any(fault.kind == kind for fault in self.faults)


@dataclass(frozen=True)
class PageFindings:
    """Everything found on one page.

    `rotation` is the clockwise turn in degrees that makes the shown page upright. `width` and `height` are
    the upright page's pixels. `materials` is never empty (an unknown page is M-OT-99); the first is the
    page's main type. `stage`: the stage of the cascade that decided the type. `lines` are those that were read: all
    of them at depth "all". `seconds` is wall-clock time.
    """

    materials: tuple[MaterialFinding, ...]
    rotation: Rotation
    quality: Quality
    stage: Stage
    fields: tuple[FieldFinding, ...]
    lines: tuple[Line, ...]
    seconds: float
    width: int
    height: int


class Verdict(Protocol):
    """What a validator says of a value. `normal` is the form in which two values are compared."""

    @property
    def ok(self) -> bool: ...
    @property
    def soft(self) -> bool: ...
    @property
    def normal(self) -> str: ...


Validators = Mapping[str, Callable[[str], Verdict]]


class Recogniser(Protocol):
    """Reads pages. `version` names the engine and its models: the source of every reading it makes."""

    @property
    def version(self) -> str: ...

    def recognise(self, image: bytes, depth: Depth = "all") -> PageFindings:
        """Findings of one encoded image (JPEG, PNG, TIFF first page). Raises UnreadableImage."""
        ...
