"""Kept outcomes over the register: what is kept and judged anew says what the rows say, whatever changed meanwhile.

Everything is committed, as it is for those who ask: within a transaction nothing is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Agency
from companies.domain import merging
from companies.models import (
    Ban,
    Certificate,
    CertificateJudgment,
    Company,
    CompanyIndustry,
    CompanySize,
    FinancialMark,
    Merge,
    Place,
    Product,
    StatusCheck,
    Succession,
    Support,
    SupportDeclaration,
    SupportList,
    YearlyFigure,
)
from ground import clock
from ground.models import Industry, Province
from programs.domain import keeping
from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.relations import of_register
from programs.models import (
    Call,
    Component,
    Criterion,
    Delivery,
    KeptOutcomes,
    KeptRegister,
    Participation,
    Program,
)
from programs.queries.what_if import coming_in, fitting, stand_of_register, what_if
from tests.companies.test_merging import agreed, begun
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.staff import manager, stored
from tests.programs.criteria.changing import DAYS, Undone, another, change_something, populate

pytestmark = pytest.mark.django_db(transaction=True)
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "seoul": ("province", {"provinces": ["11"]}),
    "sme": ("certificate", {"kind": "SME_CERT"}),
    "tax": ("tax", {}),
    "open": ("status", {}),
    "young": ("age", {"max": 5, "former": True}),
    "exports": ("exports", {"max": 1000, "former": True}),
    "food": ("industry", {"include": ["C10"]}),
    "goods": ("product", {"hs": ["33"]}),
    "small": ("size", {"sizes": ["small", "micro"]}),
    "ban": ("not_banned", {}),
    "marks": ("marks", {"marks": ["insolvency"], "days": 900}),
    "publicity": ("support", {"items": ["publicity"], "years": 3}),
    "kotra": ("support", {"items": ["design"], "years": 3, "bodies": ["KOTRA"], "most_times": 1}),
    "own": ("support", {"items": ["onboarding"], "years": 3, "bodies": ["SBA"], "most_times": 1, "money": "local"}),
    "look": ("look", {}),
}  # fmt: skip


def of_ten(move_clock: Any) -> Call:
    """Ten companies of Seoul, opened in 2015, and a rule of each kind, some of them in groups."""
    move_clock(made.DURING)
    for serial in range(1, 11):
        register.company(serial)
    register.province("26")
    of = programs.call(published_at=None)
    groups = {each: made.criterion(of, each, each, values={}, position=90) for each in ("all", "any", "not")}
    for position, (code, (kind, values)) in enumerate(RULES.items()):
        made.criterion(of, code, kind, values=values, position=position)
    for group, members in (("any", ["young", "goods"]), ("all", ["food", "small"]), ("not", ["kotra"])):
        of.criterions.filter(code__in=members).update(group=groups[group])
    return Call.objects.select_related("agency").get(pk=of.pk)


@pytest.fixture
def call(move_clock: Any) -> Call:
    return of_ten(move_clock)


Said = dict[UUID, list[int]]


def said(call: Call, rules: list[Criterion]) -> Said:
    """The outcome of each rule by company; outside of a transaction by what is kept."""
    found, (planes,) = keeping.ask(call, rules)
    stands: Said = {}
    for key in found.keys(found.places):
        at = found.companies.index(key, 0)
        while at % keeping.KEY or not found.places >> at // keeping.KEY & 1:
            at = found.companies.index(key, at + 1)
        bit = 1 << at // keeping.KEY
        stands[UUID(bytes=key)] = [
            2 if plane.met & bit else 0 if plane.not_met & bit else 1
            for plane in (planes[each.pk] for each in rules if each.pk in planes)
        ]
    return stands


def cold(call: Call, rules: list[Criterion]) -> Said:
    with transaction.atomic():
        return said(call, rules)


def rules_of(call: Call) -> list[Criterion]:
    return list(call.criterions.order_by("position", "id"))


def kept_anew(call: Call, rules: list[Criterion]) -> Said:
    """What is kept is of now and of nothing before."""
    KeptOutcomes.objects.all().delete()
    KeptRegister.objects.all().delete()
    return said(call, rules)


class Walk:
    """Steps, each of which changes the answer; what was kept just before it says so."""

    def __init__(self, call: Call) -> None:
        self.call, self.rules = call, rules_of(call)
        self.tables: set[str] = set()
        self.was = kept_anew(call, self.rules)

    def step(self, model: Any, change: Callable[[], Any], *, voids: bool = False) -> Any:
        made_by = change()
        self.tables.add(model._meta.db_table)
        now = cold(self.call, self.rules)
        assert now != self.was, model
        assert said(self.call, self.rules) == now, model
        assert KeptRegister.objects.count() == (2 if voids else 1), model
        self.was = kept_anew(self.call, self.rules)
        return made_by


def test_what_is_kept_says_what_the_rows_say_after_a_change_of_any_table(call: Call) -> None:
    """Each step changes rows of one table alone, unless two are named; a trigger that is missing is seen here."""
    firms = [register.company(serial) for serial in range(1, 11)]
    keys = [each.pk for each in firms]
    agency, officer, file = call.agency, people.officer(), stored()
    late = {"valid_from": dt.date(2024, 1, 1), "valid_until": dt.date(2026, 3, 31)}
    food = Industry.objects.create(id="11:C10", revision=11, code="C10", name_ko="식료품")
    walk = Walk(call)
    step = walk.step

    # One company's own facts
    step(Company, lambda: Company.objects.filter(pk=keys[0]).update(opened_on=dt.date(2024, 1, 1)))
    step(Place, lambda: Place.objects.filter(company=keys[0]).update(province="26"))
    step(Place, lambda: Place.objects.filter(company=keys[0]).update(company=keys[1], kind="factory"))
    step(
        Certificate,
        lambda: register.certificate(
            firms[0], state="unchecked", valid_from=dt.date(2020, 1, 1), valid_until=dt.date(2021, 1, 1)
        ),
    )
    paper = register.certificate(firms[1], state="unchecked")
    judged = step(
        CertificateJudgment,
        lambda: CertificateJudgment.objects.create(
            certificate=paper, agency=agency, state="accepted", by=officer, at=clock.now()
        ),
    )
    step(Certificate, lambda: Certificate.objects.filter(pk=paper.pk).update(company=keys[2]))
    step(
        CertificateJudgment,
        lambda: CertificateJudgment.objects.filter(pk=judged.pk).update(state="refused", reason="x"),
    )
    shown = register.certificate(firms[3], "OTHER")
    size = step(
        CompanySize,
        lambda: CompanySize.objects.create(
            company=firms[3], size="small", on=dt.date(2025, 1, 1), certificate=shown, **late
        ),
    )
    step(
        CertificateJudgment,
        lambda: CertificateJudgment.objects.filter(certificate=shown).update(state="refused", reason="x"),
    )
    step(
        CertificateJudgment,
        lambda: CertificateJudgment.objects.filter(certificate=shown).update(state="accepted"),
    )
    step(CompanySize, lambda: CompanySize.objects.filter(pk=size.pk).delete())
    step(StatusCheck, lambda: register.status(firms[0]))
    step(StatusCheck, lambda: StatusCheck.objects.filter(company=keys[0]).update(status="closed"))
    step(YearlyFigure, lambda: YearlyFigure.objects.create(company=firms[0], year=2024, export_amount=1))
    step(YearlyFigure, lambda: YearlyFigure.objects.filter(company=keys[0]).update(export_amount=1001))
    step(
        CompanyIndustry, lambda: CompanyIndustry.objects.create(company=firms[0], industry=food, is_main=True)
    )
    step(Product, lambda: register.product(firms[0], hs_code="330499"))
    step(Product, lambda: Product.objects.filter(company=keys[0]).update(disabled_on=dt.date(2025, 1, 1)))
    step(
        FinancialMark,
        lambda: FinancialMark.objects.create(
            company=firms[0],
            agency=agency,
            kind="insolvency",
            is_found=False,
            on=dt.date(2025, 5, 1),
            document="조회",
            file=file,
            recorded_by=officer,
        ),
    )
    step(SupportDeclaration, lambda: SupportDeclaration.objects.create(company=firms[0], **DAYS))
    step(Support, lambda: register.support(firms[0]))
    step(Support, lambda: Support.objects.all().delete())
    ban = step(
        Ban,
        lambda: Ban.objects.create(agency=agency, company=firms[0], reason="x", decided_by=officer, **DAYS),
    )
    step(Ban, lambda: Ban.objects.filter(pk=ban.pk).update(lifted_at=clock.now()))
    new = step(Company, lambda: Company.objects.create(business_number=register.number(900), name_ko="새"))
    step(Company, new.delete)
    taken = programs.program("SBA-OLD", funding="local")
    part = step(
        Participation,
        lambda: programs.participation(firms[4], taken, agreed_at=dt.datetime(2024, 6, 25, tzinfo=dt.UTC)),
    )
    onboarding = Component.objects.get(program=taken, kind="onboarding")
    delivery = step(
        Delivery,
        lambda: Delivery.objects.create(
            agency=agency,
            program=taken,
            participation=part,
            component=onboarding,
            planned_on=dt.date(2025, 2, 1),
            planned_amount=1,
        ),
    )
    step(Delivery, lambda: Delivery.objects.filter(pk=delivery.pk).update(state="cancelled"))
    step(Delivery, lambda: Delivery.objects.filter(pk=delivery.pk).update(state="planned"))

    # What counts for all
    for kind in ("other", "onboarding"):
        step(
            Component, lambda to=kind: Component.objects.filter(pk=onboarding.pk).update(kind=to), voids=True
        )
    step(Program, lambda: Program.objects.filter(pk=taken.pk).update(funding="national"), voids=True)
    step(Agency, lambda: Agency.objects.filter(pk=agency.pk).update(code="SBX"), voids=True)
    step(Agency, lambda: Agency.objects.filter(pk=agency.pk).update(code="SBA"), voids=True)
    step(Industry, lambda: Industry.objects.filter(pk=food.pk).update(code="C99"), voids=True)
    listed = step(
        SupportList, lambda: SupportList.objects.create(agency=agency, body="KOTRA", **DAYS), voids=True
    )
    step(SupportList, listed.delete, voids=True)

    step(Place, lambda: Place.objects.filter(company=keys[2]).update(province="26"))
    step(Province, lambda: Province.objects.filter(code="26").update(succeeded_by="11"), voids=True)

    # One company in the place of another
    Company.objects.filter(pk=keys[6]).update(opened_on=dt.date(2024, 1, 1))
    YearlyFigure.objects.create(company=firms[6], year=2024, export_amount=1)
    walk.was = kept_anew(call, walk.rules)
    tie = {
        "agency": agency,
        "document": "x",
        "file": file,
        "recorded_by": officer,
        "confirmed_at": clock.now(),
        "on": dt.date(2024, 7, 1),
    }
    first = step(
        Succession,
        lambda: Succession.objects.create(former=firms[5], successor=firms[6], kind="incorporation", **tie),
    )
    assert set(keys) - set(walk.was) == {keys[5]}  # its record is closed, though it has facts
    step(Company, lambda: Company.objects.filter(pk=keys[5]).update(opened_on=dt.date(2024, 1, 1)))
    step(YearlyFigure, lambda: YearlyFigure.objects.create(company=firms[5], year=2024, export_amount=5000))
    step(
        Succession,
        lambda: Succession.objects.create(former=firms[6], successor=firms[7], kind="incorporation", **tie),
    )
    step(
        Ban,
        lambda: Ban.objects.create(agency=agency, company=firms[5], reason="x", decided_by=officer, **DAYS),
    )
    step(Support, lambda: register.support(firms[5]))
    step(Succession, lambda: Succession.objects.filter(pk=first.pk).update(taken_back_at=clock.now()))
    kept, gone = firms[8], firms[9]
    Company.objects.filter(pk=gone.pk).update(name_ko=kept.name_ko, name_en=kept.name_en)
    for each in (kept, gone):
        each.contacts.update(email="ceo@firm.example", phone="02-555-0001")
        register.seen_by(each)
        register.support(each, item="design")
    SupportDeclaration.objects.create(company=kept, **DAYS)
    walk.was = kept_anew(call, walk.rules)
    merge = begun(kept, gone)
    step(Merge, lambda: merging.carry_out(agreed(merge), by=manager()))
    step(Merge, lambda: raw(f"DELETE FROM companies_merge WHERE id = '{merge.pk}'"))

    assert walk.tables == watched()


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def watched() -> set[str]:
    """Tables whose changes are written down."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, array_agg(tgname::text ORDER BY tgname) FROM pg_trigger"
            " WHERE tgname LIKE 'naru!_%' ESCAPE '!' AND tgname IN ('naru_altered', 'naru_changed', 'naru_emptied', 'naru_gone')"
            " AND tgenabled = 'O' GROUP BY 1"
        )
        return {table for table, _names in cursor.fetchall()}


