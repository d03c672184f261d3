"""Telling a program's address that its classification is finished: one POST, signed, with a deadline.

Knows HTTP and nothing else. No redirect is followed, no proxy and no credentials are taken from the environment, the
answer's body is not read. The name is resolved once and the connection made to the very address that was checked, so
that a name which is allowed cannot lead to this machine itself, nor to a link-local address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

_MOST_ADDRESSES = 2


class WebhookFailed(Exception):
    """The call did not come to an answer of 2xx; `http_status` where there was an answer."""

    def __init__(self, reason: str, http_status: int | None = None) -> None:
        super().__init__(reason)
        self.http_status = http_status


def post(url: str, body: bytes, headers: Mapping[str, str], deadline_s: float) -> int:
    """The status of the answer, 2xx. Raises WebhookFailed. `deadline_s` is for the whole call."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=deadline_s)
    try:
        connection.sock = _connect(host, port, deadline_s)
        cut = threading.Timer(deadline_s, _cut, [connection])
        cut.start()
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context()
                wrapped = context.wrap_socket(
                    connection.sock, server_hostname=host, do_handshake_on_connect=False
                )
                connection.sock = wrapped
                wrapped.do_handshake()
            connection.request("POST", target, body, dict(headers))
            status = connection.getresponse().status
        finally:
            cut.cancel()
    except (OSError, http.client.HTTPException) as error:
        raise WebhookFailed(_reason(error)) from None
    finally:
        connection.close()
    if 300 <= status < 400:
        raise WebhookFailed(f"答复 {status}：不跟随重定向", status)
    if not 200 <= status < 300:
        raise WebhookFailed(f"答复 {status}", status)
    return status


def _connect(host: str, port: int, deadline_s: float) -> socket.socket:
    """To the first address that answers, all of which must be fit to be called."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not _is_literal(host):
        for *_, place in found:
            _require_fit(ipaddress.ip_address(str(place[0]).partition("%")[0]))
    last: OSError = ConnectionRefusedError()
    for family, kind, protocol, _, place in found[:_MOST_ADDRESSES]:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(deadline_s)
            made.connect(place)
            return made
        except OSError as error:
            made.close()
            last = error
    raise last


def _is_literal(host: str) -> bool:
    """An address that the administrator wrote into the list himself, or this machine by its own name."""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return host == "localhost"


def _require_fit(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        raise WebhookFailed("主机名解析到本机、链路本地或组播地址，没有发送")


def _cut(connection: http.client.HTTPConnection) -> None:
    """Time-outs of a socket are for one read each: a receiver that sends a byte now and then would never end."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    """Words without the address or what was sent."""
    if isinstance(error, socket.gaierror):
        return "主机名无法解析"
    if isinstance(error, TimeoutError):
        return "没有在时限内答复"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "证书未通过验证"
    if isinstance(error, ConnectionRefusedError):
        return "拒绝连接"
    return f"连接中断（{type(error).__name__}）"
