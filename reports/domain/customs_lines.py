"""The lines of lists of exports on their way into the ledger (수출신고 내역 원장): read, each once, judged, laid out, entered.

What becomes of each list is said by `customs_lists`; whose a line is by `customs_owners`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext_lazy as _

from ground import clock
from ground.errors import RuleBroken
from programs.models import Participation, Program
from reports.domain import cut, entering, ledger
from reports.domain.customs_owners import Book, Export, Judged, number_of
from reports.domain.ledger import CUSTOMS
from reports.domain.owners import fitting
from reports.files import detect
from reports.files.lines import CustomsLine as Line
from reports.files.lines import ParsedFile, Reject
from reports.files.mapping.model import CUSTOMS as OF_CUSTOMS
from reports.files.sentences import say
from reports.models import CustomsLine, CustomsList

FOREIGN, HELD, CLAIMED = "foreign", "held", "claimed"
"""What is not even entered: lines of others in a company's list; lines that the agency's list shows with other values; lines that
another company brought as its own."""
ZERO = Decimal(0)
NOT_SAME = "declaration_number", "line_number"


@dataclass(frozen=True, slots=True)
class Incoming:
    line: Line
    key: str
    number: str
    country: str
    judged: Judged

    @property
    def accepted_on(self) -> dt.date:
        return dt.date.fromisoformat(self.line.accepted_on)


def look_again(program: Program) -> int:
    """Judge all standing lines of the program's lists by what is known now: those whose company or reason is another one now
    enter anew so. Returns how many. The caller has locked the program. Lines of the same facts are judged once, and only those that
    change are read one by one."""
    cut.join()
    book = Book(program)
    changed: list[tuple[Any, ...]] = []
    judged: list[Judged] = []
    for *facts, is_unpaid, outcome, participation in ledger.ask(_FACTS, [program.pk]):
        export = Export(*facts)
        found = book.judge(export, frozenset([export.transaction_type] if is_unpaid else ()))
        if (found.outcome, found.participation) != (outcome, participation):
            changed.append((*facts, is_unpaid, outcome, participation))
            judged.append(found)
    again = list(_of_facts(program, changed, judged))
    if again:
        ledger.lay_out(CUSTOMS, again)
        entering.compare(CUSTOMS, program.pk, is_replay=True)
        write(program)
    return len(again)


def _of_facts(
    program: Program, changed: list[tuple[Any, ...]], judged: list[Judged]
) -> Iterator[tuple[Any, ...]]:
    """The standing lines of these facts, as they enter anew."""
    if not changed:
        return
    places = dict(
        ledger.ask(
            f"""
            SELECT l.id, f.place FROM ({_STANDING_FACTS}) l JOIN unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::boolean[], %s::text[], %s::uuid[]) WITH ORDINALITY
                AS f (number, day, country, proof, hs, type, kind, is_unpaid, outcome, participation_id, place)
            USING (number, day, country, proof, hs, type, kind, is_unpaid, outcome)
            WHERE l.participation_id IS NOT DISTINCT FROM f.participation_id
            """,  # noqa: S608
            [program.pk, *map(list, zip(*changed, strict=True))],
        )
    )
    for line in CustomsLine.objects.filter(list_program=program, pk__in=places).order_by("id").iterator():
        yield _row(line, judged[places[line.pk] - 1])


def lock(program: UUID) -> Program:
    locked = Program.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("agency").get(pk=program)


TAKEN_BACK = CustomsLine.objects.filter(
    list_program=OuterRef("list_program"), line_key=OuterRef("line_key"), version=OuterRef("version"), sign=-1
)


def standing(program: Program) -> QuerySet[CustomsLine]:
    """The lines that stand: of each the newest version, unless its list was taken back."""
    return CustomsLine.objects.filter(~Exists(TAKEN_BACK), list_program=program, sign=1).order_by("id")


STANDING = """NOT EXISTS (SELECT 1 FROM reports_customs_line back WHERE back.list_program_id = l.list_program_id
    AND back.line_key = l.line_key AND back.version = l.version AND back.sign = -1)"""
"""SQL: the row `l` of sign 1 stands."""
# What decides about a line, see `Book.judge`: whether it has a goods code, not which.
_STANDING_FACTS = f"""
SELECT l.id, l.business_number AS number, coalesce(l.event_on, l.business_day) AS day, l.country, l.proof,
       CASE WHEN l.hs_code = '' THEN '' ELSE '-' END AS hs, l.transaction_type AS type, l.export_kind AS kind,
       b.unpaid_types @> to_jsonb(l.transaction_type) AS is_unpaid, l.outcome, l.participation_id
