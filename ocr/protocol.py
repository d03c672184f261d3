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
    """One material type that the page, or the `region` of it (x0, y0, x1, y1), carries."""

    code: str
    confidence: float
    region: Box = (0.0, 0.0, 1.0, 1.0)


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
class Quality:
    """How good the image is.

    `ink`: share of dark pixels. `sharpness`: see `ocr.quality`; 0 on a blank page.
    """

    blank: bool
    blurred: bool
    sharpness: float
    ink: float


@dataclass(frozen=True)
class PageFindings:
    """Everything found on one page.

    `rotation` is the clockwise turn in degrees that makes the shown page upright. `width` and `height` are
    the upright page's pixels. `materials` is never empty (an unknown page is M-OT-99); the first is the
    page's main type. `seconds` is wall-clock time.
    """

    materials: tuple[MaterialFinding, ...]
    rotation: Rotation
    quality: Quality
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

    def recognise(self, image: bytes) -> PageFindings:
        """Findings of one encoded image (JPEG, PNG, TIFF first page). Raises UnreadableImage."""
        ...
