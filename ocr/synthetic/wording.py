"""What the papers of each type say: titles, labels, sentences, issuers, and what is filled in.

Knows the file wording.yaml, how its short notation reads, and how a field of the catalogue is written out for
one identity (text on paper, canonical value in the truth). Knows no canvas and no arrangement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml

from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity

T = TypeVar("T")
Made = str | date | tuple[str, str]  # a text, a day, or a text and its canonical value

_FILE = Path(__file__).with_name("wording.yaml")
_SLOT = re.compile(r"<(@?\w+)>")


@dataclass(frozen=True)
class Entry:
    """A label with its synonyms and what may stand beside it. `code`: the field it is, if it is one."""

    labels: tuple[str, ...]
    contents: tuple[str, ...]
    code: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Choice:
    """A label with tick boxes."""

    labels: tuple[str, ...]
    options: tuple[str, ...]
    code: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Variant:
    """One kind of document within a type: its titles, the ways it is arranged, and all that it may say."""

    titles: tuple[str, ...]
    kinds: Mapping[str, float]
    fields: tuple[Entry, ...]
    others: tuple[Entry, ...]
    ticks: tuple[Choice, ...]
    text: tuple[str, ...]
    notes: tuple[str, ...]
    issuers: tuple[str, ...]
    seals: tuple[str, ...]
    signers: tuple[str, ...]
    presence: frozenset[str]

    @property
    def required(self) -> frozenset[str]:
        """The field codes that a page of this variant always shows."""
        return frozenset(entry.code for entry in self._coded() if entry.required and entry.code)

    @property
    def codes(self) -> frozenset[str]:
        """The field codes that a page of this variant may show."""
        return frozenset(entry.code for entry in self._coded() if entry.code) | {
            f"{presence}_present" for presence in self.presence
        }

    def _coded(self) -> tuple[Entry | Choice, ...]:
        return (*self.fields, *self.ticks)


@dataclass(frozen=True)
class Piece:
    """A run of text; with a code it is the value of a field."""

    text: str
    filled: bool = False
    code: str | None = None
    canonical: str | None = None


@cache
def materials() -> Mapping[str, tuple[Variant, ...]]:
    """The variants of every material type that has wording."""
    return {code: _variants(entry) for code, entry in _content()["materials"].items()}


@cache
def strangers() -> Mapping[str, tuple[Variant, ...]]:
    """The variants of papers that are of no known type."""
    return {name: _variants(entry) for name, entry in _content()["strangers"].items()}


@cache
def headings() -> frozenset[str]:
    """Every title of a known type, in one line and without what is filled in."""
    return frozenset(
        _SLOT.sub("", part)
        for variants in materials().values()
        for variant in variants
        for title in variant.titles
        for part in (title.replace("//", ""), title.split("//")[-1])
    )


@cache
def cited(material: str) -> tuple[str, ...]:
    """Titles of the other types, as running text mentions them."""
    return tuple(
        title
        for code, variants in materials().items()
        if code != material
        for variant in variants
        for title in variant.titles
        if "<" not in title and "//" not in title and "　" not in title
    )


def pick(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


class Writer:
    """Fills slots for one page: a field has one value wherever it stands, dates one form."""

    def __init__(self, identity: Identity, rng: np.random.Generator, codes: frozenset[str], material: str):
        self.identity, self.rng, self.codes, self.material = identity, rng, codes, material
        self._made: dict[str, Piece] = {}
        self._form = pick(rng, ("{0.year}年{0.month:02d}月{0.day:02d}日", "{0:%Y-%m-%d}", "{0:%Y.%m.%d}"))

    def piece(self, slot: str) -> Piece:
        """What stands in a slot: a field's value, or for @words something invented each time."""
        if slot.startswith("@"):
            return Piece(self._text(_INVENTED[slot[1:]](self.identity, self.rng))[0], filled=True)
        if slot not in self._made:
            make = _SPECIAL.get((self.material, slot)) or _FIELDS[slot]
            text, canonical = self._text(make(self.identity, self.rng))
            self._made[slot] = Piece(text, True, slot if slot in self.codes else None, canonical)
        return self._made[slot]

    def pieces(self, template: str) -> list[Piece]:
        """A sentence with its slots filled."""
        parts = _SLOT.split(template)
        return [self.piece(part) if index % 2 else Piece(part) for index, part in enumerate(parts) if part]

    def plain(self, template: str) -> str:
        return "".join(piece.text for piece in self.pieces(template))

    def content(self, entry: Entry) -> Piece:
        """What stands beside a label."""
        if entry.code:
            return self.piece(entry.code)
        return Piece(self.plain(pick(self.rng, entry.contents)), filled=True)

    def _text(self, made: Made) -> tuple[str, str]:
        if isinstance(made, date):
            return self._form.format(made), made.isoformat()
        return made if isinstance(made, tuple) else (made, made)


