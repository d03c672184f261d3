"""`make bench` runs and prints every row. Its figures are for a quiet machine and a person to judge, not for here."""

import subprocess
import sys

import pytest

from tests.bench.case import ROOT

ROWS = (
    "engine alone",
    "raw SpiffWorkflow",
    "SQLite, 0 other open tasks: complete a user task",
    "SQLite, 1,000 other open tasks: complete a user task",
    "PostgreSQL, 0 other open tasks: complete a user task",
    "PostgreSQL, 1,000 other open tasks: complete a user task",
    "(complete - commit) / raw engine",
    "SQLite, inbox page at 1,000 open, 20 at work",
    "PostgreSQL, inbox page at 1,000 open, full throttle",
    "20 at work: p95 at 1,000 / at 200",
    "SQLite, web: resident",
    "PostgreSQL, web: resident",
    "worker that recognises: resident",
    "worker for everything else: resident",
)


@pytest.mark.ocr
def test_the_quick_run_prints_every_row():
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    assert [row for row in ROWS if f"{row}" not in run.stdout] == []
