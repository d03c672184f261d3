"""What the stand-in platform answers: a call in, a reply out, without HTTP.

Knows the made-up interfaces of mapping.yaml, what they insist on, and what each fault does to a reply. Knows
nothing of SOAP envelopes or sockets (`stand_in`).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, unquote
from xml.sax.saxutils import escape

from lxml import etree

from handlers.platform import codec
from handlers.platform.mapping import Interface, Vocabulary
from handlers.platform.stand_in_faults import FAULTS, FaultUnknown, Switchboard, parse
from handlers.platform.stand_in_ledger import HeldImage, Ledger
from records.base import CHINA

NOTICE = (
    "本服务是综合应用平台的替身，只供演示和测试：不连接任何公安网系统，接口编号均为虚构，写入的内容不会进入真实平台。"
    " / This is a stand-in, not the national platform; its interface numbers are made up."
)
_REFUSALS = {
    "-401": "接口序列号为空",
    "-402": "接口标识为空",
    "-403": "授权中无此序列号",
    "-408": "无权调用该接口",
    "-411": "IP地址不在授权范围",
    "-414": "接口不存在",
}


class Refused(Exception):
    """The stand-in says no, in the platform's manner: a code other than 1 and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Reply:
    """`text` is the SOAP string's value; `delay_s` and `broken` say how it travels."""

    text: str
    delay_s: float = 0.0
    broken: bool = False


class StandIn:
    """The platform's part, without HTTP: a call in, a reply out. `serial` empty: any serial will do."""

    def __init__(
        self, ledger: Ledger, faults: Switchboard, vocabulary: Vocabulary, *, serial: str, daily_quota: int
    ) -> None:
        self.ledger = ledger
        self.faults = faults
        self.daily_quota = daily_quota
        self._serial = serial
        self._writes = {interface.number: interface for interface in vocabulary.write.values()}
        self._queries = {interface.number: interface for interface in vocabulary.query.values()}
        self._time = vocabulary.time

    def call(self, operation: str, arguments: Mapping[str, str]) -> Reply:
        """What the platform answers. Raises RequestInvalid."""
        number, writing = arguments.get("jkid", ""), operation.startswith("write")
        if self.faults.strikes("system_error"):
            return Reply("$E")
        try:
            self._admit(number, arguments.get("jkxlh", ""))
            answer = self._answer(writing, number, arguments.get("UTF8XmlDoc", ""))
        except Refused as no:
            answer = _head(no.code, no.message)
        slow = self.faults.strikes("slow")
        broken = writing and self.faults.strikes("half_read") is not None
        return Reply(self._spelt(answer), delay_s=slow.seconds if slow else 0.0, broken=broken)

    def _admit(self, number: str, serial: str) -> None:
        fault = self.faults.strikes("permission_error")
        code = fault.code if fault else ""
        if not serial:
            code = "-401"
        elif not number:
            code = "-402"
        elif self._serial and serial != self._serial:
            code = "-403"
        elif number not in {*self._writes, *self._queries, self._time.number}:
            code = "-414"
        if code:
            raise Refused(code, _REFUSALS.get(code, "接口未启用"))
        calls = self.ledger.count_call(dt.datetime.now(CHINA).date().isoformat(), number)
        if self.faults.strikes("quota") or calls > self.daily_quota:
            raise Refused("0", f"接口 {number} 当日调用次数已达上限")

    def _answer(self, writing: bool, number: str, text: str) -> str:
        try:
            request = codec.parse(text)
        except codec.ReplyUnreadable:
            raise Refused("0", "XML 格式错误") from None
        if writing and number in self._writes:
            return self._write(self._writes[number], request)
        if not writing and number in self._queries:
            return self._query(self._queries[number], request)
        if not writing and number == self._time.number:
            return _rows(
                self._time.node, [{self._time.tags["now"]: f"{dt.datetime.now(CHINA):%Y-%m-%d %H:%M:%S}"}]
            )
        raise Refused("0", "该接口不支持此操作")

    def _write(self, interface: Interface, request: etree._Element) -> str:
        if self.faults.strikes("business_error"):
            field = "车辆识别代号" if "vin" in interface.tags else "身份证明号码"
            raise Refused("0", f"{field}与业务流水不一致")
        image = _image(interface, request)
        receipt = self.ledger.store(image)
        if receipt is None or self.faults.strikes("duplicate"):
            raise Refused("0", "记录已存在")
        return _head("1", "写入成功", receipt)

    def _query(self, interface: Interface, request: etree._Element) -> str:
        tags = interface.tags
        wanted = unquote(request.findtext(f"QueryCondition/{tags['transaction_number']}") or "")
        if not wanted:
            raise Refused("0", f"必填项 {tags['transaction_number']} 不能为空")
        held = self.ledger.pages(wanted)
        return _rows(interface.node, [{tag: str(page[name]) for name, tag in tags.items()} for page in held])

    def _spelt(self, answer: str) -> str:
        """The answer as it is put on the wire: URL-encoded as a whole, unless a fault says otherwise."""
        claimed = "GBK" if self.faults.strikes("gbk_declaration") else "UTF-8"
        text = f'<?xml version="1.0" encoding="{claimed}"?>{answer}'
        return text if self.faults.strikes("plain_reply") else quote_plus(text)

    def control(self, order: Mapping[str, Any]) -> None:
        """Applies {"reset": true, "faults": {name: setting or null}, "daily_quota": n}. Raises
        FaultUnknown.
        """
        changes = order.get("faults", {})
        if not isinstance(changes, dict) or not set(order) <= {"reset", "faults", "daily_quota"}:
            raise FaultUnknown(
                'expected {"reset": true, "faults": {name: setting or null}, "daily_quota": n}'
            )
        names = {name: parse(f"{name}={setting or ''}") for name, setting in changes.items()}
        quota = order.get("daily_quota", self.daily_quota)
        if not isinstance(quota, int) or quota < 0:
            raise FaultUnknown("daily_quota: a number from 0 expected")
        self.daily_quota = quota
        if order.get("reset"):
            self.faults.turn_all_off()
        for given, (name, fault) in names.items():
            if changes[given] is None:
                self.faults.turn_off(name)
            else:
                self.faults.turn_on(name, fault)

    def state(self) -> dict[str, Any]:
        return {
            "notice": NOTICE,
            "daily_quota": self.daily_quota,
            "on": self.faults.state(),
            "faults": FAULTS,
            "calls": self.ledger.calls(),
        }