def _content() -> Mapping[str, Any]:
    with _FILE.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _variants(entry: Mapping[str, Any]) -> tuple[Variant, ...]:
    return tuple(_variant(entry, own) for own in entry["variants"])


def _variant(shared: Mapping[str, Any], own: Mapping[str, Any]) -> Variant:
    said = {**shared, **own}
    lacking = set(own.get("lacks", "").split())
    only = set(own["only"].split()) if "only" in own else None
    fields = [
        Entry(labels, (), name.rstrip("*"), name.endswith("*") and name.rstrip("*") not in lacking)
        for name, labels in _pairs(said.get("fields", ""))
    ]
    others = [] if only else _pairs(shared.get("others", ""))
    others += _pairs(own.get("others", ""))
    return Variant(
        titles=tuple(said["titles"].split("|")),
        kinds={kind: float(weight) for kind, weight in (k.split("=") for k in said["kinds"].split())},
        fields=tuple(f for f in fields if only is None or f.code in only),
        others=tuple(Entry(tuple(label.split("|")), contents) for label, contents in others),
        ticks=tuple(_choice(tick) for tick in said.get("ticks", "").split("; ") if tick),
        text=tuple(said.get("text", ())),
        notes=tuple(said.get("notes", ())),
        issuers=tuple(said.get("issuer", "").split("|")) if said.get("issuer") else (),
        seals=tuple(said.get("seal", "").split("|")) if said.get("seal") else (),
        signers=tuple(said.get("signers", "").split("|")) if said.get("signers") else (),
        presence=frozenset(said.get("presence", "").split()),
    )


