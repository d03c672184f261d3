"""Calls to the program that asked: signed, tried again, given up, and only to addresses on the list."""

import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from handlers import webhooks as calls
from handlers.classification import Keeper
from records import webhooks
from records.audit import AuditEntry
from records.base import now
from records.webhooks import AddressRefused, Webhook, check_address
from tests.handlers.classification.conftest import FIELDS
from tests.handlers.conftest import page


def signed(service, receiver, position=0):
    """Whether the receiver can verify what it got with the key that its account reads."""
    _, headers, body = receiver.got[position]
    key = service.call("/classifications/webhook-key").json["key"].encode()
    moment, _, digest = headers["Guidang-Signature"].removeprefix("t=").partition(",v1=")
    expected = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, digest) and abs(time.time() - int(moment)) < 60


def test_the_receiver_is_told_once_with_a_signature_and_nothing_personal(service, receiver):
    image = page("M-ID-01", fields=FIELDS)
    number = service.batch([image], f"webhook_url={receiver.url}").json["id"]
    service.look()
    assert receiver.got == []
    service.work()
    service.look()
    service.look()
    ((path, headers, body),) = receiver.got
    assert path == "/hooks/done" and signed(service, receiver)
    assert json.loads(body) | {"finished_at": None} == {
        "event": "classification.finished",
        "classification_id": number,
        "pages": 1,
        "failed": 0,
        "finished_at": None,
    }
    assert headers["Guidang-Webhook-Attempt"] == "1" and "示试华" not in body.decode()
    hook = service.call(f"/classifications/{number}").json["webhook"]
    assert (hook["status"], [each["http_status"] for each in hook["attempts"]]) == ("delivered", [200])


def test_a_receiver_that_fails_is_tried_again_and_at_last_given_up_and_shown(service, receiver):
    receiver.answers = [500, 302, "silent"]
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    for tries in (1, 2, 3):
        service.age(Webhook, next_at=now() - dt.timedelta(seconds=1))
        service.look()
        assert len(receiver.got) == tries
    assert {path for path, _, _ in receiver.got} == {"/hooks/done"}  # no redirect was followed
    (shown,) = service.call("/classifications?webhook=dead").json["classifications"]
    hook = shown["webhook"]
    assert (shown["id"], hook["status"], hook["next_at"]) == (number, "dead", None)
    assert [each["http_status"] for each in hook["attempts"]] == [500, 302, None]
    assert all(each["error"] for each in hook["attempts"]) and "重定向" in hook["attempts"][1]["error"]
    assert service.call("/classifications?webhook=delivered").json["classifications"] == []
    with service.office.house.sessions() as session:
        assert "webhook.died" in session.scalars(sa.select(AuditEntry.action)).all()


def test_an_attempt_that_was_cut_off_is_on_record_and_made_again(service, receiver):
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    with service.office.house.sessions.begin() as session:
        assert webhooks.take(session, 1, dt.timedelta(minutes=1)) is not None
        assert webhooks.take(session, 1, dt.timedelta(minutes=1)) is None  # another process
    service.look()
    assert receiver.got == []  # somebody has it
    service.age(Webhook, next_at=now() - dt.timedelta(seconds=1))
    service.look()
    attempts = service.call(f"/classifications/{number}").json["webhook"]["attempts"]
    assert [each["http_status"] for each in attempts] == [None, 200] and "中断" in attempts[0]["error"]


def test_an_address_taken_off_the_list_is_not_called(service, receiver):
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    service.keeper = Keeper(
        service.office.context, service.queued.extend, replace(service.rules, webhook_allow="")
    )
    service.look()
    assert receiver.got == []
    assert service.call(f"/classifications/{number}").json["webhook"]["status"] == "dead"


def test_a_name_that_leads_to_this_machine_is_not_called(service, receiver, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    url = f"http://archive.example:{receiver.server_port}/hooks"
    rules = replace(service.rules, webhook_allow=url)
    service.keeper = Keeper(service.office.context, service.queued.extend, rules)
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.age(Webhook, url=url)
    service.work()
    service.look()
    (attempt,) = service.call(f"/classifications/{number}").json["webhook"]["attempts"]
    assert receiver.got == [] and "本机" in attempt["error"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_receiver_that_drips_is_cut_off(service, monkeypatch):
    def drip(listening):
        made, _ = listening.accept()
        with made:
            for _ in range(100):
                time.sleep(0.1)
                try:
                    made.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=[listening], daemon=True).start()
        began = time.monotonic()
        with pytest.raises(calls.WebhookFailed):
            calls.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, 0.5)
        assert time.monotonic() - began < 3


ALLOWED = "https://archive.example/hooks,http://10.1.2.3:8080"


@pytest.mark.parametrize(
    "url",
    ["https://archive.example/hooks", "https://archive.example:443/hooks/a?b=1", "http://10.1.2.3:8080/x"],
)
def test_addresses_on_the_list_and_below_are_allowed(url):
    check_address(url, ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.example/",
        "https://archive.example/hooksmore",
        "http://archive.example/hooks",
        "https://archive.example:8443/hooks",
        "https://archive.example.evil.example/hooks",
        "https://user@archive.example/hooks",
        "https://archive.example@evil.example/hooks",
        "https://archive.example\\@evil.example/hooks",
        "https://archive.example/hooks/../admin",
        "https://archive.example/hooks/%2e%2e/admin",
        "https://archive.example/hooks#x",
        "https://archive.example/hooks\r\nX: y",
        "ftp://archive.example/hooks",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "http://[::1",
        "//archive.example/hooks",
        "",
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(AddressRefused):
        check_address(url, ALLOWED)
    with pytest.raises(AddressRefused):
        check_address("https://archive.example/hooks", "")
