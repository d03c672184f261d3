"""The inbox page over real HTTP: twenty signed-in people at once, each with a connection and cookie of their own.

The server is `guidang serve` as production starts it. Knows the sign-in form and the inbox's address; the clients
share this machine with the server, so full throttle measures both.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.bench.databases import PASSWORD

PEOPLE = 20
ROW = b"data-row"


class PageWrong(RuntimeError):
    """The server answered with something other than the inbox."""


@dataclass
class Pages:
    """Seconds of each page, and pages a second while all were at it."""

    seconds: list[float]
    a_second: float


class Clerk:
    """One person's browser: a connection kept open, and the session's cookie."""

    def __init__(self, port: int, login: str) -> None:
        self._port, self._cookie = port, ""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        form = self._ask("GET", "/sign-in", 200)
        token = re.search(rb'name="csrf_token" value="([^"]+)"', form)
        if token is None:
            raise PageWrong("the sign-in page carries no token")
        fields = {"csrf_token": token[1].decode(), "login": login, "password": PASSWORD, "back": ""}
        self._ask("POST", "/sign-in", 303, urlencode(fields))

    def open_inbox(self) -> float:
        """Seconds until the whole page is here. Raises PageWrong."""
        began = time.perf_counter()
        page = self._ask("GET", "/inbox", 200)
        took = time.perf_counter() - began
        if ROW not in page:
            raise PageWrong("the inbox shows no task")
        return took

    def close(self) -> None:
        self._connection.close()

    def _ask(self, verb: str, path: str, expected: int, body: str | None = None) -> bytes:
        headers = {"Cookie": self._cookie, "User-Agent": "guidang-bench"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(verb, path, body, headers)
            reply = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # the server had closed it while we were thinking: a browser opens a new one
            self._connection.request(verb, path, body, headers)
            reply = self._connection.getresponse()
        page = reply.read()
        if reply.status != expected:
            raise PageWrong(f"{verb} {path}: {reply.status}, expected {expected}")
        for cookie in SimpleCookie(reply.headers.get("Set-Cookie", "")).values():
            self._cookie = f"{cookie.key}={cookie.value}"
        return page


def sign_in(port: int) -> list[Clerk]:
    """All twenty, one after the other: checking a password is slow on purpose."""
    return [Clerk(port, f"clerk{number}") for number in range(PEOPLE)]


def measure(clerks: list[Clerk], pages: int, think_s: float) -> Pages:
    """Everyone opens the inbox `pages` times at once, pausing about `think_s` between two pages."""
    seconds: list[float] = []
    failed: list[Exception] = []
    gate = threading.Barrier(len(clerks) + 1)

    def work(number: int, clerk: Clerk) -> None:
        gate.wait()
        try:
            time.sleep(think_s * number / len(clerks))  # they do not all press the key at the same moment
            for page in range(pages):
                seconds.append(clerk.open_inbox())
                time.sleep(think_s * (0.75 + (number * 7 + page * 3) % 11 / 20))
        except (OSError, http.client.HTTPException, PageWrong) as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=each, daemon=True) for each in enumerate(clerks)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Pages(seconds, len(seconds) / (time.perf_counter() - began))
