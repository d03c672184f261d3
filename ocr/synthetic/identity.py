"""Who and what a case is about: invented people, vehicles, licences and document numbers, with valid check
digits.

Knows the number rules (VIN, citizen number, unified social credit code) and small lists of invented name
parts. Knows nothing of pages. District codes are real, since a citizen number needs one; persons, makers,
firms, streets and plates are made up, and the maker codes (LX7, LW7, LU7) belong to no maker that we know of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

import numpy as np

T = TypeVar("T")
# 号牌种类 (GA/T 16.7) of the plates that a passenger car may bear.
PLATE_TYPES = {
    "02": "小型汽车",
    "16": "教练汽车",
    "23": "警用汽车",
    "26": "香港入出境车",
    "27": "澳门入出境车",
    "52": "小型新能源汽车",
}
BEIJING_TIME = timezone(timedelta(hours=8))

_VIN_VALUES = {
    **{str(d): d for d in range(10)},
    **dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    ),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_YEAR_CODES = "123456789ABCDEFGHJKLMNPRSTVWXY"  # 2001 is 1; thirty years, then again

_SURNAMES = "甄贾示范白黑云石江方乐安平常金水林叶柳夏"
_GIVEN = (
    "示例",
    "演示",
    "样本",
    "小样",
    "一样",
    "大样",
    "文样",
    "示华",
    "示明",
    "示芳",
    "例平",
    "例文",
    "例安",
    "演文",
    "演平",
    "演华",
    "试华",
    "试文",
    "样安",
    "样芳",
    "明示",
    "文例",
    "安例",
    "华样",
    "芳样",
    "例",
    "样",
    "演",
)
_DISTRICTS = (
    ("310101", "上海市黄浦区"),
    ("310104", "上海市徐汇区"),
    ("310105", "上海市长宁区"),
    ("310106", "上海市静安区"),
    ("310107", "上海市普陀区"),
    ("310109", "上海市虹口区"),
    ("310110", "上海市杨浦区"),
    ("310112", "上海市闵行区"),
    ("310113", "上海市宝山区"),
    ("310114", "上海市嘉定区"),
    ("310115", "上海市浦东新区"),
    ("310117", "上海市松江区"),
)
_STREETS = ("样例路", "示范路", "演示大道", "虚构路", "范本街", "测试路", "假想路", "样张街")
_MAKERS = (
    ("星辰牌", "星辰汽车（示例）有限公司", "LX7", "XC"),
    ("云帆牌", "云帆汽车制造（示例）有限公司", "LW7", "YF"),
    ("青禾牌", "青禾汽车（演示）股份有限公司", "LU7", "QH"),
    ("远岚牌", "远岚汽车工业（示例）有限公司", "LX7", "YL"),
    ("朝野牌", "朝野汽车（演示）有限公司", "LW7", "ZY"),
)
_HOME, _ELSEWHERE = "沪", "京津冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# How a plate of a type ends where it ends in no figure, and how often a car without a motor of new energy has it.
_PLATE_ENDS = {"16": "学", "23": "警", "26": "港", "27": "澳"}
_PLATE_SHARES = {"02": 0.92, "16": 0.03, "23": 0.03, "26": 0.01, "27": 0.01}
_COLOURS = ("白", "灰", "黑", "蓝", "红", "棕")
_DEALERS = (
    "示例市星辰汽车销售服务有限公司",
    "示例市远行汽车贸易有限公司",
    "演示区青禾汽车销售有限公司",
    "示例市云帆汽车销售有限公司",
)
_MARKETS = ("示例市旧机动车交易市场有限公司", "示例市演示二手车交易市场有限公司")
_INSURERS = (
    "示例财产保险股份有限公司示例市分公司",
    "演示财产保险股份有限公司演示区支公司",
    "样本财产保险股份有限公司示例市分公司",
)
_HOSPITALS = ("示例市演示区中心医院", "示例市第九十九人民医院", "演示区样例路社区卫生服务中心")


@dataclass(frozen=True)
class Person:
    """A natural person and the identity card that proves it; `id_valid_to` None means 长期."""

    name: str
    id_number: str
    gender: str
    ethnicity: str
    birth_date: date
    address: str
    phone: str
    id_issuer: str
    id_valid_from: date
    id_valid_to: date | None


@dataclass(frozen=True)
class Vehicle:
    """A vehicle and the numbers that its papers share. Masses in kg, dimensions in mm."""

    vin: str
    plate_no: str
    plate_type: str
    engine_no: str
    engine_model: str
    brand: str
    model: str
    manufacturer: str
    vehicle_type: str
    use_nature: str
    body_color: str
    fuel_type: str
    displacement: int
    power: float
    seating: int
    curb_mass: int
    gross_mass: int
    outline_dims: str
    tyre_spec: str
    make_date: date
    reg_date: date
    cert_no: str
    reg_cert_no: str
    license_chip_no: str

    @property
    def brand_model(self) -> str:
        return self.brand + self.model

    @property
    def plate_type_name(self) -> str:
        return PLATE_TYPES[self.plate_type]

    @property
    def electric(self) -> bool:
        return self.plate_type == "52"


@dataclass(frozen=True)
class Licence:
    """A driving licence."""

    file_no: str
    license_class: str
    first_issue_date: date
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Deal:
    """Numbers and parties of the sale, the insurance and the tax that a case's papers mention. Price in
    yuan."""

    price: int
    invoice_code: str
    invoice_no: str
    invoice_date: date
    dealer: str
    dealer_tax_no: str
    market: str
    policy_no: str
    insurer: str
    insure_from: date
    insure_to: date
    tax_cert_no: str
    hospital: str
    inspector: str
    clerk: str


@dataclass(frozen=True)
class Identity:
    """Everything that the papers of one case agree on. `previous` is the seller where a vehicle changes
    hands."""

    transaction_number: str
    item: str
    accepted_at: datetime
    owner: Person
    previous: Person
    vehicle: Vehicle
    licence: Licence
    deal: Deal

    @property
    def day(self) -> date:
        return self.accepted_at.date()


def vin_check_digit(vin: str) -> str:
    """The ISO 3779 check digit for 17 characters, whatever stands at the ninth place."""
    remainder = sum(_VIN_VALUES[c] * w for c, w in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def citizen_check_digit(number: str) -> str:
    """The MOD 11-2 check digit for the first 17 digits of a citizen number."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], _CITIZEN_WEIGHTS, strict=True)) % 11]


