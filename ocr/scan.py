"""One encoded image, decoded no further than a stage of the cascade needs.

Knows image files: size, resolution and orientation from the header; JPEG decodes at a half, a quarter or an eighth for
a fraction of the cost. Knows nothing of pages. Limits on file sizes and pixels are the callers' (`records.scans`);
OpenCV's own limit still holds here.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from ocr.geometry import Image
from ocr.protocol import UnreadableImage

# A page is read at this long side, where its scan has it: seven dots a millimetre on A4.
READING_SIDE = 2000

_REDUCED = {
    2: (cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    4: (cv2.IMREAD_REDUCED_COLOR_4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    8: (cv2.IMREAD_REDUCED_COLOR_8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
}
_TURNED = 5  # EXIF orientations from here on lie on their side
_ORIENTATION = 0x0112


class Scan:
    """An image's bytes and what its header says, as a viewer shows it (EXIF orientation applied).

    `width` and `height` in pixels, `dpi` None where the file states none. Raises UnreadableImage.
    """

    def __init__(self, image: bytes) -> None:
        self._bytes = np.frombuffer(image, dtype=np.uint8)
        try:
            with Pictures.open(io.BytesIO(image)) as header:
                self.width, self.height = header.size
                stated = header.info.get("dpi", (0, 0))[0]
                turned = header.getexif().get(_ORIENTATION, 1) >= _TURNED
        except (OSError, ValueError, SyntaxError, Pictures.DecompressionBombError) as error:
            raise UnreadableImage(
                "文件不是可识别的图像（JPEG、PNG、TIFF），或已损坏。请重新扫描或上传这一页"
            ) from error
        if turned:
            self.width, self.height = self.height, self.width
        # 72 is what programs write that know of no resolution.
        self.dpi = float(stated) if stated > 1 and stated != 72 else None

    def grey(self, long_side: int) -> NDArray[np.uint8]:
        """The page in grey, with a long side of at least so many pixels where it has them."""
        return self._decoded(self._reduction(long_side), grey=True)

    def colour(self, long_side: int) -> Image:
        """The page in BGR, with a long side of at least so many pixels where it has them."""
        return self._decoded(self._reduction(long_side), grey=False)

    def reduction(self, decoded: NDArray[np.uint8]) -> float:
        """How many times smaller than the scan a decoded picture is."""
        return max(self.width, self.height) / max(decoded.shape[:2])

    def _reduction(self, long_side: int) -> int:
        return next((by for by in (8, 4, 2) if max(self.width, self.height) // by >= long_side), 1)

    def _decoded(self, reduction: int, *, grey: bool) -> NDArray[np.uint8]:
        whole = (cv2.IMREAD_COLOR, cv2.IMREAD_GRAYSCALE)
        try:
            pixels = cv2.imdecode(self._bytes, _REDUCED.get(reduction, whole)[grey])
        except cv2.error as error:
            raise UnreadableImage("图像太大或已损坏，无法解码。请重新扫描这一页") from error
        if pixels is None:
            raise UnreadableImage("图像已损坏，无法解码。请重新扫描或上传这一页")
        return np.asarray(pixels, dtype=np.uint8)
