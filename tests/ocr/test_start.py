"""What a program does at its start to be quick, and what that must not cost."""

import subprocess
import sys

from settings import ROOT

REPLACED = """
import gc, weakref
from pathlib import Path
import onnxruntime
from ocr import models
from ocr.paddle import PaddleReader

directories = models.prepare(Path({home!r}))
reader = PaddleReader(directories)
loaded = [weakref.ref(each) for each in gc.get_objects() if isinstance(each, onnxruntime.InferenceSession)]
print(gc.get_freeze_count() > 0, len(loaded) >= 2)
del reader
gc.collect()
print(any(each() is not None for each in loaded))
"""


def told(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_what_was_imported_is_kept_from_the_garbage_collector_and_a_replaced_model_is_not(tmp_path):
    assert told(REPLACED.format(home=str(tmp_path))) == ["True", "True", "False"]


def test_after_the_start_of_the_command_line_garbage_is_collected_again():
    assert told("import gc, guidang; print(gc.isenabled(), gc.get_freeze_count() > 0)") == ["True", "True"]
