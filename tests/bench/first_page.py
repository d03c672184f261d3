"""`python -m tests.bench.first_page HOME`: the page on standard input at depth `key`, and nothing else; started anew by
the bench to see how long a start takes. Starts as a program does, and loads all that a worker loads."""

from __future__ import annotations

import sys
from pathlib import Path

import guidang  # noqa: F401 - every program starts with it
from bootstrap import House
from handlers import worker  # noqa: F401
from settings import Settings

if __name__ == "__main__":
    recogniser = House(Settings(home=Path(sys.argv[1]))).recogniser()
    recogniser.recognise(sys.stdin.buffer.read(), "key")
    print("found")
