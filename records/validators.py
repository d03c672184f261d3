"""Is a value possible: the rules of materials.yaml for VIN, citizen number, plate and the other numbers.

Pure functions of a value and today's date; knows no field, no page and no database. A verdict is ok, a soft
failure (unusual or unverified: a person looks at it) or a hard failure (cannot be right). Nothing here
changes a value: `normal` is the form in which two values are compared, never to be stored in place of what
was read.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
OPEN_ENDED = dt.date(9999, 12, 31)
_EARLIEST_DATE = dt.date(1949, 10, 1)
_DATE = re.compile(
    r"([0-9]{4})[年.\-/]([0-9]{1,2})[月.\-/]([0-9]{1,2})日?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)

_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

# The verified forms of GA 36-2018, then those that the catalogue marks as unverified or historical.
_P = f"[{PROVINCES}]"
_PLATES = tuple(
    re.compile(form)
    for form in (
        rf"{_P}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{{5}}",
        rf"{_P}[A-HJ-NP-Z][A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}",
        rf"{_P}[A-HJ-NP-Z][0-9]{{5}}[A-HJK]",
        rf"{_P}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[挂学警]",
        r"粤Z[A-HJ-NP-Z0-9]{4}[港澳]",
    )
)
_UNUSUAL_PLATES = tuple(
    re.compile(form)
    for form in (
        rf"{_P}[A-HJ-NP-Z]?[0-9]{{4,5}}领",
        r"[0-9]{6}使|使[0-9]{6}",
        rf"{_P}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4,6}}[临超试]",
        rf"{_P}[0-9A-Z\-]{{5,7}}",
    )
)


@dataclass(frozen=True)
class Verdict:
    """`soft` marks a failure that a person may let pass. `reason` is empty where the value is ok."""

    ok: bool
    soft: bool
    reason: str
    normal: str


Validator = Callable[[str, dt.date], Verdict]


def validate(validator: str, value: str, today: dt.date) -> Verdict:
    """The verdict of the validator that materials.yaml calls so.

    Raises KeyError for a name that is not in TABLE.
    """
    return TABLE[validator](value, today)


def vin(value: str, today: dt.date) -> Verdict:
    """17 characters, no I, O or Q; a check digit that differs is a soft failure (imported and old vehicles).

    `normal` reads I as 1, O and Q as 0.
    """
    read = _compact(value)
    normal = read.translate(str.maketrans("IOQ", "100"))
    if len(read) != 17:
        return _hard(f"车辆识别代号应为 17 位，现为 {len(read)} 位", normal)
    if wrong := sorted({sign for sign in read if sign not in _VIN_VALUES}):
        return _hard(f"车辆识别代号不用字符 {'、'.join(wrong)}，请对照原件复核", normal)
    total = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(read, _VIN_WEIGHTS, strict=True))
    if read[8] != "0123456789X"[total % 11]:
        return _soft("车辆识别代号第 9 位校验位不符，请对照原件复核（进口车、老旧车可能如此）", normal)
    return _ok(normal)


def citizen_number(value: str, today: dt.date) -> Verdict:
    """GB 11643: 18 digits with a real birth date and a right check digit;

    15 digits (historical) fail softly.
    """
    read = _compact(value)
    if re.fullmatch(r"[1-9][0-9]{14}", read):
        if _real_date("19" + read[6:12]) is None:
            return _hard("15 位旧身份证号中的出生日期不存在", read)
        return _soft("15 位旧身份证号，请对照原件复核", read)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", read):
        return _hard("身份证号应为 18 位数字（末位可为 X）", read)
    born = _real_date(read[6:14])
    if born is None or born.year < 1800 or born > today:
        return _hard("身份证号中的出生日期不存在", read)
    total = sum(int(sign) * weight for sign, weight in zip(read, _CITIZEN_WEIGHTS, strict=False))
    if read[17] != "10X98765432"[total % 11]:
        return _hard("身份证号校验位不符，至少有一位不对", read)
    return _ok(read)


def credit_code(value: str, today: dt.date) -> Verdict:
    """GB 32100: 18 characters with a check character.

    9 characters are an organisation code (before October 2015).
    """
    read = _compact(value)
    if re.fullmatch(r"[0-9A-Z]{8}-?[0-9X]", read):
        earlier = organisation_code(read, today)
        return (
            _soft("这是 9 位组织机构代码（2015 年 10 月前），请复核", earlier.normal)
            if earlier.ok
            else earlier
        )
    if len(read) != 18 or any(sign not in _CREDIT_SIGNS for sign in read) or not read[2:8].isdigit():
        return _hard("统一社会信用代码应为 18 位数字或大写字母（不用 I、O、S、V、Z）", read)
    total = sum(
        _CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(read, _CREDIT_WEIGHTS, strict=False)
    )
    if read[17] != _CREDIT_SIGNS[-total % 31]:
        return _hard("统一社会信用代码校验位不符，至少有一位不对", read)
    return _ok(read)


def organisation_code(value: str, today: dt.date) -> Verdict:
    """GB 11714: 8 characters and a check character, with or without a hyphen. `normal` has none."""
    read = _compact(value).replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", read):
        return _hard("组织机构代码应为 8 位数字或大写字母，加 1 位校验码", read)
    total = sum(int(sign, 36) * weight for sign, weight in zip(read, _ORGANISATION_WEIGHTS, strict=False))
    if read[8] != "0X987654321"[total % 11]:
        return _hard("组织机构代码校验位不符，至少有一位不对", read)
    return _ok(read)


def plate(value: str, today: dt.date) -> Verdict:
    """GA 36-2018.

    Unverified and historical forms fail softly. `normal` reads O as 0 and I as 1 in the serial.
    """
    read = re.sub(r"[·•・.]", "", _compact(value))
    plain = read.replace("-", "")
    normal = plain[:2] + plain[2:].translate(str.maketrans("IO", "10"))
    if any(form.fullmatch(plain) for form in _PLATES):
        return _ok(normal)
    if any(form.fullmatch(read) for form in _UNUSUAL_PLATES):
        return _soft("号牌号码不是现行常见格式（序号不用字母 I、O），请对照原件复核", normal)
    return _hard("号牌号码格式不符，应为省份简称、发牌机关字母和 5 至 6 位序号", normal)


def name(value: str, today: dt.date) -> Verdict:
    """A person's (2 to 25 ideographs, or Latin letters) or an organisation's name (4 to 120 characters)."""
    read = "".join(unicodedata.normalize("NFKC", value).split())
    if re.fullmatch(r"[\u3400-\u9fff\U00020000-\U000323af·]{2,25}", read):
        return _ok(read)
    if re.fullmatch(r"[A-Za-z.,'’\-]{2,80}", read):
        return _ok(read)
    if 4 <= len(read) <= 120 and re.search(r"[\u3400-\u9fff]", read) and not read.isdigit():
        return _ok(read)
    return _hard("姓名应为 2 至 25 个汉字或拉丁字母，单位名称应为 4 至 120 个字", read)


def date(value: str, today: dt.date) -> Verdict:
    """2026年1月2日, 2026-01-02, 2026.01.02, 2026/01/02, 20260102, a month 2026-01, or 长期.

    `normal` is ISO 8601. A date before 1949-10-01 or after today fails softly: the end of a term may lie
    ahead.
    """
    read = "".join(unicodedata.normalize("NFKC", value).split())
    if read in ("长期", "长期有效"):
        return _ok(OPEN_ENDED.isoformat())
    if month := re.fullmatch(r"([0-9]{4})[年.\-/]([0-9]{1,2})月?", read):
        found, normal = _date_of(int(month[1]), int(month[2]), 1), f"{month[1]}-{int(month[2]):02d}"
    elif parts := _DATE.fullmatch(read):
        year, month_number, day = (int(part) for part in parts.groups() if part is not None)
        found = _date_of(year, month_number, day)
        normal = found.isoformat() if found else read
    else:
        return _hard("日期应写作 2026年01月31日 或 2026-01-31", read)
    if found is None:
        return _hard("没有这个日期", read)
    if found < _EARLIEST_DATE:
        return _soft("日期早于 1949 年 10 月 1 日，请复核", normal)
    return _soft("日期晚于今天；有效期止可以如此，其他日期请复核", normal) if found > today else _ok(normal)


def amount(value: str, today: dt.date) -> Verdict:
    """A sum of money in digits.

    `normal` has two decimals and no signs. Words against digits: see the cross-checks.
    """
    read = re.sub(r"[¥¥,元\s]", "", unicodedata.normalize("NFKC", value))
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", read):
        return _hard("金额应为数字，最多两位小数", read)
    whole, _, cents = read.partition(".")
    return _ok(f"{int(whole)}.{cents:0<2}")


def _form(pattern: str, reason: str, *, verified: bool = True) -> Validator:
    """A validator that only knows a form. A form that the catalogue has not verified fails softly."""
    compiled = re.compile(pattern)

    def check(value: str, today: dt.date) -> Verdict:
        read = _compact(value)
        if compiled.fullmatch(read):
            return _ok(read)
        return _hard(reason, read) if verified else _soft(f"{reason}（规则未经核实，请复核）", read)

    return check


def _compact(value: str) -> str:
    """Without spaces, in capitals, full-width forms folded."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def _real_date(digits: str) -> dt.date | None:
    return _date_of(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def _date_of(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _ok(normal: str) -> Verdict:
    return Verdict(True, False, "", normal)


def _soft(reason: str, normal: str) -> Verdict:
    return Verdict(False, True, reason, normal)


def _hard(reason: str, normal: str) -> Verdict:
    return Verdict(False, False, reason, normal)


TABLE: Mapping[str, Validator] = {
    "vin": vin,
    "cn_id": citizen_number,
    "uscc": credit_code,
    "org_code": organisation_code,
    "plate_no": plate,
    "name": name,
    "date": date,
    "amount_cn": amount,
    "invoice_code": _form(r"[0-9]{12}", "发票代码应为 12 位数字"),
    "invoice_no": _form(r"[0-9]{8}|[0-9]{20}", "发票号码应为 8 位数字，数电发票为 20 位"),
    "engine_no": _form(r"[A-Z0-9*\-/#]{4,30}", "发动机号应为 4 至 30 位字母、数字"),
    "reg_cert_no": _form(r"[0-9]{12}", "机动车登记证书编号应为 12 位数字", verified=False),
    "file_no": _form(r"[0-9]{12}", "档案编号应为 12 位数字", verified=False),
    "chip_no": _form(r"[0-9]{13}", "证芯编号应为 13 位数字", verified=False),
    "policy_no": _form(r"[A-Z0-9]{15,25}", "保险单号应为 15 至 25 位字母、数字"),
    "lsh": _form(r"[0-9A-Z]{13}", "业务流水号应为 13 位数字或大写字母", verified=False),
    "license_class": _form(r"(A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M|N|P)+", "准驾车型代号不存在"),
    "hmt_permit": _form(
        r"[HM][0-9]{8}([0-9]{2})?|[0-9]{8}([0-9]{2})?|8[123]0000[0-9]{11}[0-9X]", "港澳台证件号码格式不符"
    ),
    "passport": _form(r"[A-Z0-9]{5,17}", "护照号码应为 5 至 17 位字母、数字"),
    "phone": _form(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}", "电话应为 11 位手机号，或区号加 7 至 8 位号码"),
}
