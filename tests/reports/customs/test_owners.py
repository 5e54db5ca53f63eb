"""Lines of lists of exports: whose each is, which month it counts in, what waits and why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.models import Succession
from ground import outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import agreement, planning
from programs.models import Market, Participation, ProgramMarket
from reports.domain import customs_lists
from reports.files.mapping.profiles.customs import FORM
from reports.models import CustomsLine
from reports.queries import closing as closings
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.exports import customs, declared, entered, no_differences, sums, taken, written

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


def test_lines_count_for_their_exporter_in_the_month_of_acceptance_and_the_rest_is_named(
    tmp_path, program, first, officer
):
    """1,400 won for a dollar on average in August. 100.50 + 9.50 count: 110 dollars, 154,000 won."""
    made.rate("USD", "KRW", dt.date(2025, 8, 1), "1390")
    made.rate("USD", "KRW", dt.date(2025, 8, 29), "1410")
    row = taken(
        written(
            tmp_path,
            declared("12345-25-000001X", "100.50"),
            declared("12345-25-000001X", "9.50", 란번호="002", 목적국="칠레"),
            declared("12345-25-000002X", "7", company=2),
            declared("12345-25-000003X", "8", 목적국="JP"),
            declared("12345-25-000004X", "6", 목적국=""),
            declared("12345-25-000005X", "5", on="2025-04-30"),
            declared("12345-25-000006X", "4", 거래구분="92"),
            declared("12345-25-000007X", "-3"),
        ),
        program,
        officer,
    )
    people.country("JP")
    assert (row.state, row.profile, row.rows, row.rejected, row.lines) == (
        "preview",
        "customs-exports",
        8,
        1,
        7,
    )
    assert row.removed_columns == ["대표자명"]
    assert customs(program) == {}
    row = customs_lists.enter(customs_lists.confirm(row, by=officer, unpaid_types=["92", "77"]))
    assert (row.state, row.grade, row.unpaid_types) == ("done", "agency", ["92"])
    assert sums(row) == {
        "": (2, Decimal(110)), "exporter": (1, Decimal(7)), "market": (1, Decimal(8)), "country": (1, Decimal(6)),
        "days": (1, Decimal(5)), "unpaid": (1, Decimal(4)),
    }  # fmt: skip
    assert customs(program) == {AUGUST: (Decimal(110), Decimal(154_000))}
    assert customs(program, companies=(register.company(2).pk,)) == {}
    line = CustomsLine.objects.get(line_number="002")
    assert (line.participation, line.country, line.hs_code, line.export_kind) == (
        first,
        "CL",
        "3304991000",
        "direct",
    )
    no_differences()


def test_naru_s_template_tells_mail_and_indirect_exports_and_takes_off_stated_freight_alone(
    tmp_path, program, first, officer
):
    """88.50 by mail (100 CIF less 10 and 1.50), 1,000 by a purchase confirmation. CIF without insurance is rejected; a manifest
    without HS code waits."""
    headings = [korean for _into, korean, _english in FORM]

    def row(*values: str) -> dict[str, str]:
        return dict(zip(headings, values, strict=True))

    number = first.company.business_number
    path = written(
        tmp_path,
        row(
            "구매확인서",
            "PC-1",
            "",
            "KTNET",
            "2025-08-05",
            number,
            "3304991000",
            "CL",
            "",
            "1,000",
            "",
            "",
            "",
        ),
        row(
            "목록통관", "M-1", "", "", "2025-08-06", number, "3304991000", "CL", "", "100", "CIF", "10", "1.5"
        ),
        row("목록통관", "M-2", "", "", "2025-08-06", number, "3304991000", "CL", "", "100", "CIF", "10", ""),
        row("목록통관", "M-3", "", "", "2025-08-06", number, "", "CL", "", "5", "", "", ""),
        headings=headings,
    )
    done = entered(path, program, officer)
    assert (done.profile, done.rejected) == ("naru-exports", 1)
    assert sums(done) == {"": (2, Decimal("1088.5")), "manifest": (1, Decimal(5))}
    assert {
        (line.proof, line.export_kind, line.issuer): line.fob_amount
        for line in CustomsLine.objects.filter(outcome="")
    } == {("confirmation", "indirect", "KTNET"): 1000, ("manifest", "direct", ""): Decimal("88.5")}


def test_a_line_waits_until_its_company_takes_part(tmp_path, program, officer):
    register.company(1)
    entered(written(tmp_path, declared("A-1", "100")), program, officer)
    assert customs(program) == {}
    programs.participation(register.company(1), program)
    assert customs_lists.ask_again(program, by=officer) == 1
    assert customs_lists.ask_again(program, by=officer) == 0
    assert customs(program)[AUGUST][0] == 100
    no_differences()


def test_a_sales_file_is_no_list_of_exports(tmp_path, program, officer):
    path = made.ventas(tmp_path, [made.order(1)])
    assert taken(path, program, officer).refusal_code == "not_customs"


def test_an_exporter_whose_place_a_company_took_is_that_company(tmp_path, program, first, officer):
    path = written(tmp_path, declared("A-1", "100", company=2))
    kept = taken(path, program, officer).file
    Succession.objects.create(
        agency=program.agency, former=register.company(2), successor=first.company, kind="incorporation",
        on=dt.date(2025, 1, 1), document="법인 등기", file=kept, recorded_by=officer,
        confirmed_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC),
    )  # fmt: skip
    entered(path, program, officer)
    assert CustomsLine.objects.get().participation == first
    no_differences()


def test_what_a_company_exported_while_it_took_part_stays_when_it_leaves(
    tmp_path, program, first, officer, move_clock
):
    """August is closed with 1,000 dollars; the company left on 10 September, as is said on the 12th. Of what becomes known later its
    export of that day counts, the one of the day after does not; nothing of August is taken back."""
    program.starts_on = AUGUST
    program.save()
    move_clock(dt.datetime(2025, 9, 12, 9, tzinfo=SEOUL))
    made.rate("USD", "KRW", AUGUST, "1400")
    entered(written(tmp_path, declared("A-1", "1000")), program, officer)
    closed(program, AUGUST)
    agreement.end(first, reason="폐업", by=officer, last_on=dt.date(2025, 9, 10))
    entered(
        written(tmp_path, declared("A-2", "7", on="2025-09-10"), declared("A-3", "5", on="2025-09-11")),
        program,
        officer,
    )
    assert {month: each[0] for month, each in customs(program).items()} == {AUGUST: 1000, SEPTEMBER: 7}
    assert CustomsLine.objects.get(declaration_number="A-3").outcome == "exporter"
    no_differences()


def test_exports_before_a_company_joined_do_not_count_unless_it_was_assigned_before(
    tmp_path, program, officer
):
    part = programs.participation(
        register.company(1), program, agreed_at=dt.datetime(2025, 8, 20, 9, tzinfo=SEOUL)
    )
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "7", on="2025-08-20"),
        declared("A-3", "5", on="2025-08-10"),
    )
    entered(path, program, officer)
    assert customs(program)[AUGUST][0] == 7
    programs.assignment(programs.store(), part, from_on=dt.date(2025, 8, 10))
    assert customs_lists.ask_again(program, by=officer) == 1
    assert customs(program)[AUGUST][0] == 12
    no_differences()


def test_a_purchase_confirmation_counts_once_however_its_issuer_is_written(tmp_path, program, first, officer):
    headings = [korean for _into, korean, _english in FORM]
    for issuer in ("KTNET", "ktnet", ""):
        row = declared("", "500", **{"증빙 종류": "구매확인서", "증빙 번호": "PC-1", "발급기관": issuer})
        row |= {"수리일(발급일)": "2025-08-05", "금액(USD)": "500", "란번호": ""}
        entered(
            written(tmp_path, {name: row.get(name, "") for name in headings}, headings=headings),
            program,
            officer,
        )
    assert customs(program)[AUGUST][0] == 500
    no_differences()


def test_a_line_that_another_company_took_for_itself_is_named_as_such(tmp_path, program, first, officer):
    second = programs.participation(register.company(2), program)
    entered(
        written(tmp_path, declared("B-1", "30")), program, register.member(first.company), participation=first
    )
    own = entered(
        written(tmp_path, declared("B-1", "30", company=2)),
        program,
        register.member(second.company),
        participation=second,
    )
    assert sums(own) == {"claimed": (1, Decimal(30))}
    entered(written(tmp_path, declared("B-1", "30", company=2)), program, officer)
    assert customs(program, companies=(second.company_id,))[AUGUST][0] == 30
    no_differences()


def test_what_the_agency_says_of_a_type_holds_whoever_brought_the_line(tmp_path, program, first, officer):
    """92 are samples. The company says so of nothing, the agency of its own list, later the other way round of the company's."""
    owner = register.member(first.company)
    own = entered(
        written(tmp_path, declared("A-1", "100"), declared("A-2", "4", 거래구분="92")),
        program,
        owner,
        participation=first,
    )
    assert customs(program)[AUGUST][0] == 104
    entered(written(tmp_path, declared("A-3", "5", 거래구분="92")), program, officer, unpaid=["92"])
    assert customs(program)[AUGUST][0] == 100
    again = entered(
        written(tmp_path, declared("A-4", "6", 거래구분="92"), declared("A-5", "7", 거래구분="29")),
        program, owner, unpaid=["29"], participation=first,
    )  # fmt: skip
    assert (again.unpaid_types, customs(program)[AUGUST][0]) == (["29", "92"], 100)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        customs_lists.say_types(own, unpaid_types=[], by=owner)
    client = Client()
    client.force_login(officer)
    page = client.get(reverse("admin:reports_customslist_change", args=[own.pk])).content.decode()
    assert page.count(" checked") == 1
    answer = client.post(reverse("admin:reports_customslist_types", args=[own.pk]), {"unpaid_types": []})
    assert answer.status_code == 302
    assert customs(program)[AUGUST][0] == 115
    assert customs_lists.say_types(own, unpaid_types=["11"], by=officer) == 1
    assert customs(program)[AUGUST][0] == 15
    no_differences()


