"""What an answer of the platform means: done, done before, try again, not allowed, or wrong papers.

Knows the platform's codes and the phrases that it uses, and says each in words that a clerk can act on.
Knows nothing of how an answer travels. The codes are those published for a sister interface, so text is
read as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from handlers.platform.codec import Answer

ACCEPTED = "1"
SYSTEM_ERROR = "$E"

_PERMISSION_CODES = frozenset(str(-number) for number in range(401, 417))
_UNAVAILABLE_CODES = frozenset({"-1", "-20"})
# Not 授权 alone: a missing 授权委托书 is about the papers.
_PERMISSION = re.compile(
    r"接口.{0,6}序列号|序列号.{0,8}(为空|不合法|不存在|异常|被改|过期|无效)"
    r"|未授权|授权(中|范围|码|已?过|无效)|无权(调用|访问|使用|限)"
    r"|没有.{0,4}(调用|访问|接口).{0,4}权限|接口.{0,8}(停用|未启用|不存在|被改|已过)|IP.{0,10}(范围|不合法|未备案|非法)"
)
_QUOTA = re.compile(r"(次数|配额|调用量|访问量).{0,10}(上限|超|用完|限制)|超.{0,6}(次数|配额)")
_DUPLICATE = re.compile(
    r"已存在|(重复|已经?).{0,2}(写入|上传|提交|录入)|(写入|上传|提交|录入|记录|数据).{0,2}重复"
)
_CODE_IN_TEXT = re.compile(r"(?<![0-9])-(?:20|1|4(?:0[1-9]|1[0-6]))(?![0-9])", re.ASCII)

# The first pattern found in the message wins. Field codes are those of bpmn/catalogue/materials.yaml.
_FIELDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), field)
    for pattern, field in (
        (r"车辆识别代[号码]|车架号|\bVIN\b", "vin"),
        (r"号牌种类", "plate_type"),
        (r"号牌号码|号码号牌|车牌|号牌", "plate_no"),
        (r"发动机|电动机", "engine_no"),
        (r"所有人|车主", "owner_name"),
        (r"身份证明?号|身份证明|证件号码|身份证", "id_number"),
        (r"档案编号", "file_no"),
        (r"姓名", "person_name"),
        (r"流水号?", "lsh"),
        (r"资料种类|资料名称", "material"),
        (r"页[序数码]|顺序号", "page_count"),
        (r"照片|图片|图像|影像|文件过大|base64", "image"),
    )
)
# A tag that the platform names counts as the thing that we put there.
_FIELD_OF_NAME = {"transaction_number": "lsh", "sequence": "page_count", "image_format": "image"}
_READ = frozenset(
    {"vin", "plate_type", "plate_no", "engine_no", "owner_name", "id_number", "file_no", "person_name", "lsh"}
)

_ADVICE = {
    "vin": "请对照影像核对“车辆识别代号”（17 位，不含字母 I、O、Q），改正后重新提交复核。",
    "plate_type": "请核对“号牌种类”是否与行驶证一致，改正后重新提交复核。",
    "plate_no": "请对照影像核对“号牌号码”（含省份汉字），改正后重新提交复核。",
    "engine_no": "请对照影像核对“发动机号/电动机号”，改正后重新提交复核。",
    "owner_name": "请对照身份证明核对“机动车所有人”姓名或单位全称，改正后重新提交复核。",
    "id_number": "请对照身份证明核对“证件号码”（居民身份证 18 位），改正后重新提交复核。",
    "file_no": "请核对“档案编号”（12 位数字），改正后重新提交复核。",
    "person_name": "请对照身份证明核对“姓名”，改正后重新提交复核。",
    "lsh": "请核对“业务流水号”：这批影像可能归错了业务，确认后重新提交复核。",
    "material": "请核对这一页的“资料种类”，改正后重新提交复核。",
    "page_count": "请核对页数和页序：可能缺页或多页，确认后重新提交复核。",
    "image": "请查看这一页影像是否完整、清晰，必要时重新扫描后再提交。",
}
_ADVICE_OTHERWISE = "请按平台给出的原因核对本件信息；仍不清楚时，请把原因和流水号告诉班组长。"
_ADVICE_WAIT = "平台暂时没有正常应答，系统会自动重试，您不用处理。"
_ADVICE_QUOTA = "平台接口当日次数已用完，系统会在次日继续推送，您不用处理。"
ADVICE_PERMISSION = (
    "平台没有允许本系统调用这个接口，推送已暂停，影像都已保存。"
    "请系统管理员核对接口序列号、有效期和备案 IP，恢复后会继续推送。"
)


class PlatformError(Exception):
    """What went wrong at the platform. `reason` and `advice` are for a screen; `reply` is its answer.

    `uncertain`: a write may have been stored all the same; ask `query_transaction` before writing again.
    `field`: code of the field to correct, where the platform's words give it away. `interface`: its number
    (jkid).
    """

    def __init__(
        self,
        reason: str,
        *,
        code: str = "",
        advice: str = _ADVICE_WAIT,
        field: str | None = None,
        uncertain: bool = False,
        interface: str = "",
        reply: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.advice = advice
        self.field = field
        self.uncertain = uncertain
        self.interface = interface
        self.reply = reply

    def __str__(self) -> str:
        return f"{self.reason}{f'（代码 {self.code}）' if self.code else ''}。{self.advice}"


class PlatformUnavailable(PlatformError):
    """No usable answer: time-out, lost connection, HTTP error, system error. Worth another try, later."""


class PlatformQuotaSpent(PlatformUnavailable):
    """The day's calls of this interface are spent: worth another try tomorrow, not in a minute."""