def _pairs(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """`a=b|c; d=e` as (a, (b, c)), (d, (e,))."""
    found = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    return [(name, tuple(values.split("|"))) for name, _, values in found]


def _choice(text: str) -> Choice:
    name, _, rest = text.partition("=")
    labels, _, options = rest.partition(":")
    code = None if name == "-" else name.rstrip("*")
    return Choice(tuple(labels.split("|")), tuple(options.split("/")), code, name.endswith("*"))


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _one_of(*values: str) -> Callable[[Identity, np.random.Generator], str]:
    return lambda identity, rng: pick(rng, values)


def _number(form: str) -> Callable[[Identity, np.random.Generator], str]:
    """A document number: `#` stands for a digit, `Y` for the year."""

    def make(identity: Identity, rng: np.random.Generator) -> str:
        made = form.replace("Y", str(identity.day.year))
        return "".join(_digits(rng, 1) if sign == "#" else sign for sign in made)

    return make


def _ago(least: int, most: int) -> Callable[[Identity, np.random.Generator], date]:
    return lambda identity, rng: identity.day - timedelta(days=int(rng.integers(least, most + 1)))


def _ahead(least: int, most: int) -> Callable[[Identity, np.random.Generator], date]:
    return lambda identity, rng: identity.day + timedelta(days=int(rng.integers(least, most + 1)))


def _valid_to(identity: Identity, rng: np.random.Generator) -> Made:
    return identity.owner.id_valid_to or ("长期", "长期")


def _inspected_to(identity: Identity, rng: np.random.Generator) -> Made:
    day = _ahead(40, 700)(identity, rng)
    return f"检验有效期至{day:%Y年%m月}", f"{day:%Y-%m}"


def _amount(identity: Identity, rng: np.random.Generator) -> Made:
    price = identity.deal.price
    return pick(rng, (f"￥{price}.00", f"{price}.00", f"￥{price:,}.00")), f"{price}.00"


_NAMES = ("甄样本", "贾演示", "示例安", "范文样", "白样芳", "云试华", "江明示", "方文例", "林一样", "金小样")
_FIRMS = (
    "示例市远行汽车贸易有限公司",
    "演示区样本物流有限公司",
    "示例市虚构科技股份有限公司",
    "范例县青禾运输有限公司",
    "示例市假想商贸有限公司",
    "演示市样张机械制造厂",
)
_CITIES = ("示例市", "演示市", "样本市", "范例市", "虚构省假想市", "示例省示例市")
_TOWNS = ("演示区", "样本区", "范例县", "假想区", "虚构县")
_STREETS = ("样例路", "示范路", "演示大道", "虚构路", "范本街", "测试路", "假想路", "样张街")

_Make = Callable[[Identity, np.random.Generator], Made]

_INVENTED: dict[str, _Make] = {
    "city": _one_of(*_CITIES),
    "town": _one_of(*_TOWNS),
    "street": _one_of(*_STREETS),
    "firm": _one_of(*_FIRMS),
    "person": _one_of(*_NAMES),
    "kin": _one_of("儿子", "女儿", "配偶", "父亲"),
    "office": _one_of(*(f"{city}公安局交通警察支队" for city in _CITIES[:4])),
    "court": lambda identity, rng: pick(
        rng, (f"{pick(rng, _CITIES[:4])}{pick(rng, _TOWNS)}人民法院", f"{pick(rng, _CITIES[:4])}中级人民法院")
    ),
    "number": lambda identity, rng: _digits(rng, int(rng.integers(4, 9))),
    "cipher": lambda identity, rng: "".join(rng.choice(list("0123456789<>+-*/"), 28)),
    "money": lambda identity, rng: f"{int(rng.integers(10, 90_000))}.{_digits(rng, 2)}",
    "capitals": lambda identity, rng: in_capitals(identity.deal.price),
    "day": _ago(1, 3000),
}

_FIELDS: dict[str, _Make] = {
    "vin": lambda i, r: i.vehicle.vin,
    "plate_no": lambda i, r: i.vehicle.plate_no,
    "plate_type": lambda i, r: (i.vehicle.plate_type_name, i.vehicle.plate_type),
    "engine_no": lambda i, r: i.vehicle.engine_no,
    "engine_model": lambda i, r: i.vehicle.engine_model,
    "brand_model": lambda i, r: i.vehicle.brand_model,
    "vehicle_type": lambda i, r: ("小型轿车", i.vehicle.vehicle_type),
    "vehicle_name": _one_of("轿车", "纯电动轿车", "多用途乘用车"),
    "vehicle_shape": _one_of("轿车"),
    "use_nature": lambda i, r: ("非营运", i.vehicle.use_nature),
    "body_color": lambda i, r: (i.vehicle.body_color + pick(r, ("", "色")), i.vehicle.body_color),
    "fuel_type": lambda i, r: i.vehicle.fuel_type,
    "seating": lambda i, r: str(i.vehicle.seating),
    "curb_mass": lambda i, r: str(i.vehicle.curb_mass),
    "gross_mass": lambda i, r: str(i.vehicle.gross_mass),
    "outline_dims": lambda i, r: i.vehicle.outline_dims,
    "tyre_spec": lambda i, r: i.vehicle.tyre_spec,
    "manufacturer": lambda i, r: i.vehicle.manufacturer,
    "make_date": lambda i, r: i.vehicle.make_date,
    "reg_date": lambda i, r: i.vehicle.reg_date,
    "reg_cert_no": lambda i, r: i.vehicle.reg_cert_no,
    "cert_no": lambda i, r: i.vehicle.cert_no,
    "license_chip_no": lambda i, r: i.vehicle.license_chip_no,
    "owner_name": lambda i, r: i.owner.name,
    "person_name": lambda i, r: i.owner.name,
    "principal_name": lambda i, r: i.owner.name,
    "taxpayer_name": lambda i, r: i.owner.name,
    "buyer_name": lambda i, r: i.owner.name,
    "insured_name": lambda i, r: i.owner.name,
    "seller_name": lambda i, r: i.deal.dealer,
    "agent_name": lambda i, r: i.previous.name,
    "agent_id_number": lambda i, r: i.previous.id_number,
    "spouse_name": lambda i, r: i.previous.name,
    "former_name": lambda i, r: i.previous.name,
    "id_number": lambda i, r: i.owner.id_number,
    "gender": lambda i, r: i.owner.gender,
    "ethnicity": lambda i, r: i.owner.ethnicity,
    "birth_date": lambda i, r: i.owner.birth_date,
    "address": lambda i, r: i.owner.address,
    "phone": lambda i, r: i.owner.phone,
    "id_issuer": lambda i, r: i.owner.id_issuer,
    "id_valid_from": lambda i, r: i.owner.id_valid_from,
    "id_valid_to": _valid_to,
    "uscc": lambda i, r: i.deal.dealer_tax_no,
    "seller_tax_no": lambda i, r: i.deal.dealer_tax_no,
    "org_name": lambda i, r: i.deal.dealer,
    "legal_rep": lambda i, r: i.previous.name,
    "invoice_code": lambda i, r: i.deal.invoice_code,
    "invoice_no": lambda i, r: i.deal.invoice_no,
    "price_total": _amount,
    "market_name": lambda i, r: i.deal.market,
    "import_cert_no": _number("XⅡ########"),
    "tax_cert_no": lambda i, r: i.deal.tax_cert_no,
    "policy_no": lambda i, r: i.deal.policy_no,
    "insurer": lambda i, r: i.deal.insurer,
    "insure_from": lambda i, r: i.deal.insure_from,
    "insure_to": lambda i, r: i.deal.insure_to,
    "vehicle_tax": lambda i, r: pick(r, (("￥300.00元", "300.00"), ("￥450.00元", "450.00"))),
    "file_no": lambda i, r: i.licence.file_no,
    "license_class": lambda i, r: i.licence.license_class,
    "first_issue_date": lambda i, r: i.licence.first_issue_date,
    "license_valid_from": lambda i, r: i.licence.valid_from,
    "license_valid_to": lambda i, r: i.licence.valid_to,
    "hospital": lambda i, r: i.deal.hospital,
    "inspector": lambda i, r: i.deal.inspector,
    "operator": lambda i, r: i.deal.clerk,
    "lsh": lambda i, r: i.transaction_number,
    "jylsh": _number("3101Y########"),
    "report_no": _number("3101Y0#######"),
    "result": _one_of("合格"),
    "issue_date": _ago(0, 60),
    "sign_date": lambda i, r: i.day,
    "accept_date": lambda i, r: i.day,
    "inspect_date": _ago(0, 40),
    "exam_date": _ago(0, 90),
    "valid_to": _ahead(20, 1500),
    "biz_valid_to": _ahead(400, 9000),
    "tax_period_to": lambda i, r: i.day.replace(month=12, day=31),
    "inspect_valid_to": _inspected_to,
    "household_no": _number("0########"),
    "relation_to_head": _one_of("户主", "妻", "子", "女"),
    "residence_permit_no": _number("3101Y######"),
    "military_id_no": _number("军字第#######号"),
    "military_license_no": _number("########"),
    "unit_name": _one_of("第九九九九部队", "示例战区某部", "武警示例市总队"),
    "hmt_permit_no": _number("H0#######"),
    "passport_no": _number("E########"),
    "visa_no": _number("B#######"),
    "nationality": _one_of("示例国", "UTOPIA", "示例合众国"),
    "country": _one_of("示例国", "UTOPIA", "示例合众国"),
    "entrust_scope": _one_of("机动车转移登记", "机动车注册登记", "补领机动车登记证书", "机动车抵押登记"),
    "changed_value": _one_of(
        "车身颜色变更为白色", "更换发动机，号码见来历凭证", "住所变更为演示区样例路66号"
    ),
    "mortgagee_name": _one_of("示例银行股份有限公司演示支行", "示例汽车金融有限公司", "演示典当有限公司"),
    "reason": _one_of("丢失", "损坏", "出国工作", "因病住院", "服兵役", "醉酒后驾驶机动车", "因病医治无效"),
    "accept_dept": _one_of("车管所一分所", "车辆管理所业务大厅", "示例市车管所"),
    "corrected_item": _one_of("发动机号", "车身颜色", "机动车所有人身份证号码", "车辆识别代号"),
    "before_value": _one_of("A123456", "白", "录入有误"),
    "after_value": _one_of("A123466", "灰", "按原始凭证"),
    "approver": _one_of(*_NAMES),
    "case_no": _number("（Y）示0101执####号"),
    "court_name": _one_of("示例市演示区人民法院", "演示市中级人民法院", "示例市仲裁委员会"),
    "customs_name": _one_of("示例海关", "示例口岸海关"),
    "env_info_no": _number("CN QQ G6 Z2 00######## ######"),
    "recycle_cert_no": _number("3101Y####"),
    "recycler_name": _one_of("示例再生资源回收利用有限公司", "演示报废汽车回收拆解有限公司"),
    "lost_reason": _one_of("发动机舱自燃起火", "洪水冲走", "遭遇泥石流掩埋"),
    "issuer": _one_of("示例市公安局交通警察支队", "示例市公安局演示分局"),
    "contract_no": _number("示抵字Y第####号"),
    "permit_no": _number("交运管许可示字310#########号"),
    "route": _one_of("样例小学—示范路—演示小区", "演示客运站至样本镇"),
    "height": lambda i, r: str(int(r.integers(155, 190))),
    "vision_left": _one_of("5.0", "4.9", "5.1"),
    "vision_right": _one_of("5.0", "4.9", "5.1"),
    "color_vision": _one_of("正常", "无红绿色盲"),
    "hearing": _one_of("正常", "合格"),
    "limbs": _one_of("合格", "正常", "运动功能正常"),
    "doctor": _one_of(*_NAMES),
    "school_name": _one_of("示例机动车驾驶员培训有限公司", "演示驾校"),
    "train_hours": _one_of("62", "58", "40"),
    "study_hours": _one_of("3", "7", "30"),
    "foreign_license_no": _number("D#######"),
    "translator": _one_of("示例翻译有限公司", "演示翻译中心"),
    "subject": _one_of("科目一", "科目二", "科目三", "科目三安全文明驾驶常识"),
    "score": lambda i, r: str(int(r.integers(80, 101))),
    "examiner": _one_of(*_NAMES),
    "exam_site": _one_of("示例市第一考场", "演示区考试中心", "样本路考试路线3号"),
    "doc_no": _number("示公交决字〔Y〕第####号"),
    "quota_no": _number("GR#########"),
    "quota_kind": _one_of("个人在用客车额度", "单位非营业性客车额度", "新能源专用牌照额度", "更新额度"),
    "dossier_no": _number("31010########"),
    "temp_plate_no": _number("沪A####临"),
    "station_name": _one_of("示例市示例机动车检测有限公司", "演示机动车检测站"),
    "transfer_records": _one_of("无", "转移登记1次"),
    "mortgage_records": _one_of("无", "抵押登记，抵押权人示例银行"),
}

# Where the papers of one type give a field another meaning.
_SPECIAL: dict[tuple[str, str], _Make] = {
    ("M-SR-02", "seller_name"): lambda i, r: i.previous.name,
    ("M-SR-03", "issue_date"): _ago(20, 400),
    ("M-SR-04", "owner_name"): lambda i, r: i.previous.name,
    ("M-SR-04", "cert_no"): _number("（Y）示证民字第####号"),
    ("M-SR-05", "cert_no"): _number("示拍成字〔Y〕####号"),
    ("M-ID-09", "cert_no"): _number("J310101-Y-00####"),
    ("M-MG-01", "sign_date"): _ago(0, 900),
    ("M-TX-02", "tax_cert_no"): _number("33101Y########"),
    ("M-SR-06", "engine_no"): _number("#B######"),
    ("M-DR-10", "reason"): _one_of(
        "醉酒后驾驶机动车", "因病医治无效", "以欺骗手段取得驾驶证", "重度智力残疾"
    ),
    ("M-DR-08", "reason"): _one_of("出国工作", "因病住院", "服兵役", "在境外学习"),
    ("M-FM-04", "reason"): _one_of("丢失", "损坏", "灭失", "污损"),
}
