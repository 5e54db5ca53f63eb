"""Industries in a criterion: a section, or deeper codes that the shipped list does not have, checked by section and division."""

from __future__ import annotations

from typing import Any

import pytest

from companies.domain import facts
from ground import ksic, reference
from ground.models import Industry
from programs.domain import screening
from programs.domain.criteria.faults import faults
from programs.domain.criteria.wording import asks
from programs.queries import takings
from tests.factories import intake as made
from tests.factories import programs, register

pytestmark = pytest.mark.django_db


def test_the_sections_have_the_77_divisions_of_revisions_10_and_11() -> None:
    """Counts published by Statistics Korea: 21 sections, 77 divisions."""
    of = [number for first, last in ksic.DIVISIONS.values() for number in range(first, last + 1)]
    assert (len(ksic.DIVISIONS), len(of), len(set(of))) == (21, 77, 77)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("C", True), ("C10", True), ("C107", True), ("C10794", True), ("A01", True), ("C34", True), ("G47", True),
        ("C47", False), ("C35", False), ("C1", False), ("Z10", False), ("X", False), ("C107940", False), ("c10", False), ("", False),
    ],
)  # fmt: skip
def test_a_code_begins_with_its_section_and_a_division_of_it(code: str, is_one: bool) -> None:
    assert ksic.is_possible(code) is is_one


def test_a_criterion_names_divisions_and_deeper_codes_of_the_shipped_revisions() -> None:
    reference.load()
    call = programs.call()
    for revision in (10, 11):
        values = {"include": ["C10794", "G"], "exclude": ["I5621"], "revision": revision}
        rule = made.criterion(call, f"r{revision}", "industry", values=values)
        assert faults(rule, [rule]) == []
        assert str(revision) in asks(rule)
        for part in ("C10794 (C 제조업)", "G 도매 및 소매업", "I5621 (I "):
            assert part in asks(rule)
    for code in ("C47", "C1"):
        rule.values = {"include": [code], "revision": 11}
        assert faults(rule, [rule]) == [
            f"{code}은(는) 해당 대분류의 중·소·세·세세분류 코드가 아닙니다(한국표준산업분류 11차)."
        ]
    for values in ({"include": ["X10"], "revision": 11}, {"include": ["C10"], "revision": 9}):
        rule.values = values
        assert len(faults(rule, [rule])) == 1


def test_a_visitor_and_a_company_name_the_digits_and_stand_as_the_screening_says(
    client: Any, move_clock: Any
) -> None:
    """By the letter alone nobody can tell, and nothing is guessed."""
    reference.load()
    move_clock(made.DURING)
    call = programs.call()
    rule = made.criterion(call, "bars", "industry", values={"exclude": ["I5621"], "revision": 11})
    address = f"/calls/{call.pk}/check/"

    def standing(**typed: str) -> Any:
        return client.post(address, typed).context["standing"]

    expected = {"": "look", "5610": "met", "I 56-1": "met", "56": "look", "56211": "not_met"}
    for digits, outcome in expected.items():
        assert standing(industry_main="11:I", industry_main_digits=digits).outcome == outcome
    both = {"industry_main": "11:C", "industry_2": "11:I", "industry_2_digits": "56211"}
    assert standing(**both).outcome == "not_met"
    for wrong, field in (
        ({"industry_main": "11:I", "industry_main_digits": "47"}, "industry_main_digits"),
        ({"industry_main": "11:I", "industry_main_digits": "5"}, "industry_main_digits"),
        ({"industry_main_digits": "56211"}, "industry_main"),
    ):
        assert list(client.post(address, wrong).context["form"].errors) == [field]
    for serial, digits in enumerate(["", "5610", "56", "56211"], 1):
        company = register.company(serial)
        facts.add_industry(
            company, industry=Industry.objects.get(pk="11:I"), digits=digits, is_main=True, by=register.member(company)
        )  # fmt: skip
        application = programs.application(call, company, status="submitted", receipt=f"R-{serial}")
        screening.screen_call(call, by=None)
        said = takings.latest([application])[application.pk][rule.pk]
        assert (said.outcome, said.value) == (expected[digits], f"11:I{digits}")
        client.force_login(company.members.get().user)
        page = client.get(f"{address}?company={company.pk}")
        form = page.context["form"]
        assert (form["industry_main"].value(), form["industry_main_digits"].value()) == ("11:I", digits)
        assert f"I{digits} " in page.content.decode()
