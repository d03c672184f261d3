"""How a SOAP message reaches the platform: one POST, a deadline, a size limit, nothing logged.

Knows HTTP and what a whole SOAP envelope looks like. Knows nothing of the platform's own answers inside it.
"""

from __future__ import annotations

import io
import re
import time
from typing import Any, NoReturn

import requests
import urllib3
import zeep
from lxml import etree
from requests.adapters import HTTPAdapter

from handlers.platform import verdicts

_CONNECT_S = 10.0
_CHUNK = 65536
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"


class FetchForbidden(RuntimeError):
    """Something asked for a document over the network; the interface description is part of the package."""


class Transport(zeep.Transport):
    """zeep's transport, without its logging of whole messages (they hold the serial and the images).

    `timeout_s` is for the whole call, `reply_limit` in bytes. Raises PlatformUnavailable or
    PlatformPermission.
    """

    def __init__(self, *, timeout_s: float, reply_limit: int) -> None:
        session = requests.Session()
        # The platform knows us by our address: no proxy and no credentials from the environment.
        session.trust_env = False
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=32))
        super().__init__(session=session)
        self.timeout_s = timeout_s
        self.reply_limit = reply_limit

    def load(self, url: str) -> NoReturn:
        raise FetchForbidden(url)

    def get(self, address: str, params: Any, headers: Any) -> NoReturn:
        raise FetchForbidden(address)

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        deadline = time.monotonic() + self.timeout_s
        limits = (min(self.timeout_s, _CONNECT_S), self.timeout_s)
        # Raised from None: errors of requests carry the request, whose body holds the serial.
        try:
            with self.session.post(
                address, data=message, headers=headers, timeout=limits, stream=True, allow_redirects=False
            ) as response:
                content = self._read(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _lost(error) from None
        _check_status(response.status_code, content)
        whole = requests.Response()
        whole.status_code = response.status_code
        whole.headers = response.headers
        whole.raw = io.BytesIO(_check_envelope(content))
        return whole

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        content = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > self.reply_limit:
                raise verdicts.PlatformUnavailable(f"平台应答超过 {self.reply_limit} 字节", uncertain=True)
            if time.monotonic() > deadline:
                raise verdicts.PlatformUnavailable(f"平台 {self.timeout_s:g} 秒内没有答完", uncertain=True)
        return bytes(content)


def _lost(error: Exception) -> verdicts.PlatformUnavailable:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, urllib3.exceptions.NewConnectionError):
        return verdicts.PlatformUnavailable("连接不上平台", uncertain=False)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return verdicts.PlatformUnavailable("平台没有在时限内应答", uncertain=True)
    return verdicts.PlatformUnavailable(f"与平台的连接中断（{type(error).__name__}）", uncertain=True)


def _check_status(status: int, content: bytes) -> None:
    if status in (401, 403):
        raise verdicts.PlatformPermission(
            f"平台拒绝访问（HTTP {status}）", code=str(status), advice=verdicts.ADVICE_PERMISSION
        )
    if status != 200 and b"Fault" not in content:
        raise verdicts.PlatformUnavailable(
            f"平台应答 HTTP {status}", code=str(status), uncertain=status >= 500
        )


def _check_envelope(content: bytes) -> bytes:
    """The envelope without its declaration, which may say GBK over UTF-8 bytes.

    A reply that was cut off could still be mended into something by zeep's lenient parser, so it is refused
    here.
    """
    bare = _DECLARATION.sub(b"", content, count=1) if _is_utf8(content) else content
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(bare, parser)
    except etree.XMLSyntaxError:
        root = None
    body = None if root is None else root.find(_BODY)
    if body is None or len(body) == 0 or not bare.rstrip().endswith(b"Envelope>"):
        raise verdicts.PlatformUnavailable("平台应答不完整或不是接口应答", uncertain=True)
    return bare


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
