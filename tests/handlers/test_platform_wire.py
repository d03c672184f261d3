"""Servers that answer worse than the stand-in: nothing unreadable counts, the serial never shows."""

import contextlib
import http.server
import io
import logging
import threading
import time
import traceback

import pytest
from lxml import etree

from handlers.platform import stand_in
from handlers.platform.client import (
    ConfigInvalid,
    PlatformConfig,
)
from handlers.platform.verdicts import (
    PlatformError,
    PlatformPermission,
    PlatformUnavailable,
)
from tests.handlers.test_platform import LSH, SERIAL, connect, page, running


@contextlib.contextmanager
def answering(content: bytes, *, status=200, headers=(), pause_s=0.0, pieces=1, seen=None):
    """A server that answers every POST with that; without Content-Length the end is where the connection
    ends.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if seen is not None:
                seen.append((dict(self.headers), body))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            size = len(content) // pieces + 1
            with contextlib.suppress(OSError):
                for start in range(0, len(content), size):
                    self.wfile.write(content[start : start + size])
                    time.sleep(pause_s)

        def do_GET(self):
            raise AssertionError("nothing may be fetched")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/trffweb/services/TmriOutNewAccess"
    finally:
        server.shutdown()
        server.server_close()


def soap(text: str, declaration: str = "") -> bytes:
    return (
        declaration.encode()
        + stand_in._envelope(stand_in._result("writeObjectOutNew", text)).split(b"?>", 1)[1]
    )


ACCEPTED = "<root><head><code>1</code><message>写入成功</message></head></root>"


@pytest.mark.parametrize(
    "content",
    [
        soap(ACCEPTED)[: len(soap(ACCEPTED)) // 2],
        soap(ACCEPTED)[:-12],
        soap(ACCEPTED[:-20]),
        soap(""),
        soap("null"),
        soap("<html>登录</html>"),
        b"",
        b"<html><body>gateway</body></html>",
        b"\x00\xff\xfe",
        stand_in._envelope(""),
        stand_in._envelope("<other/>"),
        stand_in._envelope("<e:Fault><faultstring>java.lang.NullPointerException</faultstring></e:Fault>"),
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + soap(ACCEPTED),
    ],
)
def test_an_answer_that_cannot_be_read_is_uncertain_never_a_success(content):
    with answering(content) as url, pytest.raises(PlatformUnavailable) as lost:
        connect(url).write_image(page())
    assert lost.value.uncertain


@pytest.mark.parametrize(
    ("generation", "operation", "order"),
    [
        (2, "writeObjectOut", "xtlb jkxlh jkid yhbz dwmc dwjgdm yhxm zdbs UTF8XmlDoc"),
        (3, "writeObjectOutNew", "xtlb jkxlh jkid cjsqbh dwjgdm dwmc yhbz yhxm zdbs UTF8XmlDoc"),
    ],
)
def test_the_call_on_the_wire(generation, operation, order):
    seen: list[tuple[dict, bytes]] = []
    content = soap(ACCEPTED).replace(b"writeObjectOutNew", operation.encode())
    with answering(content, seen=seen) as url:
        connect(url, generation=generation).write_image(page())
    ((headers, body),) = seen
    call = etree.fromstring(body).find("{http://schemas.xmlsoap.org/soap/envelope/}Body/*")
    assert call.tag == f"{{http://endpoint.axis.framework.tmri.com}}{operation}"
    assert [part.tag for part in call] == order.split()
    values = {part.tag: part.text for part in call}
    assert (values["xtlb"], values["jkid"], values["dwmc"]) == ("01", "01X01", "演示车辆管理所")
    assert headers["SOAPAction"] == '""' and headers["Accept-Encoding"] == "identity"


def test_an_envelope_that_claims_gbk_over_utf_8():
    with answering(soap(ACCEPTED, '<?xml version="1.0" encoding="GBK"?>')) as url:
        assert connect(url).write_image(page()).message == "写入成功"


@pytest.mark.parametrize("status", [401, 403])
def test_a_gateway_s_refusal_is_a_permission_error(status):
    with answering(b"no", status=status) as url, pytest.raises(PlatformPermission):
        connect(url).write_image(page())


def test_a_fault_that_speaks_of_permission():
    fault = stand_in._envelope("<e:Fault><faultstring>无权调用该接口</faultstring></e:Fault>")
    with answering(fault, status=500) as url, pytest.raises(PlatformPermission):
        connect(url).write_image(page())


def test_a_redirect_is_not_followed_with_the_serial():
    with (
        answering(soap(ACCEPTED)) as other,
        answering(b"", status=307, headers=[("Location", other)]) as url,
        pytest.raises(PlatformUnavailable) as lost,
    ):
        connect(url).write_image(page())
    assert not lost.value.uncertain


def test_an_answer_beyond_the_limit_is_cut_short():
    with answering(soap("x" * 3_000_000)) as url, pytest.raises(PlatformUnavailable, match="1000000"):
        connect(url, reply_limit=1_000_000).write_image(page())


def test_an_answer_in_drips_does_not_hold_a_worker():
    with answering(soap(ACCEPTED), pieces=40, pause_s=0.1) as url:
        started = time.monotonic()
        with pytest.raises(PlatformUnavailable):
            connect(url, timeout_s=0.5).write_image(page())
    assert time.monotonic() - started < 2


def test_fewer_rows_than_announced_is_no_answer():
    text = "<root><head><code>1</code><message/><rownum>2</rownum></head><body/></root>"
    content = soap(text).replace(b"writeObject", b"queryObject")
    with answering(content) as url, pytest.raises(PlatformUnavailable, match="2 条"):
        connect(url).query_transaction(LSH, subject="vehicle")


# The serial


def quoting(text: str) -> bytes:
    return soap(text.format(serial=SERIAL))


@pytest.mark.parametrize(
    "content",
    [
        quoting("<root><head><code>-403</code><message>授权中无此序列号{serial}</message></head></root>"),
        quoting("<root><head><code>0</code><message>未知{serial}</message></head></root>"),
        quoting("$E {serial}"),
        quoting("$E 7F1E0000-SECRET%2BSERIAL%2F0001"),
        stand_in._envelope(f"<e:Fault><faultstring>{SERIAL}</faultstring></e:Fault>"),
        SERIAL.encode(),
    ],
)
def test_the_serial_reaches_no_log_and_no_error(content, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with answering(content) as url:
        platform = connect(url)
        with pytest.raises(PlatformError) as refused:
            platform.write_image(page())
    error = refused.value
    printed = io.StringIO()
    traceback.print_exception(error, file=printed)
    shown = [
        str(error),
        repr(error),
        repr(vars(error)),
        printed.getvalue(),
        repr(platform._config),
        *capfd.readouterr(),
    ]
    assert caplog.records
    for text in [*shown, caplog.text]:
        assert "SECRET" not in text
        assert "/9j/" not in text.replace(url, "")  # nor the image


def test_neither_side_logs_the_serial_of_a_call_that_succeeds(caplog):
    caplog.set_level(logging.DEBUG)
    with running() as server:
        connect(server.url).write_image(page())
    assert "accepted" in caplog.text and LSH in caplog.text
    assert (
        "SECRET" not in caplog.text and "/9j/" not in caplog.text and "LSVAA49J132047371" not in caplog.text
    )


@pytest.mark.parametrize(
    "change",
    [
        {"url": "platform/x"},
        {"url": "ftp://platform/x"},
        {"url": "http://user:pw@platform/x"},
        {"encode": "whole"},
        {"declaration": "BIG5"},
        {"generation": 1},
        {"timeout_s": 0},
    ],
)
def test_a_wrong_configuration_is_refused(change):
    with pytest.raises(ConfigInvalid) as refused:
        PlatformConfig(**{"url": "http://platform/x", "serial": SERIAL, **change})
    assert SERIAL not in str(refused.value) and "pw" not in str(refused.value)


def test_an_address_with_signs_of_its_own_stays_whole():
    with answering(soap(ACCEPTED)) as url:
        assert connect(url + "?a=1&b='\"<").write_image(page()).code == "1"
