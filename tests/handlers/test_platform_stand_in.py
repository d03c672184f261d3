"""The stand-in says what it is, takes orders from this machine only, and runs as a command would run it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from handlers.platform import stand_in
from handlers.platform.stand_in_faults import FaultUnknown, parse
from handlers.platform.verdicts import (
    PlatformUnavailable,
)
from tests.handlers.test_platform import connect, fetch, ledger, page, running


def test_faults_can_be_switched_while_it_runs():
    with running() as server:
        platform = connect(server.url)
        state = json.loads(
            fetch(server, "/control", b'{"faults": {"system-error": "1", "business_error": null}}')
        )
        assert state["on"]["system_error"]["left"] == 1 and "替身" in state["notice"]
        with pytest.raises(PlatformUnavailable):
            platform.write_image(page())
        fetch(server, "/control", b'{"faults": {"permission_error": "-411"}}')
        fetch(server, "/control", b'{"reset": true}')
        platform.write_image(page())
        assert json.loads(fetch(server, "/control"))["on"] == {}


@pytest.mark.parametrize(
    "order", [b"[]", b"{", b'{"faults": {"fire": "1"}}', b'{"fault": {}}', b'{"daily_quota": -1}']
)
def test_a_wrong_order_is_refused_and_changes_nothing(order):
    with running("slow=1ms") as server:
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(server, "/control", order)
        assert refused.value.code == 400
        assert list(json.loads(fetch(server, "/control"))["on"]) == ["slow"]


def test_a_web_page_cannot_send_orders():
    with running() as server:
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(server, "/control", b'{"faults": {"http_500": ""}}', kind="text/plain")
        assert refused.value.code == 403
        assert json.loads(fetch(server, "/control"))["on"] == {}


@pytest.mark.parametrize(
    "setting", ["fire", "slow=often", "system-error=0", "permission-error=-500", "half-read=1.5"]
)
def test_an_unknown_fault_is_refused(setting):
    with pytest.raises(FaultUnknown):
        parse(setting)


def test_it_says_what_it_is_and_describes_its_interface():
    with running() as server:
        assert "替身" in fetch(server, "/")
        description = fetch(server, f"{stand_in.PATH}?wsdl")
    assert f'location="{server.url}"' in description and '@ADDRESS@"' not in description


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("writeObjectOutNew", {"jkxlh": "", "jkid": "01X01"}, "-401"),
        ("writeObjectOutNew", {"jkxlh": "s", "jkid": ""}, "-402"),
        ("writeObjectOutNew", {"jkxlh": "s", "jkid": "01C21"}, "-414"),
        ("queryObjectOut", {"jkxlh": "s", "jkid": "01X01", "UTF8XmlDoc": "<root/>"}, "0"),
        ("writeObjectOut", {"jkxlh": "s", "jkid": "01X01", "UTF8XmlDoc": "<root"}, "0"),
        ("writeObjectOut", {"jkxlh": "s", "jkid": "01X01", "UTF8XmlDoc": "<root/>"}, "0"),
    ],
)
def test_the_stand_in_refuses_what_the_platform_would(operation, arguments, code):
    with running("plain-reply") as server:
        assert f"<code>{code}</code>" in server.stand_in.call(operation, arguments).text


def test_it_runs_as_a_command_would_run_it(tmp_path):
    code = (
        "import pathlib, sys; from handlers.platform import stand_in;"
        "stand_in.serve('127.0.0.1', 0, pathlib.Path(sys.argv[1]), ['slow=1ms'],"
        " announce=lambda line: print(line, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "held.db")],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(stand_in.__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        notice, url = process.stdout.readline(), process.stdout.readline().strip()
        assert "替身" in notice
        assert connect(url).write_image(page()).receipt
    finally:
        process.kill()
        process.wait()
    with running(store_path=tmp_path / "held.db") as server:
        assert len(ledger(server)) == 1