class PlatformPermission(PlatformError):
    """We may not call this interface. Opens the circuit; more tries only make it worse."""


class PlatformRejected(PlatformError):
    """The platform refuses these papers. A person must correct something; `field` says what, where known."""


def judge(answer: Answer, tags: Mapping[str, str]) -> bool:
    """Whether the answer to a call says that it was done before; False: done now. Raises what else it says.

    `tags`: the platform's tag → our name, to know the field when the message names a tag.
    """
    if answer.code == ACCEPTED:
        return False
    code, message = answer.code, answer.message or "平台没有说明原因"
    if code in _UNAVAILABLE_CODES:
        raise PlatformUnavailable(f"平台系统忙：{message}", code=code, uncertain=True)
    if code in _PERMISSION_CODES or _PERMISSION.search(message):
        raise _permission(message, code)
    if _QUOTA.search(message):
        raise PlatformQuotaSpent(f"平台接口次数用完：{message}", code=code, advice=_ADVICE_QUOTA)
    field = field_of(message, tags)
    # “车辆识别代号已存在” speaks of the papers; only a record, an image or a page can be here already.
    if _DUPLICATE.search(message) and field not in _READ - {"lsh"}:
        return True
    raise rejected(message, code=code, field=field)


def rejected(message: str, *, code: str, field: str | None) -> PlatformRejected:
    """The platform's no, with what to do about it."""
    return PlatformRejected(
        message, code=code, field=field, advice=_ADVICE.get(field or "", _ADVICE_OTHERWISE)
    )


def raise_system_error(text: str) -> NoReturn:
    """Raises what a reply that is no XML means: `$E…`, empty, or a bare code."""
    said = text.removeprefix(SYSTEM_ERROR).strip(" :：")
    code = _CODE_IN_TEXT.search(said)
    if (code and code[0] not in _UNAVAILABLE_CODES) or _PERMISSION.search(said):
        raise _permission(said, code[0] if code else SYSTEM_ERROR)
    reason = f"平台系统错误：{said[:200]}" if said else "平台返回了空的应答" if not text else "平台系统错误"
    raise PlatformUnavailable(reason, code=code[0] if code else text[:2], uncertain=True)


def raise_fault(text: str) -> NoReturn:
    """Raises what a SOAP fault or an HTTP refusal means."""
    if _PERMISSION.search(text):
        raise _permission(text[:200], "")
    raise PlatformUnavailable(f"平台接口报错：{text[:200]}", uncertain=True)


def field_of(message: str, tags: Mapping[str, str]) -> str | None:
    """Code of the field that the message speaks of, or None."""
    for tag, name in tags.items():
        # ASCII word edges: a tag stands between Chinese characters without a space.
        if re.search(rf"(?<![A-Za-z0-9_]){re.escape(tag)}(?![A-Za-z0-9_])", message):
            return field_of_name(name)
    return next((field for pattern, field in _FIELDS if pattern.search(message)), None)


def field_of_name(name: str) -> str:
    """The field code behind one of our names in mapping.yaml."""
    return _FIELD_OF_NAME.get(name, name)


def _permission(message: str, code: str) -> PlatformPermission:
    return PlatformPermission(f"平台拒绝调用接口：{message}", code=code, advice=ADVICE_PERMISSION)
