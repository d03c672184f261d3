"""The national platform, as we call it: write a page image, ask what it holds of a transaction, ask its time.

Knows the SOAP interface TmriOutNewAccess and turns every answer into a value or a named error (`verdicts`).
Knows nothing of queues, retries or the push ledger: the caller waits, asks again and keeps the circuit
(`breaker`).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus, unquote, urlsplit
from xml.sax.saxutils import quoteattr

from handlers.platform import codec, mapping, verdicts
from handlers.platform.mapping import Interface, Subject, Vocabulary
from records.base import CHINA

logger = logging.getLogger(__name__)

INTERFACE_WSDL = Path(__file__).with_name("interface.wsdl")
_PROVINCES = frozenset("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
_REPLY_KEPT = 2000
# A shorter serial could not be told from other text.
_SERIAL_RECOGNISABLE = 6


class ConfigInvalid(ValueError):
    """The connection to the platform is not configured as it must be; the message names the value."""


@dataclass(frozen=True)
class PlatformConfig:
    """How to reach the platform and who we are there. `serial` (jkxlh) is a secret: never in a log or a repr.

    `generation` 3 calls the operations with a scenario number, 2 the older ones. `declaration` is the
    encoding that the request's XML names (it is UTF-8 always); empty: none. `timeout_s` is for one whole
    call.
    """

    url: str
    serial: str = field(repr=False)
    scenario: str = ""
    office_code: str = ""
    office_name: str = ""
    operator_id: str = ""
    operator_name: str = ""
    terminal: str = ""
    timeout_s: float = 30.0
    encode: codec.Encode = "leaf"
    declaration: Literal["UTF-8", "GBK", ""] = "UTF-8"
    plate_with_province: bool = False
    generation: Literal[2, 3] = 3
    reply_limit: int = 16 * 1024 * 1024

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ConfigInvalid("platform url: http(s)://host[:port]/path expected, without a user")
        if self.encode not in ("leaf", "none"):
            raise ConfigInvalid("platform encode: leaf or none expected")
        if self.declaration not in ("UTF-8", "GBK", ""):
            raise ConfigInvalid("platform declaration: UTF-8, GBK or empty expected")
        if self.generation not in (2, 3):
            raise ConfigInvalid("platform generation: 2 or 3 expected")
        if not self.timeout_s > 0 or self.reply_limit <= 0:
            raise ConfigInvalid("platform timeout_s and reply_limit: above 0 expected")


def idempotency_key(transaction_number: str, material: str, sequence: int, image_sha256: str) -> str:
    """64 hexadecimal digits that name this image in this place of this transaction, for the platform and
    the ledger.
    """
    parts = (transaction_number, material, str(sequence), image_sha256)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class ImageWrite:
    """One page image to write. `fields`: field code → value; those that the mapping has a tag for are sent.

    `image` is the file's bytes in `image_format`, `sequence` counts from 1 in the record of `page_count`
    pages. A `captured_at` without a zone is China's time.
    """

    subject: Subject
    transaction_number: str
    material: str
    material_name: str
    sequence: int
    page_count: int
    captured_at: dt.datetime
    captured_by: str
    image: bytes = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    transaction_type: str = ""
    transaction_reason: str = ""
    capture_method: str = "1"
    image_format: str = "jpg"

    @cached_property
    def key(self) -> str:
        digest = hashlib.sha256(self.image).hexdigest()
        return idempotency_key(self.transaction_number, self.material, self.sequence, digest)


@dataclass(frozen=True)
class WriteReply:
    """The platform has the image. `duplicate`: it says that it had one before; `query_transaction` tells
    which.
    """

    interface: str
    key: str
    code: str
    message: str
    duplicate: bool
    receipt: str | None
    seconds: float


@dataclass(frozen=True)
class HeldPage:
    """A page image that the platform holds. `key` is empty where the platform does not keep ours."""

    material: str
    sequence: int
    key: str = ""
    receipt: str | None = None


@dataclass(frozen=True)
class Holding:
    """What the platform holds of one transaction."""

    transaction_number: str
    pages: tuple[HeldPage, ...]

    def find(self, *, key: str, material: str, sequence: int) -> HeldPage | None:
        """The page with that key or, of pages held without any key, the one in that place."""
        places = (page for page in self.pages if not page.key)
        return next((page for page in self.pages if page.key == key), None) or next(
            (page for page in places if (page.material, page.sequence) == (material, sequence)), None
        )


class Platform:
    """A connection to the platform; safe to share between threads. Build one for each worker process: it
    costs more than a call. Never reads the interface description over the network.
    """

    def __init__(self, config: PlatformConfig, vocabulary: Vocabulary | None = None) -> None:
        # zeep takes as long to import as all handlers together; a worker that reads pages calls nobody.
        import zeep

        from handlers.platform.transport import Transport

        self._config = config
        self._vocabulary = vocabulary or mapping.load()
        self._transport = Transport(timeout_s=config.timeout_s, reply_limit=config.reply_limit)
        description = INTERFACE_WSDL.read_text(encoding="utf-8").replace('"@ADDRESS@"', quoteattr(config.url))
        self._client = zeep.Client(
            io.BytesIO(description.encode()),
            transport=self._transport,
            settings=zeep.Settings(strict=False, xml_huge_tree=True, forbid_dtd=True, force_https=False),
        )
        self._service = self._client.service

    def close(self) -> None:
        self._transport.session.close()

    def write_interface(self, subject: Subject) -> str:
        """Number (jkid) of the interface that images of that subject go to: the name of its circuit."""
        return self._vocabulary.write[subject].number

    def write_image(self, page: ImageWrite) -> WriteReply:
        """Writes one page image. Raises PlatformUnavailable, PlatformPermission, PlatformRejected.

        An error with `uncertain` set may have been stored all the same: ask `query_transaction` before
        another try.
        """
        interface, started = self._vocabulary.write[page.subject], time.monotonic()
        answer, duplicate = self._call("write", interface, self._values(page), page.transaction_number)
        return WriteReply(
            interface=interface.number,
            key=page.key,
            code=answer.code,
            message=answer.message,
            duplicate=duplicate,
            receipt=answer.receipt,
            seconds=time.monotonic() - started,
        )

    def query_transaction(self, transaction_number: str, *, subject: Subject) -> Holding:
        """What the platform holds of that transaction; no pages when it holds none. Raises as
        `write_image`.
        """
        interface = self._vocabulary.query[subject]
        answer, _ = self._call(
            "query", interface, {"transaction_number": transaction_number}, transaction_number
        )
        if answer.count is not None and answer.count != len(answer.rows):
            raise self._unusable(interface, f"平台说有 {answer.count} 条，实际返回 {len(answer.rows)} 条")
        return Holding(transaction_number, tuple(self._held(interface, row) for row in answer.rows))

    def platform_time(self) -> dt.datetime:
        """The platform's clock, in China's time. Raises as `write_image`."""
        interface = self._vocabulary.time
        answer, _ = self._call("query", interface, {}, "")
        text = next((row.get(interface.tags["now"], "") for row in answer.rows), "")
        try:
            return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        except ValueError:
            raise self._unusable(interface, "平台没有返回时间") from None

    def _values(self, page: ImageWrite) -> dict[str, str]:
        taken = page.captured_at
        fields = dict(page.fields)
        if not self._config.plate_with_province and fields.get("plate_no", "")[:1] in _PROVINCES:
            fields["plate_no"] = fields["plate_no"][1:]
        return fields | {
            "transaction_number": page.transaction_number,
            "transaction_type": page.transaction_type,
            "transaction_reason": page.transaction_reason,
            "material": page.material,
            "material_name": page.material_name,
            "sequence": str(page.sequence),
            "page_count": str(page.page_count),
            "capture_method": page.capture_method,
            "captured_at": (taken.astimezone(CHINA) if taken.tzinfo else taken).strftime("%Y-%m-%d %H:%M:%S"),
            "captured_by": page.captured_by,
            "office": self._config.office_code,
            "key": page.key,
            "image_format": page.image_format,
            "image": base64.b64encode(page.image).decode("ascii"),
        }

    def _held(self, interface: Interface, row: Mapping[str, str]) -> HeldPage:
        def value(name: str) -> str:
            return row.get(interface.tags.get(name, ""), "")

        if not value("sequence").isdecimal():
            raise self._unusable(interface, "平台返回的页序不是数字")
        return HeldPage(value("material"), int(value("sequence")), value("key"), value("receipt") or None)

    def _call(
        self, verb: Literal["write", "query"], interface: Interface, values: Mapping[str, str], about: str
    ) -> tuple[codec.Answer, bool]:
        """One call and what its answer means: the answer, and whether it says that this was done before."""
        started, text, outcome = time.monotonic(), "", "lost"
        try:
            text = self._send(verb, interface, self._document(verb, interface, values))
            answer = self._decode(text)
            duplicate = verdicts.judge(answer, interface.names() if verb == "write" else {})
            outcome = "duplicate" if duplicate else "accepted"
        except verdicts.PlatformError as error:
            outcome = type(error).__name__
            error.uncertain = error.uncertain and verb == "write"
            error.interface = interface.number
            error.reply = error.reply or self._redacted(text)
            raise
        finally:
            spent = 1000 * (time.monotonic() - started)
            logger.info("%s %s lsh=%s %s %.0f ms", verb, interface.number, about, outcome, spent)
        if duplicate and verb == "query":
            raise self._unusable(interface, f"平台对查询的应答无法理解：{answer.message}")
        return answer, duplicate

    def _document(self, verb: str, interface: Interface, values: Mapping[str, str]) -> str:
        # A query's other tags name what comes back.
        sent = {name: tag for name, tag in interface.tags.items() if verb == "write" or name in values}
        try:
            return codec.document(
                interface.node if verb == "write" else "QueryCondition",
                [(tag, values.get(name, "")) for name, tag in sent.items()],
                encode=self._config.encode,
                verbatim=frozenset({sent.get("image", "")}),
                declaration=self._config.declaration,
            )
        except codec.ValueUnwritable as error:
            field_code = verdicts.field_of_name(interface.names()[error.tag])
            raise verdicts.rejected("内容含有无法发送的特殊字符", code="", field=field_code) from None

    def _send(self, verb: str, interface: Interface, document: str) -> str:
        """The reply's text, as it came. Arguments go by name: their order differs between the generations."""
        import zeep

        config = self._config
        arguments = {
            "xtlb": interface.system,
            "jkxlh": config.serial,
            "jkid": interface.number,
            "dwjgdm": config.office_code,
            "dwmc": config.office_name,
            "yhbz": config.operator_id,
            "yhxm": config.operator_name,
            "zdbs": config.terminal,
            "UTF8XmlDoc": document,
        }
        if config.generation == 3:
            arguments["cjsqbh"] = config.scenario
        operation = self._service[f"{verb}ObjectOut{'New' if config.generation == 3 else ''}"]
        try:
            reply = operation(**arguments)
        except zeep.exceptions.Fault as error:
            fault = str(error.message or "")
        except zeep.exceptions.Error as error:
            # Their text quotes the reply, which may quote us.
            reason = f"平台应答无法读取（{type(error).__name__}）"
            raise verdicts.PlatformUnavailable(reason, uncertain=True) from None
        else:
            return reply if isinstance(reply, str) else ""
        # Raised out here, so that no traceback shows the fault itself.
        verdicts.raise_fault(self._redacted(fault))

    def _decode(self, text: str) -> codec.Answer:
        bare = text.strip().removeprefix("\ufeff")
        if not bare.upper().startswith(("<", "%3C")):
            verdicts.raise_system_error(self._redacted(bare))
        try:
            answer = codec.decode(text)
        except codec.ReplyUnreadable:
            raise verdicts.PlatformUnavailable("平台应答不完整或无法读取", uncertain=True) from None
        return replace(answer, message=self._redacted(answer.message))

    def _redacted(self, text: str) -> str:
        """The start of what the platform said, readable, without the serial, which some refusals quote."""
        readable, serial = unquote(text, errors="replace"), self._config.serial
        if len(serial) >= _SERIAL_RECOGNISABLE:
            for form in (serial, quote_plus(serial)):
                readable = readable.replace(form, "＊＊＊")
        return readable[:_REPLY_KEPT]

    def _unusable(self, interface: Interface, reason: str) -> verdicts.PlatformUnavailable:
        return verdicts.PlatformUnavailable(reason, interface=interface.number)
