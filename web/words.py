"""Codes and moments in words, and personal data masked: what templates say instead of raw values.

Knows Chinese terms for the states of other rooms. Decides nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask_babel import format_datetime, gettext, ngettext
from flask_babel import lazy_gettext as _

from records.alerts import REASONS
from records.base import now
from records.submissions import DOORS
from workflows.models import NO_DUE

CHANNELS = {"counter": _("窗口"), "batch": _("批量")}
DISPOSITIONS = {
    "rescan": _("补扫"),
    "supplement": _("补件"),
    "override": _("申请授权"),
    "withdraw": _("撤回"),
}
ANSWERS = {
    "disposition": DISPOSITIONS,
    "authorisation": {"granted": _("同意授权"), "refused": _("不同意")},
    "recheck_outcome": {"pass": _("通过"), "alert": _("退回预警")},
}
INSTANCE_STATES = {"running": _("办理中"), "completed": _("已办结"), "cancelled": _("已撤销")}
ALERT_STATES = {
    "open": _("待处理"),
    "resolved": _("已消除"),
    "overridden": _("已授权放行"),
    "withdrawn": _("已撤回"),
}
PUSH_STATES = {"pending": _("待确认"), "accepted": _("已接收"), "rejected": _("被退回")}
RUN_STATES = {
    "queued": _("排队"),
    "running": _("执行中"),
    "waiting": _("等候重试"),
    "done": _("完成"),
    "failed": _("失败"),
    "cancelled": _("已取消"),
}
BREAKER_STATES = {"closed": _("正常"), "open": _("暂停推送"), "half_open": _("试探恢复")}
MASKED_NUMBERS = {
    "id_number": (6, 4),
    "agent_id_number": (6, 4),
    "phone": (3, 4),
    "file_no": (4, 2),
    "license_chip_no": (4, 2),
    "passport_no": (2, 2),
    "hmt_permit_no": (2, 2),
    "military_id_no": (2, 2),
    "address": (6, 1),
}
MASKED_NAMES = {
    "person_name",
    "owner_name",
    "agent_name",
    "buyer_name",
    "seller_name",
    "insured_name",
    "mortgagee_name",
    "legal_rep",
}


def due(moment: dt.datetime | None) -> str:
    """How long until `moment`, or how long ago: 还剩 3 小时, 已逾期 20 分钟."""
    if moment is None or moment >= NO_DUE:
        return gettext("不限时")
    seconds = (moment - now()).total_seconds()
    if seconds < 0:
        return gettext("已逾期 %(time)s", time=_span(-seconds))
    return gettext("还剩 %(time)s", time=_span(seconds))


def ago(moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    return gettext("%(time)s前", time=_span(max(0.0, (now() - moment).total_seconds())))


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 60:
        return ngettext("%(num)d 分钟", "%(num)d 分钟", max(1, minutes))
    if minutes < 48 * 60:
        return ngettext("%(num)d 小时", "%(num)d 小时", minutes // 60)
    return ngettext("%(num)d 天", "%(num)d 天", minutes // (24 * 60))


def late(moment: dt.datetime | None) -> bool:
    return moment is not None and moment < now()


def moment(value: dt.datetime | None, form: str = "MM-dd HH:mm") -> str:
    return format_datetime(value, form) if value else ""


def mask_number(value: str, head: int = 6, tail: int = 4) -> str:
    """前 6 后 4 of an ID number: the middle is hidden, its length stays."""
    if len(value) <= head + tail:
        return value[:1] + "*" * (len(value) - 1)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]


def mask_name(value: str) -> str:
    """张*, 张*明: the first character and, from three on, the last."""
    if len(value) <= 1:
        return value
    return value[0] + "*" * (len(value) - 2) + value[-1] if len(value) > 2 else value[0] + "*"


def masked(field: str, value: str) -> str:
    """A field's value as lists show it."""
    if field in MASKED_NUMBERS:
        return mask_number(value, *MASKED_NUMBERS[field])
    return mask_name(value) if field in MASKED_NAMES else value


def masked_title(record: Any) -> str:
    """The record's title for lists: a plate as it is, a person's name masked."""
    for field in ("plate_no", "person_name", "owner_name", "vin"):
        if record.subject.get(field):
            return masked(field, str(record.subject[field]))
    return str(record.transaction_number)


def answer(result: dict[str, Any] | None) -> str:
    """What a completed task's answer says."""
    said = [str(ANSWERS[key].get(value, value)) for key, value in (result or {}).items() if key in ANSWERS]
    return "、".join(said)


def level(confidence: float) -> str:
    """How sure a reading is: high, middle, low."""
    return "high" if confidence >= 0.95 else "middle" if confidence >= 0.8 else "low"


def size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit in ("B", "KB") else f"{count:.1f} {unit}"


def init_app(app: Flask) -> None:
    shown = (due, ago, late, moment, mask_number, masked, masked_title, answer, level, size)
    app.jinja_env.filters.update({each.__name__: each for each in shown})
    app.jinja_env.globals["reasons"] = REASONS
    app.jinja_env.globals["words"] = {
        "channels": CHANNELS,
        "dispositions": DISPOSITIONS,
        "instance_states": INSTANCE_STATES,
        "alert_states": ALERT_STATES,
        "push_states": PUSH_STATES,
        "run_states": RUN_STATES,
        "breaker_states": BREAKER_STATES,
        "doors": DOORS,
    }