def test_every_table_that_criteria_read_is_watched(call: Call) -> None:
    """Also those that the functions read; whoever adds one to a relation adds its trigger."""
    kinds = {kind for kind, _values in RULES.values()} | {"sales", "employees", "answer"}
    assert kinds == set(Criterion.Kind.values) - set(Criterion.GROUPS)
    source = of_register(call.agency_id)
    compiled = compile_criteria(call, rules_of(call), is_explained=False)
    assert compiled.plan.relations() == set(source.selects) - {"answer"}
    text = " ".join([*source.selects.values(), keeping.CHANGED, keeping.CLOSED])
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        functions = dict(cursor.fetchall())
        named = {each for each in functions if re.search(rf"\b{each}\(", text)}
        tables = set(connection.introspection.table_names(cursor))
    assert named == {"naru_line", "naru_merged"}
    assert all(f"'{each}'" in keeping.SERVER for each in named)
    text += " ".join(functions[each] for each in named)
    assert not re.search(r"\b(now|current_\w+|clock_timestamp|naru_now|random|current_setting)\b", text)
    read = {each for each in tables if re.search(rf"\b{each}\b", text)}
    assert read - {"companies_registerchange"} == watched()


STEPS = 24


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_changes_and_whoever_is_in_the_midst_of_it_the_answer_is_that_of_the_rows(
    call: Call, seed: int
) -> None:
    """Changes in any order, also of transactions that are open while somebody asks and end later, or never were; numbers
    are moved meanwhile."""
    random, officer = Random(seed), people.officer()
    populate(call, random)
    rules = rules_of(call)
    exports, young = (next(each for each in rules if each.code == code) for code in ("exports", "young"))
    done = 0
    raw("SET lock_timeout = 50")
    with another() as one, another() as two:
        for _step in range(STEPS):
            session = random.choice([None, None, one, two])
            who: Any = connection.cursor() if session is None else session
            if session is not None:
                session.execute("SELECT")  # so that what follows is but a part of its transaction
            try:
                with transaction.atomic() if session is None else session.transaction():
                    done += change_something(random, who)
                    if random.random() < 0.1:
                        raise Undone
            except (Undone, psycopg.Error, DatabaseError):
                pass
            if session is not None and random.random() < 0.4:
                random.choice([session.commit, session.commit, session.rollback])()
            if random.random() < 0.3:
                kept_anew(call, rules)
            limit = {"max": random.choice([1, 1000, 2000]), "former": True}
            moved = [what_if(call, exports, limit, officer, also=[(young, {"min": 1, "former": True})])]
            with transaction.atomic():
                moved.append(
                    what_if(call, exports, limit, officer, also=[(young, {"min": 1, "former": True})])
                )
            assert moved[0] == moved[1]
            assert said(call, rules) == cold(call, rules)
    raw("RESET lock_timeout")
    assert done > STEPS // 2


