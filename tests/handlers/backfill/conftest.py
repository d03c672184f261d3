"""Files of a backlog, and the engine that reads them: a page's shade says what becomes of its reader."""

import faulthandler
import io
import json
import os
import signal
import time
from functools import partial

from PIL import Image

from ocr.protocol import FieldFinding, MaterialFinding, PageFindings, Quality, UnreadableImage

BOX = (0.1, 0.1, 0.5, 0.2)
REQUIRED = {"M-ID-01": frozenset({"id_number"}), "M-FM-01": frozenset()}
# What a page of this shade does to the process that recognises it.
ACTS = {10: "crash", 30: "hang", 50: "raise", 70: "unreadable", 90: "grow", 110: "fat"}


class Scripted:
    """Stands in for the engine, in a child process too: a page's shade says what happens. Each page is logged."""

    version = "scripted-1"

    def __init__(self, log, seconds):
        self.log, self.seconds, self.leaked = log, seconds, b""

    def recognise(self, image, depth="all"):
        with Image.open(io.BytesIO(image)) as opened:
            shade = opened.convert("L").getpixel((1, 1))
            told = json.loads(opened.info.get("comment", b"{}"))
        with open(self.log, "a") as log:
            log.write(json.dumps(told) + "\n")
        time.sleep(self.seconds)
        act = next((act for level, act in ACTS.items() if abs(shade - level) < 5), "")
        if act == "crash":
            faulthandler.disable()
            os.kill(os.getpid(), signal.SIGSEGV)
        if act == "hang":
            time.sleep(600)
        if act == "grow":
            held = []
            while True:
                held.append(b"x" * 2**24)
                time.sleep(0.01)
        if act == "fat":
            self.leaked = b"x" * (200 * 2**20)
        if act == "raise":
            raise RuntimeError("engine fault")
        if act == "unreadable":
            raise UnreadableImage("影像无法解码")
        fields = tuple(
            FieldFinding(code, value, 0.9, BOX, (0.9,)) for code, value in told.get("fields", {}).items()
        )
        material = MaterialFinding(told.get("code", "M-FM-01"), told.get("confidence", 0.95))
        return PageFindings(
            (material,), 90, Quality((), 1.0, 0.1, 0.0, ""), "title", fields, (), 0.01, 20, 20
        )


def scripted(log, seconds=0.0):
    return partial(Scripted, str(log), seconds)


def page(shade=250, **told):
    out = io.BytesIO()
    Image.new("L", (20, 20), shade).save(out, "JPEG", comment=json.dumps(told).encode())
    return out.getvalue()


def tiff(*shades):
    pages = [Image.new("L", (20, 20), shade) for shade in shades]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def lay(root, **files):
    """Files by name, `__` for the slash and `_` for the dot before the ending."""
    for name, content in files.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        path = root / f"{stem}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