FROM reports_customs_line l JOIN reports_customslist b ON b.id = l.batch_id
WHERE l.list_program_id = %s AND l.sign = 1 AND {STANDING}
"""  # noqa: S608
_FACTS = f"""
SELECT DISTINCT number, day, country, proof, hs, type, kind, is_unpaid, outcome, participation_id FROM ({_STANDING_FACTS}) l
"""  # noqa: S608
SEEN_BY_AGENCY = """EXISTS (SELECT FROM reports_customs_seen s JOIN reports_customslist a ON a.id = s.batch_id
    WHERE s.line_key = l.line_key AND a.program_id = l.list_program_id AND a.state = 'done' AND a.grade <> 'company'
      AND a.imported_at >= l.entered_at)"""
"""SQL: the agency's list showed the row `l` again with the same values."""


def counted_by_lists(participation: Participation, month: dt.date, kind: str) -> bool:
    """Whether a line of a list counts in the participation's month."""
    rows = standing(participation.program).filter(participation=participation, export_kind=kind)
    rows = rows.annotate(month_of=TruncMonth(Coalesce("event_on", "business_day")))
    return rows.filter(month_of=month).exists()


def parse(row: CustomsList, path: Any, copy: Any = None) -> ParsedFile:
    parsed = detect.read(path, row.profile or None, tz="Asia/Seoul", currency="USD", copy=copy)
    if detect.measure_of(parsed.profile) != OF_CUSTOMS:
        raise RuleBroken(
            "not_customs",
            _(
                "This is a sales or payout file, not a list of exports. Upload it where sales files are uploaded, or use"
                " Naru's template of exports."
            ),
        )
    return parsed


def each_once(row: CustomsList, parsed: ParsedFile) -> list[Line]:
    """Each line once; a row that says something else of the same line is rejected."""
    seen: dict[str, Line] = {}
    for line in parsed.customs:
        first = seen.setdefault(_key(line, _number(row, line)), line)
        same = {name: getattr(first, name) for name in (*NOT_SAME, "row", "line_key")}
        if first is not line and replace(line, **same) != first:
            parsed.rejects.append(Reject(line.row, "", "", say("line_twice", row=first.row)))
            parsed.rejected_in_all += 1
    return list(seen.values())


def _number(row: CustomsList, line: Line) -> str:
    """The exporter's business number: as the line says, else that of the company that brought the list."""
    if line.business_number:
        return number_of(line.business_number)
    return row.participation.company.business_number if row.participation else ""


def _key(line: Line, business_number: str) -> str:
    """Number and line of the declaration as customs counts them, however they are written; of other proofs also whose it is. The
    issuer is no part of it, since everybody writes its name in another way."""
    number = "".join(each for each in line.declaration_number.upper() if each.isalnum())
    parts = [number, line.line_number.lstrip("0")]
    if line.proof != CustomsLine.Proof.DECLARATION:
        parts += [line.proof, business_number]
    return fitting("|".join(parts))


def lay_out(row: CustomsList, lines: Sequence[Line]) -> set[str]:
    """Judge the lines, lay them out beside the ledger and compare; the list says what they come to. Returns the keys of lines that
    the agency's lists show with the same values."""
    book = Book(row.program)
    own = book.numbers_of(row.participation) if row.participation else None
    unpaid = frozenset(row.unpaid_types)
    incoming: list[Incoming] = []
    sums: list[tuple[str, Decimal]] = []
    for line in lines:
        number = _number(row, line)
        if own is not None and number not in own:
            sums.append((FOREIGN, line.fob_usd_amount))
            continue
        country = book.country(line.destination)
        each = Incoming(line, _key(line, number), number, country, Judged(""))
        judged = book.judge(_export_of(each), unpaid)
        incoming.append(replace(each, judged=judged))
    ledger.lay_out(CUSTOMS, (_values(row, each) for each in incoming))
    held = _hold_back(row) if row.participation else {}
    for each in incoming:
        sums.append((held.get(each.key) or each.judged.outcome, each.line.fob_usd_amount))
    counts = entering.compare(CUSTOMS, row.program_id)
    if not row.participation:
        _take_over(row.program_id)
    known = {key for key, reason in held.items() if not reason}
    row.lines, row.known, row.replaced = len(incoming), counts.same + len(known), counts.changed
    row.found = sums_of(sums)
    return known


def _hold_back(row: CustomsList) -> dict[str, str]:
    """Take out of what a company brings the lines that the agency's lists show, or that stand by another company's number: those with
    other values are named (`HELD`, `CLAIMED`), the others are known."""
    return dict(
        ledger.ask(
            f"""
        DELETE FROM naru_incoming i USING reports_customs_line l, reports_customslist b
        WHERE b.id = l.batch_id AND l.list_program_id = %s AND l.line_key = i.line_key AND l.sign = 1
          AND {STANDING}
          AND (b.grade <> 'company' OR {SEEN_BY_AGENCY} OR l.business_number <> i.business_number)
        RETURNING i.line_key, CASE
            WHEN (i.fob_amount, i.business_number, i.business_day, i.country)
                = (l.fob_amount, l.business_number, coalesce(l.event_on, l.business_day), l.country) THEN ''
            WHEN b.grade <> 'company' OR {SEEN_BY_AGENCY} THEN '{HELD}' ELSE '{CLAIMED}' END
        """,  # noqa: S608
            [row.program_id],
        )
    )