def test_lines_are_looked_at_again_when_companies_days_or_markets_change(tmp_path, program, first, officer):
    people.country("JP")
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "20", 목적국="JP"),
        declared("A-3", "3", on="2025-04-30"),
    )
    entered(path, program, officer)
    assert [(row.outcome, row.lines) for row in closings.still_to_come(program, AUGUST).exports] == [
        ("market", 1)
    ]
    sold_in = programs.market()
    market = Market.objects.create(
        platform=sold_in.platform, site_code="MLJ", country=people.country("JP"), currency=sold_in.currency, zone="Asia/Tokyo"
    )  # fmt: skip
    planning.save_part(ProgramMarket(program=program, market=market), by=officer)
    outbox.drain()
    assert customs(program)[AUGUST][0] == 120
    program.starts_on = dt.date(2025, 4, 1)
    planning.save_program(program, by=officer)
    Participation.objects.update(agreed_at=dt.datetime(2025, 4, 1, tzinfo=SEOUL))
    outbox.drain()
    assert customs(program)[dt.date(2025, 4, 1)][0] == 3
    no_differences()


@pytest.mark.parametrize("lines", [3, 40])
def test_looking_again_asks_as_often_of_forty_lines_as_of_three_and_reads_those_that_change(
    tmp_path, program, first, officer, lines
):
    """Half of the lines are of another type, which the agency then says nobody paid for."""
    rows = [declared(f"A-{number}", "10", 거래구분="11" if number % 2 else "94") for number in range(lines)]
    row = entered(written(tmp_path, *rows), program, officer)
    with CaptureQueriesContext(connection) as same:
        assert customs_lists.look_again(program.pk) == 0
    assert not [each for each in same if "currency_amount" in each["sql"]]  # no line is read whole
    assert len(same) == 12
    with CaptureQueriesContext(connection) as changed:
        assert customs_lists.say_types(row, unpaid_types=["94"], by=officer) == (lines + 1) // 2
    assert len(changed) == 38
    odd = lines // 2
    assert customs(program)[dt.date(2025, 8, 1)][0] == 10 * odd
    assert customs_lists.look_again(program.pk) == 0
    no_differences()
