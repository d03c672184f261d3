"""A stand-in for the national platform: a real HTTP server with the same SOAP interface, for tests and the
demo.

It is NOT the platform: its interface numbers are made up (mapping.yaml) and it checks none of what the
platform checks. It keeps what is written to it, refuses a second writing of the same key, and has faults by
switch, at the start and while it runs (`POST /control`, from this machine only). Knows nothing of our
database.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from handlers.platform import codec, mapping
from handlers.platform.mapping import Vocabulary
from handlers.platform.stand_in_answers import NOTICE, StandIn
from handlers.platform.stand_in_faults import FaultUnknown, Switchboard
from handlers.platform.stand_in_ledger import Ledger

logger = logging.getLogger(__name__)

PATH = "/trffweb/services/TmriOutNewAccess"
DAILY_QUOTA = 1_000_000
_REQUEST_LIMIT = 64 * 1024 * 1024
_CONTROL_LIMIT = 65536
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_OPERATIONS = frozenset({"queryObjectOut", "writeObjectOut", "queryObjectOutNew", "writeObjectOutNew"})


class RequestInvalid(ValueError):
    """The request is no SOAP call of this interface."""


class Server(ThreadingHTTPServer):
    """The stand-in behind HTTP. `url` is the address for a client; `stand_in` is what answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        super().__init__(address, _Handler)
        self.stand_in = stand_in

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}{PATH}"

    def server_close(self) -> None:
        super().server_close()
        self.stand_in.ledger.close()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Head and body go out in two writes; with Nagle's algorithm the second waits 40 ms for the first's echo.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == PATH and address.query.lower() == "wsdl":
            text = mapping.PACKAGED.with_name("interface.wsdl").read_text(encoding="utf-8")
            self._send(200, "text/xml", text.replace('"@ADDRESS@"', quoteattr(self.server.url)).encode())
        elif address.path.startswith("/control") and not self._from_here():
            self._send_json(403, {"error": "control answers this machine only"})
        elif address.path == "/control":
            self._send_json(200, self.server.stand_in.state())
        elif address.path == "/control/ledger":
            wanted = parse_qs(address.query).get("transaction_number", [None])[0]
            pages = self.server.stand_in.ledger.pages(wanted)
            self._send_json(200, {"notice": NOTICE, "count": len(pages), "pages": pages})
        else:
            self._send(200 if address.path == "/" else 404, "text/plain", NOTICE.encode())

    def do_POST(self) -> None:
        path, length = urlsplit(self.path).path, self.headers.get("Content-Length", "")
        limit = _CONTROL_LIMIT if path == "/control" else _REQUEST_LIMIT
        if not length.isdecimal() or int(length) > limit:
            self.close_connection = True
            self._send(413, "text/plain", b"Content-Length missing or too large")
            return
        content = self.rfile.read(int(length))
        if path == "/control":
            self._control(content)
        elif path == PATH:
            self._soap(content)
        else:
            self._send(404, "text/plain", NOTICE.encode())

    def _control(self, content: bytes) -> None:
        # The content type keeps a web page in a browser on this machine from sending orders.
        if not self._from_here() or self.headers.get_content_type() != "application/json":
            self._send_json(403, {"error": "control takes application/json from this machine only"})
            return
        try:
            order = json.loads(content)
            if not isinstance(order, dict):
                raise FaultUnknown("a JSON object expected")
            self.server.stand_in.control(order)
        except ValueError as error:
            self._send_json(400, {"error": str(error)})
        else:
            self._send_json(200, self.server.stand_in.state())

    def _soap(self, content: bytes) -> None:
        if self.server.stand_in.faults.strikes("http_500"):
            self._send(
                500, "text/html", "<html><body><h1>HTTP 500 内部服务器错误</h1></body></html>".encode()
            )
            return
        try:
            operation, arguments = _operation(content)
        except RequestInvalid as error:
            self._send(
                500,
                "text/xml",
                _envelope(f"<e:Fault><faultstring>{escape(str(error))}</faultstring></e:Fault>"),
            )
            return
        reply = self.server.stand_in.call(operation, arguments)
        logger.info("%s %s", operation, arguments.get("jkid", ""))
        time.sleep(reply.delay_s)
        self._send(200, "text/xml", _envelope(_result(operation, reply.text)), broken=reply.broken)

    def _send_json(self, status: int, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, content: bytes, *, broken: bool = False) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if broken else content)
        except (BrokenPipeError, ConnectionResetError):
            # The caller gave up waiting: that is what a slow platform is for.
            self.close_connection = True
        if broken:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _from_here(self) -> bool:
        return ipaddress.ip_address(self.client_address[0]).is_loopback

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)


def _operation(content: bytes) -> tuple[str, dict[str, str]]:
    try:
        envelope = codec.parse(content.decode())
    except (codec.ReplyUnreadable, UnicodeDecodeError) as error:
        raise RequestInvalid("not a SOAP message") from error
    call = envelope.find(f"{{{_ENVELOPE}}}Body/*")
    operation = "" if call is None else etree.QName(call).localname
    if operation not in _OPERATIONS:
        raise RequestInvalid("no such operation")
    return operation, {etree.QName(part).localname: part.text or "" for part in call}


def _result(operation: str, text: str) -> str:
    return (
        f'<n:{operation}Response xmlns:n="http://endpoint.axis.framework.tmri.com"'
        ' e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        f'<{operation}Return x:type="s:string">{escape(text)}</{operation}Return></n:{operation}Response>'
    )


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{_ENVELOPE}"'
        ' xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">'
        f"<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


def open_server(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    store_path: Path | None = None,
    faults: Iterable[str] = (),
    seed: int = 0,
    serial: str = "",
    daily_quota: int = DAILY_QUOTA,
    vocabulary: Vocabulary | None = None,
) -> Server:
    """The stand-in, listening (port 0: a free one); the caller runs `serve_forever` and `server_close`.

    `faults` are switches of `stand_in_faults.parse`. Without `store_path` all is forgotten at the end. Raises
    FaultUnknown, OSError.
    """
    switches = Switchboard(faults, seed=seed)
    stand_in = StandIn(
        Ledger(store_path), switches, vocabulary or mapping.load(), serial=serial, daily_quota=daily_quota
    )
    return Server((host, port), stand_in)


def serve(
    host: str,
    port: int,
    store_path: Path | None,
    faults: Iterable[str],
    *,
    seed: int = 0,
    serial: str = "",
    daily_quota: int = DAILY_QUOTA,
    announce: Callable[[str], None] = print,
) -> None:
    """Runs the stand-in until interrupted. Raises as `open_server`."""
    server = open_server(
        host, port, store_path=store_path, faults=faults, seed=seed, serial=serial, daily_quota=daily_quota
    )
    announce(NOTICE)
    announce(server.url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        announce("替身平台已停止")
    finally:
        server.server_close()