def _image(interface: Interface, request: etree._Element) -> HeldImage:
    node = request.find(interface.node)
    if node is None:
        raise Refused("0", f"缺少节点 {interface.node}")
    image_tag = interface.tags["image"]
    sent = {str(leaf.tag): leaf.text or "" for leaf in node}
    # A plus in base64 survives unquote; in a leaf that was encoded, a blank is a plus.
    values = {
        tag: value if tag == image_tag else unquote(value.replace("+", " ")) for tag, value in sent.items()
    }
    for name in interface.required:
        if not values.get(interface.tags[name], "").strip():
            raise Refused("0", f"必填项 {interface.tags[name]} 不能为空")
    ours = {name: values.get(tag, "") for name, tag in interface.tags.items()}
    if not ours["sequence"].isdecimal():
        raise Refused("0", f"{interface.tags['sequence']} 不是数字")
    try:
        octets = base64.b64decode(unquote(ours["image"]), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("0", f"{image_tag} 不是有效的 base64") from None
    digest = hashlib.sha256(octets).hexdigest()
    place = (ours["transaction_number"], ours["material"], ours["sequence"], digest)
    return HeldImage(
        key=ours.get("key") or "/".join(place),
        interface=interface.number,
        transaction_number=ours["transaction_number"],
        material=ours["material"],
        sequence=int(ours["sequence"]),
        sha256=digest,
        size=len(octets),
        fields={tag: value for tag, value in values.items() if tag != image_tag},
    )


def _head(code: str, message: str, receipt: str = "") -> str:
    keystr = f"<keystr>{receipt}</keystr>" if receipt else ""
    return f"<root><head><code>{code}</code><message>{escape(message)}</message>{keystr}</head></root>"


def _rows(node: str, rows: list[dict[str, str]]) -> str:
    head = f"<head><code>1</code><message>数据下载成功！</message><rownum>{len(rows)}</rownum></head>"
    body = "".join(
        f'<{node} id="{number}">'
        + "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in row.items())
        + f"</{node}>"
        for number, row in enumerate(rows)
    )
    return f"<root>{head}<body>{body}</body></root>"
