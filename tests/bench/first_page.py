"""`python -m tests.bench.first_page HOME`: the page on standard input at depth `key`, and nothing else; started anew by
the bench to see how long a start takes. Imports no more than a worker needs to read."""

from __future__ import annotations

import sys
from pathlib import Path

from bootstrap import House
from settings import Settings

if __name__ == "__main__":
    recogniser = House(Settings(home=Path(sys.argv[1]))).recogniser()
    recogniser.recognise(sys.stdin.buffer.read(), "key")
    print("found")
