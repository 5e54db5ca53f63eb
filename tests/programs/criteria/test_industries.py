"""Industries in a criterion: a section, or deeper codes that the shipped list does not have, checked by section and division."""

from __future__ import annotations

import pytest

from ground import ksic, reference
from programs.domain.criteria.faults import faults
from programs.domain.criteria.wording import asks
from tests.factories import intake as made
from tests.factories import programs

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
