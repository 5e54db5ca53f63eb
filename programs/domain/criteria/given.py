"""Facts about companies that somebody states, in place of the rows of the register: a visitor's few answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class PlaceFact:
    """A place of business with the days it was held; `until_on` is the last day."""

    kind: str
    province: str
    province_name: str
    address: str
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True)
class PaperFact:
    """A certificate of the company's record or a document handed in. Missing days mean: no limit on that side; a clearance of
    taxes then holds for some days from its issue."""

    kind: str
    state: str
    name: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    file_id: UUID | None
    issued_on: dt.date | None = None


@dataclass(frozen=True)
class StatusFact:
    status: str
    checked_on: dt.date


@dataclass(frozen=True)
class BanFact:
    """A ban that was not lifted, also one of a predecessor (`former`, its name); both days included."""

    from_on: dt.date
    until_on: dt.date
    former: str = ""


@dataclass(frozen=True)
class FigureFact:
    """Sales in KRW, exports in USD and employees of a calendar year; None is not known. One per year."""

    year: int
    sales: Decimal | None = None
    exports: Decimal | None = None
    employees: int | None = None
    source: str = "company"
    is_estimated: bool = False


@dataclass(frozen=True)
class FormerFact:
    """A company whose place this one took on `until_on`; its figures without employees. `by` says how: a sole trader that
    became a corporation (`incorporation`), a `merger`, or over several steps `both`."""

    name: str
    opened_on: dt.date | None
    until_on: dt.date
    by: str = "incorporation"
    figures: Sequence[FigureFact] = ()


@dataclass(frozen=True)
class IndustryFact:
    code: str
    revision: int = 11
    is_main: bool = False


@dataclass(frozen=True)
class ProductFact:
    """Empty is recorded as empty; None is not known."""

    code: str
    category: str | None = ""
    hs_code: str | None = ""


@dataclass(frozen=True)
class AnswerFact:
    """An answer of the form, in the column of its question's kind. One per question."""

    question: str
    text: str = ""
    figure: Decimal | None = None
    day: dt.date | None = None
    is_yes: bool | None = None
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class SizeFact:
    """A recorded size as of a day; `state` is that of its paper, or `stated` without one."""

    size: str
    state: str
    stated_on: dt.date
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    name: str = ""
    file_id: UUID | None = None


@dataclass(frozen=True)
class MarkFact:
    """Whether a mark stood on a day: looked up by the agency (`is_recorded`) or declared by the company."""

    mark: str
    is_found: bool
    stated_on: dt.date
    until_on: dt.date | None = None
    is_recorded: bool = False
    cure: str = ""
    cured_on: dt.date | None = None
    document: str = ""
    cure_document: str = ""
    file_id: UUID | None = None
    cure_file_id: UUID | None = None


@dataclass(frozen=True)
class SupportFact:
    """Support received; amounts in KRW. `source` is `own`, `list` or `declared`; without an item it is not known for what."""

    body: str
    program: str
    item: str
    amount: Decimal | None
    money: str
    granted_on: dt.date
    document: str = ""
    source: str = "declared"


@dataclass(frozen=True)
class CoverFact:
    """All support is known from day to day, both included: of one body by its list, of all (`body` empty) by the company."""

    body: str
    from_on: dt.date
    until_on: dt.date


@dataclass(frozen=True)
class Facts:
    """What is known about one company for one call. Nothing listed is nothing known; of bans, that there is none, while
    None says that it is not known whether there is one."""

    opened_on: dt.date | None = None
    places: Sequence[PlaceFact] = ()
    papers: Sequence[PaperFact] = ()
    status: StatusFact | None = None
    bans: Sequence[BanFact] | None = ()
    figures: Sequence[FigureFact] = ()
    industries: Sequence[IndustryFact] = ()
    products: Sequence[ProductFact] = ()
    answers: Sequence[AnswerFact] = ()
    sizes: Sequence[SizeFact] = ()
    marks: Sequence[MarkFact] = ()
    supports: Sequence[SupportFact] = ()
    covers: Sequence[CoverFact] = ()
    formers: Sequence[FormerFact] = ()
