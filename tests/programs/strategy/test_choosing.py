"""A choice of countries: values with their sources, a decision of two, and a table that stays."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.domain import approvals
from accounts.models import Approval
from ground.errors import RuleBroken
from programs.domain import choosing
from programs.models import (
    Candidate,
    CountryChoice,
    Indicator,
    IndicatorValue,
    ProgramShare,
    WeighedIndicator,
)
from programs.queries import country_choice
from tests.factories import people, programs
from tests.programs.strategy.test_country_ranking import INDICATORS, VALUES

pytestmark = pytest.mark.django_db
CODE = "SBA-STRATEGY-2015"


def prepare(folder: Path) -> dict[str, Any]:
    program = programs.program(CODE)
    by = people.officer()
    rows = {}
    for each in INDICATORS:
        rows[each.code] = choosing.save_indicator(
            Indicator(
                program=program, code=each.code, name_ko=f"지표 {each.code}", name_en=each.code.title(),
                unit_ko="백만 달러", unit_en="USD million",
            ),
            by=by,
        )  # fmt: skip
    for (country, code), value in VALUES.items():
        choosing.save_value(value_of(rows[code], country, value), by=by)
    choice = choosing.save_choice(
        CountryChoice(
            program=program, name_ko="대상국 선정", name_en="Target countries", size=2, least_coverage=50
        ),
        by=by,
    )
    for each in INDICATORS:
        choosing.save_part(
            WeighedIndicator(
                choice=choice, indicator=rows[each.code], year=2014, weight=each.weight, is_more_better=each.is_more_better
            ),
            by=by,
        )  # fmt: skip
    for code in ("VN", "ID", "US", "JP"):
        choosing.save_part(Candidate(choice=choice, country=people.country(code)), by=by)
    return {"choice": choice, "by": by, **rows}


def value_of(indicator: Indicator, country: str, value: int, **fields: Any) -> IndicatorValue:
    return IndicatorValue(
        indicator=indicator, country=people.country(country), value=value,
        **{"year": 2014, "source": "지어낸 통계 연보", "source_on": dt.date(2015, 3, 1), "is_illustrative": True, **fields},
    )  # fmt: skip


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return prepared.made


def propose(
    made: dict[str, Any], countries: tuple[str, ...] = ("VN", "ID"), reason: str = "순위대로"
) -> Approval:
    return choosing.propose(made["choice"], countries, reason=reason, by=made["by"])


def agreed(made: dict[str, Any], **fields: Any) -> CountryChoice:
    approvals.answer(propose(made, **fields), by=people.officer("manager"), grant=True)
    return choosing.decide(made["choice"], by=made["by"])


def refusal(act: Any, *arguments: Any, **fields: Any) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*arguments, **fields)
    return broken.value.code


def test_the_table_says_every_part_with_its_source(prepared, made):
    choosing.save_value(value_of(made["sales"], "VN", 1, year=2013), by=made["by"])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = country_choice.table(made["choice"])
    assert len(asked) == 3
    assert [(row["code"], row["rank"], row["score"]) for row in found["countries"]] == [
        ("VN", 1, "60.00"), ("ID", 2, "60.00"), ("US", 3, "45.00"), ("JP", 4, "37.50"),
    ]  # fmt: skip
    assert found["countries"][3]["parts"][2] == {
        "indicator": "days", "value": None, "normalized": None, "points": None, "source": "", "source_on": None,
        "is_illustrative": False,
    }  # fmt: skip
    assert found["countries"][0]["parts"][0] == {
        "indicator": "sales", "value": "100.0000", "normalized": "100.00", "points": "50.00", "source": "지어낸 통계 연보",
        "source_on": "2015-03-01", "is_illustrative": True,
    }  # fmt: skip


def test_a_decision_takes_two_and_keeps_its_table(prepared, made):
    choice = made["choice"]
    assert refusal(choosing.decide, choice, by=made["by"]) == "second_person"
    asked = propose(made, ("VN", "US"), reason="인도네시아는 규제가 풀리기를 기다림")
    assert refusal(choosing.decide, choice, by=made["by"]) == "second_person"
    approvals.answer(asked, by=people.officer("manager"), grant=True)
    decided = choosing.decide(choice, by=made["by"])
    assert (decided.state, decided.kept["chosen"], decided.approval) == ("decided", ["US", "VN"], asked)
    before = country_choice.table(decided)
    choosing.save_value(value_of(made["days"], "JP", 1), by=made["by"])
    assert country_choice.table(CountryChoice.objects.get()) == before
    part = Candidate(choice=choice, country=people.country("CL"))
    for act, *arguments in (
        (choosing.decide, choice), (choosing.save_choice, choice), (choosing.save_part, part),
        (choosing.drop_part, choice.candidates.first()),
    ):  # fmt: skip
        assert refusal(act, *arguments, by=made["by"]) == "decided"
    assert refusal(propose, made) == "decided"


def test_an_agreement_is_to_exactly_one_table(prepared, made):
    """A value, a weight or the proposal changed since: the yes does not carry over."""
    choice, by = made["choice"], made["by"]
    changes = (
        lambda: choosing.save_value(value_of(made["days"], "JP", 3), by=by),
        lambda: choosing.save_part(weight_of(choice, 51), by=by),
        lambda: propose(made, ("VN", "US")),
        lambda: propose(made, reason="다른 이유"),
    )
    for change in changes:
        with transaction.atomic():
            approvals.answer(propose(made), by=people.officer("manager"), grant=True)
            change()
            assert refusal(choosing.decide, choice, by=by) == "second_person"
            transaction.set_rollback(True)


def weight_of(choice: CountryChoice, weight: int) -> WeighedIndicator:
    row = choice.weighed.get(indicator__code="sales")
    row.weight = Decimal(weight)
    return row


def test_what_is_refused(prepared, made):
    choice, by = made["choice"], made["by"]
    other = choosing.save_indicator(
        Indicator(program=programs.program("SBA-OTHER-2015"), code="other", name_ko="다른 지표", unit_ko="%"),
        by=by,
    )
    stranger = people.officer(agency_code="BNA")
    assert refusal(propose, made, reason=" ") == "reason_missing"
    assert refusal(propose, made, ("VN",)) == "other_number"
    assert refusal(propose, made, ("VN", "CL")) == "not_ranked"
    assert (
        refusal(
            choosing.save_part, WeighedIndicator(choice=choice, indicator=other, year=2014, weight=1), by=by
        )
        == "other_program"
    )
    assert (
        refusal(choosing.save_value, value_of(made["sales"], "CL", 1, source=" "), by=by) == "source_missing"
    )
    for act, row in (
        (choosing.save_value, value_of(made["sales"], "CL", 1)), (choosing.save_indicator, made["sales"]),
        (choosing.save_choice, choice), (choosing.save_part, weight_of(choice, 1)), (choosing.decide, choice),
    ):  # fmt: skip
        assert refusal(act, row, by=stranger) == "not_your_agency"
    more = CountryChoice.objects.get(pk=choice.pk)
    more.size, more.least_coverage = 4, Decimal(90)
    choosing.save_choice(more, by=by)
    assert refusal(propose, made, ("VN", "ID", "US", "JP")) == "nothing_to_rank"


def test_twelve_indicators_are_the_most(prepared, made):
    for number in range(10):
        row = choosing.save_indicator(
            Indicator(program=made["choice"].program, code=f"more-{number}", name_ko="더", unit_ko="%"),
            by=made["by"],
        )
        part = WeighedIndicator(choice=made["choice"], indicator=row, year=2014, weight=1)
        if number < 9:
            choosing.save_part(part, by=made["by"])
    assert refusal(choosing.save_part, part, by=made["by"]) == "too_many"


def test_the_database_keeps_agencies_programs_and_years_apart(prepared, made):
    wrong = (
        value_of(made["sales"], "VN", 5),
        WeighedIndicator(choice=made["choice"], indicator=made["sales"], year=2013, weight=1),
        Candidate(choice=made["choice"], country=people.country("VN")),
    )
    for row in wrong:
        row.agency, row.program = made["choice"].agency, made["choice"].program
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    lone = value_of(made["sales"], "CL", 5)
    lone.agency, lone.program = people.agency("BNA"), made["choice"].program
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        lone.save()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        CountryChoice.objects.update(state="decided")


def test_who_sees_them(prepared, made):
    ProgramShare.objects.create(
        program=made["choice"].program, agency=people.agency("KTA"), part_ko="공동 운영"
    )
    seen = {
        who: [model.objects.visible_to(user).count() for model in (Indicator, IndicatorValue, CountryChoice)]
        for who, user in {
            "own": made["by"], "sharing": people.officer(agency_code="KTA"), "other": people.officer(agency_code="BNA"),
        }.items()
    }  # fmt: skip
    assert seen == {"own": [3, 11, 1], "sharing": [3, 11, 1], "other": [0, 0, 0]}


def test_the_command_prints_one_object(prepared, made, capsys):
    call_command("rank_markets", CODE, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["ranking"][0] == {
        "country": "VN", "score": 60.0, "parts": {"sales": 50.0, "market": 0.0, "days": 10.0}, "top5_share": 1.0,
    }  # fmt: skip
    assert found["pivot_weights"][0] == {
        "indicator": "sales", "direction": "below", "weight": 50.0, "from_weight": 30.0, "change_percent": -40.0, "leaves": ["VN"], "enters": ["JP"],
    }  # fmt: skip
    call_command("rank_markets", CODE)
    assert "  1  VN     60.00" in capsys.readouterr().out


def client_of(user: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def test_pages_from_the_form_to_the_decision(prepared, made):
    """Propose and decide by the buttons; the one who proposed is not the second person; the page says what stands."""
    choice = made["choice"]
    ranking = reverse("admin:programs_countrychoice_ranking", args=[choice.pk])
    client = client_of(made["by"])
    with CaptureQueriesContext(connection) as asked:
        page = client.get(ranking).content.decode()
    queries = len(asked)
    assert "How firm it is" in page
    assert strip_tags(page).count("(illustrative)") == len(INDICATORS)
    assert "A second person has not agreed yet." not in page
    wrong = client.post(
        reverse("admin:programs_countrychoice_propose", args=[choice.pk]),
        {"countries": ["VN"], "reason": "x"},
    )
    assert (wrong.status_code, "Choose 2 countries" in wrong.content.decode()) == (409, True)
    typed = {"countries": ["VN", "ID"], "reason": "순위대로"}
    assert (
        client.post(reverse("admin:programs_countrychoice_propose", args=[choice.pk]), typed).url == ranking
    )
    approval = Approval.objects.get()
    with pytest.raises(RuleBroken):
        approvals.answer(approval, by=made["by"], grant=True)
    assert "A second person has not agreed yet." in client.get(ranking).content.decode()
    approvals.answer(approval, by=people.officer("manager"), grant=True)
    assert client.post(reverse("admin:programs_countrychoice_decide", args=[choice.pk])).url == ranking
    assert "This is the table as it stood then" in client.get(ranking).content.decode()
    assert client.post(reverse("admin:programs_countrychoice_decide", args=[choice.pk])).status_code == 409
    assert queries == 9
    stranger = client_of(people.officer(agency_code="BNA"))
    assert stranger.get(ranking).status_code == 404


def test_a_source_of_its_own_stands_beside_its_value(prepared, made):
    """All other values of the indicator lose the common line in the head, too: each says its own."""
    choosing.save_value(
        value_of(made["sales"], "CL", 5, source="다른 연보", is_illustrative=False), by=made["by"]
    )
    choosing.save_part(Candidate(choice=made["choice"], country=people.country("CL")), by=made["by"])
    ranking = reverse("admin:programs_countrychoice_ranking", args=[made["choice"].pk])
    page = strip_tags(client_of(made["by"]).get(ranking).content.decode())
    assert (page.count("다른 연보"), page.count("(illustrative)")) == (1, 2 + 4)


def test_weights_and_candidates_are_typed_and_dropped_on_the_page_of_the_choice(prepared, made):
    choice = made["choice"]
    address = reverse("admin:programs_countrychoice_change", args=[choice.pk])
    weighed = list(choice.weighed.order_by("-weight", "indicator__code"))
    candidates = list(choice.candidates.order_by("country"))
    typed = {
        "name_ko": "대상국", "name_en": "", "size": 2, "normalization": "order", "least_coverage": "100", "shift_percent": "10",
        "weighed-TOTAL_FORMS": 3, "weighed-INITIAL_FORMS": 3, "candidates-TOTAL_FORMS": 5, "candidates-INITIAL_FORMS": 4,
    }  # fmt: skip
    for number, row in enumerate(weighed):
        typed |= {
            f"weighed-{number}-id": row.pk, f"weighed-{number}-choice": choice.pk, f"weighed-{number}-indicator": row.indicator_id,
            f"weighed-{number}-year": 2014, f"weighed-{number}-weight": 60 if number == 0 else row.weight,
            f"weighed-{number}-is_more_better": "on" if row.is_more_better else "",
        }  # fmt: skip
    typed |= {
        "weighed-2-DELETE": "on",
        "candidates-4-country": people.country("CL").pk,
        "candidates-4-choice": choice.pk,
    }
    for number, row in enumerate(candidates):
        typed |= {
            f"candidates-{number}-id": row.pk,
            f"candidates-{number}-choice": choice.pk,
            f"candidates-{number}-country": row.country_id,
        }
    answer = client_of(made["by"]).post(address, typed)
    assert answer.status_code == 302, answer.context["errors"]
    choice.refresh_from_db()
    assert (choice.name_ko, choice.normalization) == ("대상국", "order")
    assert [(row.indicator.code, row.weight) for row in choice.weighed.select_related("indicator").order_by("-weight")] == [
        ("sales", 60), ("market", 30),
    ]  # fmt: skip
    assert sorted(choice.candidates.values_list("country", flat=True)) == ["CL", "ID", "JP", "US", "VN"]


HEAD = "indicator,country,year,value,source,source_on,is_illustrative\n"


def shown(user: Any, text: str) -> tuple[Client, Any]:
    client = client_of(user)
    file = SimpleUploadedFile("values.csv", text.encode("utf-8-sig"), "text/csv")
    return client, client.post(
        reverse("admin:programs_indicatorvalue_import"), {"import_file": file, "format": "0", "resource": "0"}
    )


def test_values_come_by_file_with_a_preview(prepared, made):
    people.country("CL")
    text = HEAD + f"{CODE}:days,JP,2014,3,연보,2015-03-02,0\n{CODE}:sales,VN,2014,99.5,연보,2015-03-02,1\n"
    client, preview = shown(made["by"], text)
    assert IndicatorValue.objects.filter(country="JP", indicator__code="days").count() == 0
    confirm = preview.context["confirm_form"].initial
    client.post(reverse("admin:programs_indicatorvalue_process_import"), confirm)
    assert IndicatorValue.objects.get(country="JP", indicator__code="days").value == 3
    assert IndicatorValue.objects.get(country="VN", indicator__code="sales").value == Decimal("99.5")
    assert IndicatorValue.objects.count() == len(VALUES) + 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"{CODE}:days,JP,2014,,연보,2015-03-02,0", "The value is empty. Leave out the row"),
        (f"{CODE}:nothing,JP,2014,1,연보,2015-03-02,0", "Name the indicator as program:code"),
        (f"{CODE}:days,JP,2014,1,,2015-03-02,0", "This field cannot be blank"),
        (f"{CODE}:days,JP,2014,1,연보,2015-03-02,maybe", "Write 1 for an illustrative value"),
        (f"{CODE}:days,JP,2014,1,연보,2015-03-02,", "Write 1 for an illustrative value"),
        (f'{CODE}:days,JP,2014,"12,5",연보,2015-03-02,0', "Write the number with a point"),
        (f"{CODE}:days,JP,2014,1e3,연보,2015-03-02,0", "Write the number with a point"),
        (f"{CODE}:days,JP,14,1,연보,2015-03-02,0", "Write the year with four digits"),
        (f"{CODE}:days,JP,1200,1,연보,2015-03-02,0", "greater than or equal to 1990"),
    ],
)
def test_a_wrong_row_is_named(prepared, made, row, sentence):
    _client, preview = shown(made["by"], HEAD + row + "\n")
    assert sentence in preview.content.decode()
    assert IndicatorValue.objects.count() == len(VALUES)


def test_what_is_exported_comes_back_unchanged(prepared, made):
    """A negative value, thousands, and a year without a separator; as many questions for eleven rows as for three."""
    row = choosing.save_value(value_of(made["sales"], "CL", Decimal("-1234.5")), by=made["by"])
    client = client_of(made["by"])
    address = reverse("admin:programs_indicatorvalue_export")
    values = {
        name: "on" for name in client.get(address).context["form"].fields if name.startswith("valueresource_")
    }
    counts = []
    for query in ("?q=CL", ""):
        with CaptureQueriesContext(connection) as asked:
            file = client.post(address + query, {"format": "0", "resource": "0", **values})
        counts.append(len(asked))
    assert counts[0] == counts[1]
    text = file.content.decode("utf-8-sig")
    assert "2014,'-1234.5000," in text
    _client, preview = shown(made["by"], text)
    assert [each.import_type for each in preview.context["result"].rows] == ["skip"] * (len(VALUES) + 1)
    row.refresh_from_db()
    assert row.value == Decimal("-1234.5")


def test_a_refusal_is_said_and_the_choice_stays_open(prepared, made):
    approvals.answer(propose(made), by=people.officer("manager"), grant=False, reason="근거 부족")
    page = (
        client_of(made["by"])
        .get(reverse("admin:programs_countrychoice_change", args=[made["choice"].pk]))
        .content.decode()
    )
    assert "A second person refused. Change the proposal." in page
    assert "refused" in page
    assert refusal(choosing.decide, made["choice"], by=made["by"]) == "second_person"


def test_a_decided_choice_takes_no_post(prepared, made):
    choice = agreed(made)
    before = list(choice.weighed.order_by("pk").values())
    answer = client_of(made["by"]).post(
        reverse("admin:programs_countrychoice_change", args=[choice.pk]), {"name_ko": "다른 이름", "size": 1}
    )
    assert answer.status_code == 403
    assert (CountryChoice.objects.get().name_ko, list(choice.weighed.order_by("pk").values())) == (
        "대상국 선정",
        before,
    )


def test_the_command_takes_the_decided_choice_before_a_newer_draft(prepared, made, capsys):
    agreed(made)
    choosing.save_choice(CountryChoice(program=made["choice"].program, name_ko="새 초안"), by=made["by"])
    call_command("rank_markets", CODE, "--json")
    assert json.loads(capsys.readouterr().out)["chosen"] == ["ID", "VN"]
    with pytest.raises(CommandError):
        call_command("rank_markets", "SBA-NOTHING-2015", "--json")


def test_nobody_imports_into_another_agency(prepared, made):
    _client, preview = shown(
        people.officer(agency_code="BNA"), HEAD + f"{CODE}:days,JP,2014,3,연보,2015-03-02,0\n"
    )
    assert "Name the indicator as program:code" in preview.content.decode()