def kept_count() -> tuple[int, int]:
    return KeptRegister.objects.count(), KeptOutcomes.objects.count()


def test_within_a_transaction_nothing_is_kept_and_what_is_kept_is_of_who_committed(call: Call) -> None:
    """The same for all who ask of the register; outside of a transaction each question is kept once."""
    rules = rules_of(call)
    exports = next(each for each in rules if each.code == "exports")
    keys, officer = {each.pk for each in Company.objects.all()}, people.officer()
    with transaction.atomic():
        ban = {"agency": call.agency, "reason": "x", "decided_by": officer, **DAYS}
        Ban.objects.create(company=register.company(4), **ban)
        inside = stand_of_register(call)
        assert kept_count() == (0, 0)
        transaction.set_rollback(True)
    outside = stand_of_register(call)
    assert (outside.total, outside.not_met) == (10, 0)
    assert inside.not_met == 1
    leaves = len(RULES)
    assert kept_count() == (1, leaves)
    Ban.objects.create(company=register.company(4), **ban)
    assert stand_of_register(call) == inside
    assert stand_of_register(call, []).total == 10
    moves = {"max": 5, "former": True}
    found = what_if(call, exports, moves, officer), coming_in(call, exports, moves, keys), fitting(call, keys)
    with transaction.atomic():
        assert found == (
            what_if(call, exports, moves, officer),
            coming_in(call, exports, moves, keys),
            fitting(call, keys),
        )
    assert fitting(call, keys) == dict.fromkeys(keys - {register.company(4).pk}, False)
    assert kept_count() == (1, leaves + 1)


def test_what_is_kept_of_answers_that_grow_old_counts_on_its_day(call: Call, move_clock: Any) -> None:
    """While the closing day is to come an answer is younger today than tomorrow; after it nothing changes any more."""
    rule = made.criterion(call, "open", "status", position=80)
    register.status(register.company(1))
    began = clock.now()
    Call.objects.filter(pk=call.pk).update(closes_at=began + dt.timedelta(days=40))
    of = Call.objects.select_related("agency").get(pk=call.pk)

    def met() -> int:
        found, (planes,) = keeping.ask(of, [rule])
        return (planes[rule.pk].met & found.places).bit_count()

    for days, expected, kept in ((0, 1, 1), (30, 1, 2), (31, 0, 3), (0, 1, 3), (40, 0, 4), (60, 0, 4)):
        move_clock(began + dt.timedelta(days=days))
        assert (met(), KeptOutcomes.objects.count()) == (expected, kept)