def credit_check_character(code: str) -> str:
    """The MOD 31-3 check character for the first 17 characters of a unified social credit code."""
    total = sum(_CREDIT_CHARACTERS.index(c) * w for c, w in zip(code[:17], _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_CHARACTERS[(31 - total % 31) % 31]


def organisation_check_character(code: str) -> str:
    """The GB 11714 check character for the first eight characters of an organisation code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * w for c, w in zip(code[:8], weights, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def invent(rng: np.random.Generator, item: str, accepted_at: datetime, serial: int) -> Identity:
    """A consistent identity for one case. `serial` (below a million) makes the transaction number unique."""
    day = accepted_at.date()
    prefix = "2" if item.startswith("D-") else "1"
    owner = _person(rng, day)
    previous = _person(rng, day)
    while previous.name == owner.name:
        previous = _person(rng, day)
    fresh = item == "V-REG-01"
    return Identity(
        transaction_number=f"{prefix}{day:%y%m%d}{serial:06d}",
        item=item,
        accepted_at=accepted_at,
        owner=owner,
        previous=previous,
        vehicle=_vehicle(rng, day, fresh),
        licence=_licence(rng, day),
        deal=_deal(rng, day, fresh),
    )


def anyone(rng: np.random.Generator, number: int) -> Identity:
    """Somebody who came on a day of the last years with any errand; `number` makes the transaction's unique."""
    day = datetime(2026, 3, 2, 10, tzinfo=BEIJING_TIME) - timedelta(days=int(rng.integers(0, 3000)))
    item = ("V-REG-01", "V-TRF-01", "D-REN-08")[int(rng.integers(3))]
    return invent(rng, item, day, number % 1_000_000)


def with_other_vin(rng: np.random.Generator, identity: Identity) -> Identity:
    """The same identity with a VIN of another vehicle: two serial digits differ, the check digit is valid."""
    vin = list(identity.vehicle.vin)
    for place in rng.choice(np.arange(12, 17), size=2, replace=False):
        vin[place] = str((int(vin[place]) + int(rng.integers(1, 10))) % 10)
    vin[8] = vin_check_digit("".join(vin))
    return replace(identity, vehicle=replace(identity.vehicle, vin="".join(vin)))


def with_other_owner(rng: np.random.Generator, identity: Identity) -> Identity:
    """The same identity with an owner of another name; the number stays."""
    name = identity.owner.name
    while name in (identity.owner.name, identity.previous.name):
        name = _name(rng)
    return replace(identity, owner=replace(identity.owner, name=name))


def with_wrong_check_digit(rng: np.random.Generator, identity: Identity) -> Identity:
    """The same identity with a citizen number whose last character is wrong."""
    number = identity.owner.id_number
    wrong = str(rng.choice([d for d in "0123456789" if d != number[-1]]))
    return replace(identity, owner=replace(identity.owner, id_number=number[:-1] + wrong))


def _pick(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _name(rng: np.random.Generator) -> str:
    return _pick(rng, _SURNAMES) + _pick(rng, _GIVEN)


def _before(rng: np.random.Generator, day: date, least: int, most: int) -> date:
    """A day between `least` and `most` days before `day`."""
    return day - timedelta(days=int(rng.integers(least, most + 1)))


def _years_after(day: date, years: int) -> date:
    """The same day in another year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _person(rng: np.random.Generator, day: date) -> Person:
    birth = _before(rng, day, 365 * 24, 365 * 62)
    district, place = _pick(rng, _DISTRICTS)
    order = int(rng.integers(1, 1000))
    head = f"{district}{birth:%Y%m%d}{order:03d}"
    issued = _before(rng, day, 200, 365 * 8)
    years = 10 if (issued - birth).days < 365.25 * 26 else 20
    valid_to = None if (issued - birth).days > 365.25 * 46 else _years_after(issued, years)
    lane, house, flat = rng.integers(1, 1800), rng.integers(1, 99), rng.integers(101, 1803)
    address = f"示例市演示区{_pick(rng, _STREETS)}{lane}弄{house}号{flat}室"
    return Person(
        name=_name(rng),
        id_number=head + citizen_check_digit(head),
        gender="男" if order % 2 else "女",
        ethnicity="汉",
        birth_date=birth,
        address=address,
        phone="139" + "0000" + _digits(rng, 4),
        id_issuer=f"示例市公安局{place[3:5]}分局",
        id_valid_from=issued,
        id_valid_to=valid_to,
    )


def _vehicle(rng: np.random.Generator, day: date, fresh: bool) -> Vehicle:
    brand, manufacturer, maker_code, letters = _pick(rng, _MAKERS)
    electric = rng.random() < 0.3
    made = _before(rng, day, 20, 90) if fresh else _before(rng, day, 500, 3200)
    registered = day if fresh else made + timedelta(days=int(rng.integers(15, 60)))
    curb = int(rng.integers(1150, 1950))
    length, width, height = rng.integers(4200, 4950), rng.integers(1750, 1920), rng.integers(1440, 1720)
    plate_no, plate_type = _plate(rng, electric)
    engine_model = (
        f"{letters}{rng.choice(['TZ180', 'TZ210']) if electric else rng.choice(['4G15', '4G18', '4T20'])}"
    )
    return Vehicle(
        vin=_vin(rng, maker_code, made.year),
        plate_no=plate_no,
        plate_type=plate_type,
        engine_no=_digits(rng, 1) + str(rng.choice(list("ABCDEFGH"))) + _digits(rng, 6),
        engine_model=engine_model,
        brand=brand,
        model=f"{letters}{rng.integers(6, 8)}{rng.integers(100, 999)}{rng.choice(list('ABDEFGH'))}"
        + ("BEV" if electric else ""),
        manufacturer=manufacturer,
        vehicle_type="K33",
        use_nature="A",
        body_color=_pick(rng, _COLOURS),
        fuel_type="电" if electric else "汽油",
        displacement=0 if electric else int(rng.choice([1498, 1598, 1798, 1998])),
        power=float(rng.integers(70, 160)),
        seating=5,
        curb_mass=curb,
        gross_mass=curb + int(rng.integers(375, 450)),
        outline_dims=f"{length}×{width}×{height}",
        tyre_spec=str(rng.choice(["205/55R16", "215/60R17", "225/50R18"])),
        make_date=made,
        reg_date=registered,
        cert_no=f"W{letters}{_digits(rng, 12)}",
        reg_cert_no="31" + _digits(rng, 10),
        license_chip_no="31" + _digits(rng, 11),
    )


def _vin(rng: np.random.Generator, maker_code: str, year: int) -> str:
    letters = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ0123456789"))
    body = "".join(rng.choice(letters, 5))
    plain = (
        f"{maker_code}{body}0{_YEAR_CODES[(year - 2001) % 30]}{rng.choice(list('ABCDEFG'))}{_digits(rng, 6)}"
    )
    return plain[:8] + vin_check_digit(plain) + plain[9:]


def _plate(rng: np.random.Generator, electric: bool) -> tuple[str, str]:
    """A plate's number and its type. Half of the plates are of the home province."""
    kind = "52" if electric else str(rng.choice(list(_PLATE_SHARES), p=list(_PLATE_SHARES.values())))
    if kind in ("26", "27"):
        return f"粤Z{_serial(rng, 4)}{_PLATE_ENDS[kind]}", kind
    office = (_HOME if rng.random() < 0.5 else _pick(rng, _ELSEWHERE)) + _pick(rng, _PLATE_LETTERS[:14])
    if electric:
        return (
            f"{office}{_pick(rng, 'ABCDEFGHJK')}{_pick(rng, _PLATE_LETTERS + '0123456789')}{_digits(rng, 4)}",
            kind,
        )
    if kind in _PLATE_ENDS:
        return f"{office}{_serial(rng, 4)}{_PLATE_ENDS[kind]}", kind
    return f"{office}{_serial(rng, 5)}", kind


def _serial(rng: np.random.Generator, length: int) -> str:
    """Figures with up to two letters among them."""
    signs = list(_digits(rng, length))
    for place in rng.choice(length, int(rng.integers(3)), replace=False):
        signs[place] = _pick(rng, _PLATE_LETTERS)
    return "".join(signs)


def _licence(rng: np.random.Generator, day: date) -> Licence:
    first = _before(rng, day, 700, 4800)
    valid_from = first if (day - first).days < 6 * 365 else _years_after(first, 6)
    valid_to = _years_after(valid_from, 6 if valid_from == first else 10)
    return Licence(
        file_no="3101" + _digits(rng, 8),
        license_class=str(rng.choice(["C1", "C1", "C1", "C2", "B2", "A2"])),
        first_issue_date=first,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _deal(rng: np.random.Generator, day: date, fresh: bool) -> Deal:
    organisation = "MA9" + _digits(rng, 5)
    head = "91310000" + organisation + organisation_check_character(organisation)
    insure_from = _before(rng, day, 0, 12)
    return Deal(
        price=int(rng.integers(300, 3200)) * 100 if not fresh else int(rng.integers(780, 3600)) * 100,
        invoice_code="1310" + f"{day:%y}" + _digits(rng, 6),
        invoice_no=_digits(rng, 8),
        invoice_date=_before(rng, day, 0, 15),
        dealer=_pick(rng, _DEALERS),
        dealer_tax_no=head + credit_check_character(head),
        market=_pick(rng, _MARKETS),
        policy_no="PDZA" + f"{insure_from:%Y}" + "3101" + _digits(rng, 10),
        insurer=_pick(rng, _INSURERS),
        insure_from=insure_from,
        insure_to=_years_after(insure_from, 1) - timedelta(days=1),
        tax_cert_no="131" + _digits(rng, 15),
        hospital=_pick(rng, _HOSPITALS),
        inspector=_name(rng),
        clerk=_name(rng),
    )
