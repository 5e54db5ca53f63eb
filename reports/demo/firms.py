"""The demonstration's companies: invented names, and numbers whose type digits (00) the tax office gives to nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from companies.numbers import check_digit

SEOUL, BUSAN, GYEONGGI, INCHEON = "11", "26", "41", "28"


@dataclass(frozen=True)
class Goods:
    """A product: our code, names, HS code, price in Chilean pesos, product group."""

    code: str
    name_ko: str
    name_en: str
    name_es: str
    hs_code: str
    price_clp: int
    group: str


@dataclass(frozen=True)
class Firm:
    """A made-up company and how it stands in the story."""

    serial: int
    name_ko: str
    name_en: str
    industry: str
    province: str
    opened_on: dt.date
    representative: str
    goods: tuple[Goods, ...]
    weight: int  # how much it sells, beside the others
    part: str = "eligible"  # eligible · outside · suspended · banned
    store: str = "provider"  # provider · own · own_abroad

    @property
    def business_number(self) -> str:
        return number(self.serial)

    @property
    def mail(self) -> str:
        return f"firm{self.serial:02d}@firm.example"


def number(serial: int) -> str:
    """Ten digits that pass the check digit and cannot be a real firm's."""
    nine = f"9{serial:02d}00{(serial * 137) % 10000:04d}"
    return f"{nine}{check_digit(nine)}"


# name (Korean), name (English), industry section, goods kind, weight
SEOUL_FIRMS = """
달무리화장품|Dalmuri Cosmetics|C|beauty|90
물안개뷰티|Mulangae Beauty|C|beauty|85
새벽이슬랩|Saebyeok Dew Lab|C|beauty|76
해오름코스메틱|Haeoreum Cosmetic|C|beauty|70
솔바람식품|Solbaram Foods|C|food|66
나루터김|Narutogim Seaweed|C|food|62
윤슬스킨|Yunseul Skin|G|beauty|60
돌담한과|Doldam Sweets|C|food|54
가람리빙|Garam Living|C|living|52
미리내패션|Mirinae Fashion|C|fashion|50
다온생활|Daon Household|G|living|48
온새미로차|Onsaemiro Tea|C|food|45
늘품바이오|Neulpum Bio|C|beauty|44
꽃샘화장품|Kkotsaem Cosmetics|C|beauty|42
아라푸드|Ara Food Works|C|food|40
라온토이|Raon Toys|C|living|38
시나브로뷰티|Sinabro Beauty|C|beauty|36
여울양말|Yeoul Socks|C|fashion|34
너울문구|Neoul Stationery|C|living|32
한울주방|Hanul Kitchen|C|living|30
슬기로운펫|Seulgi Pet Goods|G|living|28
초롱조명|Chorong Lighting|C|living|26
별하쥬얼리|Byeolha Jewelry|C|fashion|25
마루인삼|Maru Ginseng|C|food|24
이든헤어|Eden Hair Care|C|beauty|23
도담유아용품|Dodam Baby Goods|G|living|22
하랑캠핑|Harang Camping|C|living|20
소담떡공방|Sodam Rice Cakes|C|food|18
비나리공예|Binari Crafts|C|living|16
예그리나글로벌코스메틱앤라이프스타일컴퍼니|Yegrina Global Cosmetic and Lifestyle Company|G|beauty|15
토리마스크|Tori Masks|C|beauty|12
가온누리식품|Gaonnuri Foods|C|food|11
바림잉크|Barim Ink|C|living|10
두레박차|Durebak Tea|C|food|9
""".strip().splitlines()

OTHERS = """
파도소리수산|Padosori Seafood|C|food|outside|26
너른들농산|Neoreundeul Farm|C|food|outside|41
멈춘시계공방|Stopped Clock Works|C|living|suspended|11
그믐달상사|Geumeumdal Trading|G|living|banned|11
""".strip().splitlines()

KINDS: dict[str, tuple[tuple[str, str, str, str, int], ...]] = {
    "beauty": (
        ("수분 크림 50ml", "Moisture cream 50 ml", "Crema hidratante coreana 50 ml", "330499", 58990),
        ("시트 마스크 30매", "Sheet mask, 30 pieces", "Mascarilla facial coreana 30 unidades", "330499", 69990),
        ("선 세럼 세트", "Sun serum set", "Set sérum solar coreano", "330499", 98990),
    ),
    "food": (
        ("김스낵 24봉", "Seaweed snack, 24 bags", "Snack de algas coreanas 24 bolsas", "200899", 52990),
        ("곡물차 선물세트", "Grain tea gift set", "Set de té de granos coreano", "210120", 62990),
    ),
    "living": (
        ("실리콘 주방세트", "Silicone kitchen set", "Set de cocina de silicona coreano", "392410", 89990),
        ("휴대용 정리함", "Travel organizer", "Organizador de viaje coreano", "420292", 49990),
    ),
    "fashion": (
        ("양말 10켤레", "Socks, 10 pairs", "Calcetines coreanos 10 pares", "611595", 44990),
        ("에코백", "Eco bag", "Bolso ecológico coreano", "420222", 57990),
    ),
}  # fmt: skip

GROUPS = {"beauty": "09", "food": "11", "living": "13", "fashion": "07"}
SILENT = 9
"""Every ninth company has not stated the group of its products."""

FAMILY, GIVEN = (
    "강고구나노도라마문배백서",
    ("나루", "여울", "가온", "다솜", "라온", "마루", "바다", "새론", "아라", "초롱"),
)
OWN_STORES = {1: "own", 2: "own", 5: "own_abroad", 9: "own"}


def _goods(serial: int, kind: str) -> tuple[Goods, ...]:
    return tuple(
        Goods(
            f"N{serial:02d}-{place}",
            ko,
            en,
            es,
            hs,
            price + (serial % 7) * 1000,
            GROUPS[kind] if serial % SILENT else "",
        )
        for place, (ko, en, es, hs, price) in enumerate(KINDS[kind], start=1)
    )


def _firm(serial: int, row: str) -> Firm:
    name_ko, name_en, industry, kind, *rest = row.split("|")
    in_seoul = len(rest) == 1
    return Firm(
        serial=serial,
        name_ko=name_ko,
        name_en=name_en,
        industry=industry,
        province=SEOUL if in_seoul else rest[1],
        opened_on=dt.date(2008 + serial % 14, 1 + serial % 12, 1 + serial % 27),
        representative=FAMILY[serial % len(FAMILY)] + GIVEN[serial % len(GIVEN)],
        goods=_goods(serial, kind),
        weight=int(rest[0]) if in_seoul else 1,
        part="eligible" if in_seoul else rest[0],
        store=OWN_STORES.get(serial, "provider"),
    )


FIRMS = tuple(_firm(serial, row) for serial, row in enumerate([*SEOUL_FIRMS, *OTHERS], start=1))
"""38 applicants: 34 of Seoul, two from elsewhere, one suspended, one banned."""

SPARE = tuple(
    _firm(serial, row)
    for serial, row in enumerate(
        (
            "새길나눔화장품|Saegil Cosmetics|C|beauty|20",
            "한나절도시락|Hannajeol Lunch|C|food|20",
            "참나루공방|Chamnaru Works|C|living|20",
        ),
        start=61,
    )
)
"""Firms that nobody has claimed: for people who try how registering works."""