def _take_over(program: UUID) -> None:
    """What a company brought and the agency's list shows again stands by the agency's list from now on; in a closed month it stays as
    it is, and is noted as seen."""
    ledger.do(
        """
        UPDATE naru_verdict v SET verdict = 'changed' FROM reports_customs_line k, reports_customslist b
        WHERE v.verdict = 'same' AND k.list_program_id = %s AND k.line_key = v.group_key AND k.version = v.version - 1 AND k.sign = 1
          AND b.id = k.batch_id AND b.grade = 'company'
          AND NOT EXISTS (SELECT FROM reports_closedmonth c WHERE c.program_id = k.program_id AND c.state = 'closed'
              AND c.month >= date_trunc('month', k.business_day))
        """,
        [program],
    )


def _export_of(each: Incoming) -> Export:
    line = each.line
    return Export(
        each.number, each.accepted_on, each.country, line.proof, line.hs_code, line.transaction_type, line.export_kind
    )  # fmt: skip


def _values(row: CustomsList, each: Incoming) -> tuple[Any, ...]:
    line, owner = each.line, each.judged
    return (
        each.key, each.key, row.pk, line.row, each.accepted_on, row.program_id if owner.participation else None,
        owner.company, owner.participation, owner.outcome, line.proof, line.declaration_number, line.line_number,
        line.issuer[:160], each.number, line.hs_code[:20], line.export_kind, line.destination[:60], each.country,
        line.transaction_type[:40], line.currency, line.fob_usd_amount, line.currency_amount,
    )  # fmt: skip


def _row(line: CustomsLine, owner: Judged) -> tuple[Any, ...]:
    """A standing line with another owner or reason."""
    return (
        line.line_key, line.line_key, line.batch_id, line.row, line.event_on or line.business_day,
        line.list_program_id if owner.participation else None, owner.company, owner.participation, owner.outcome, line.proof,
        line.declaration_number, line.line_number, line.issuer, line.business_number, line.hs_code, line.export_kind,
        line.destination, line.country, line.transaction_type, line.currency, line.fob_amount, line.currency_amount,
    )  # fmt: skip


def write(program: Program, row: CustomsList | None = None, known: Collection[str] = ()) -> None:
    """Write what is laid out. Of a list also which lines it showed again, besides the `known`: it vouches for them."""
    entering.write(CUSTOMS, agency_id=program.agency_id, store_id=program.pk, entered_at=clock.now())
    if row is not None:
        ledger.do(
            "INSERT INTO reports_customs_seen (batch_id, line_key) SELECT %s, group_key FROM naru_verdict"
            " WHERE verdict = 'same' UNION SELECT %s, unnest(%s::text[])",
            [row.pk, row.pk, list(known)],
        )
    ledger.clear()


def judge_laid_out(program: Program) -> None:
    """Judge what is laid out by what is known now: rows of the ledger that are to stand again."""
    book = Book(program)
    unpaid = {
        pk: frozenset(types)
        for pk, types in CustomsList.objects.filter(program=program).values_list("pk", "unpaid_types")
    }
    keys, found = [], []
    for key, batch, outcome, participation, *export in ledger.ask(
        "SELECT line_key, batch_id, outcome, participation_id, business_number, business_day, country, proof, hs_code,"
        " transaction_type, export_kind FROM naru_incoming"
    ):
        judged = book.judge(Export(*export), unpaid[batch])
        if (judged.outcome, judged.participation) != (outcome, participation):
            keys.append(key)
            found.append(judged)
    ledger.do(
        "UPDATE naru_incoming i SET outcome = n.outcome, participation_id = n.participation, company_id = n.company,"
        " program_id = CASE WHEN n.participation IS NOT NULL THEN %s::uuid END"
        " FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::uuid[]) n (line_key, outcome, participation, company)"
        " WHERE n.line_key = i.line_key",
        [
            program.pk, keys, [str(each.outcome) for each in found], [each.participation for each in found],
            [each.company for each in found],
        ],
    )  # fmt: skip


def sums_of(rows: Iterable[tuple[str, Decimal]]) -> list[dict[str, Any]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for name, amount in rows:
        found[name].append(amount)
    return [
        {"name": name, "lines": len(amounts), "fob": str(sum(amounts, ZERO))}
        for name, amounts in sorted(found.items())
    ]
