"""Size, credit and insolvency marks and support received, worked out by hand: SQL and plain Python give each answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from programs.domain.criteria.given import CoverFact, Facts, MarkFact, PaperFact, SizeFact, SupportFact
from programs.domain.criteria.values import shape_faults
from programs.domain.criteria.wording import asks
from programs.domain.eligibility import reason_text, value_text
from programs.domain.eligibility_reasons import evidence_text
from programs.models import Criterion
from tests.programs.criteria.asking import DAY, LATER, judge

pytestmark = pytest.mark.django_db
SME = {"sizes": ["micro", "small", "medium"]}
APRIL, MARCH = dt.date(2025, 4, 1), dt.date(2026, 3, 31)


def told(kind: str, values: Any, *, later: dt.date | None = None, **known: Any) -> tuple[str, str, str]:
    verdict = judge(Criterion(kind=kind, values=values), Facts(**known), later=later)
    assert str(reason_text(verdict.reason_code, as_of=DAY, renew_by=LATER)) != verdict.reason_code
    return verdict.outcome, verdict.reason_code, verdict.value


def paper(kind: str = "SME_CERT", state: str = "accepted", until: dt.date | None = MARCH) -> PaperFact:
    return PaperFact(kind, state, "제1호", APRIL, until, None)


def size(name: str, state: str = "accepted", on: dt.date = APRIL, until: dt.date = MARCH) -> SizeFact:
    return SizeFact(name, state, on, APRIL, until, "OTHER 7")


def test_an_accepted_paper_decides_the_size_and_nothing_else_does():
    """Closing day 30 May 2025, agreement day 25 June."""
    stated = SizeFact("small", "stated", dt.date(2025, 5, 1))
    june = dt.date(2025, 6, 10)
    worked: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
        ({}, ("look", "size_unknown", "")),
        ({"papers": [paper()]}, ("met", "size_met", "sme: 2025-04-01")),
        ({"papers": [paper(until=june)]}, ("met", "size_renew", "sme: 2025-04-01")),
        ({"papers": [paper(until=june), paper(state="unchecked")]}, ("met", "size_later_unchecked", "sme: 2025-04-01")),
        ({"papers": [paper(until=dt.date(2025, 5, 29))]}, ("look", "size_expired", "sme: 2025-04-01")),
        ({"papers": [paper(state="unchecked")]}, ("look", "size_unchecked", "sme: 2025-04-01")),
        ({"papers": [paper(state="refused")]}, ("look", "size_refused", "sme: 2025-04-01")),
        ({"papers": [paper(until=None)]}, ("look", "size_undated", "sme: 2025-04-01")),
        ({"papers": [paper("MID_CERT")]}, ("not_met", "size_not_met", "mid_size: 2025-04-01")),
        ({"sizes": [stated]}, ("look", "size_stated", "small: 2025-05-01")),
        ({"sizes": [size("large")]}, ("not_met", "size_not_met", "large: 2025-04-01")),
        ({"sizes": [size("large", "unchecked", dt.date(2025, 5, 1))], "papers": [paper()]},
         ("look", "size_disputed", "large: 2025-05-01, sme: 2025-04-01")),
        ({"sizes": [size("mid_size")], "papers": [paper()]}, ("look", "size_disputed", "mid_size: 2025-04-01, sme: 2025-04-01")),
        ({"sizes": [size("large", "unchecked", dt.date(2025, 3, 1))], "papers": [paper()]}, ("met", "size_met", "sme: 2025-04-01")),
    ]  # fmt: skip
    assert [told("size", SME, later=LATER, **known) for known, _expected in worked] == [
        expected for _known, expected in worked
    ]
    micro = {"sizes": ["micro"]}
    assert told("size", micro, papers=[paper()]) == ("look", "size_unclear", "sme: 2025-04-01")
    assert told("size", micro, papers=[paper()], sizes=[size("micro")])[:2] == ("met", "size_met")
    verdict = judge(Criterion(kind="size", values=SME), Facts(papers=[paper()]))
    assert verdict.evidence == "SME_CERT 제1호 (2025-04-01 – 2026-03-31)"


def mark(
    kind: str,
    is_found: bool,
    on: dt.date,
    *,
    by_agency: bool = True,
    cure: str = "",
    cured: dt.date | None = None,
) -> MarkFact:
    return MarkFact(
        kind,
        is_found,
        on,
        None,
        by_agency,
        cure,
        cured,
        f"조회 {on:%m%d}" if by_agency else "",
        "결정문" if cure else "",
    )


def test_what_the_agency_looked_up_decides_on_marks():
    may, april = dt.date(2025, 5, 2), dt.date(2025, 4, 2)
    bad, none = mark("credit_bad", True, april), mark("credit_bad", False, april)
    one = {"marks": ["credit_bad"]}
    worked: list[tuple[list[MarkFact], dict[str, Any], tuple[str, str, str]]] = [
        ([], one, ("look", "mark_unknown", "credit_bad")),
        ([none], one, ("met", "mark_none", "credit_bad:2025-04-02")),
        ([none], one | {"days": 58}, ("met", "mark_none", "credit_bad:2025-04-02")),
        ([none], one | {"days": 57}, ("look", "mark_outdated", "credit_bad:2025-04-02")),
        ([bad], one, ("not_met", "mark_found", "credit_bad:2025-04-02")),
        ([bad, mark("credit_bad", False, may)], one, ("met", "mark_none", "credit_bad:2025-05-02")),
        ([bad, mark("credit_bad", False, may, by_agency=False)], one, ("not_met", "mark_found", "credit_bad:2025-04-02")),
        ([mark("credit_bad", False, may, by_agency=False)], one, ("look", "mark_declared_none", "credit_bad:2025-05-02")),
        ([none, mark("credit_bad", True, may, by_agency=False)], one, ("look", "mark_declared", "credit_bad:2025-05-02")),
        ([mark("credit_bad", False, may), mark("credit_bad", True, april, by_agency=False)], one,
         ("met", "mark_none", "credit_bad:2025-05-02")),
        ([mark("credit_bad", True, april, cure="discharge", cured=DAY)], one,
         ("met", "mark_cured", "credit_bad:2025-04-02 discharge:2025-05-30")),
        ([mark("credit_bad", True, april, cure="discharge", cured=DAY + dt.timedelta(1))], one,
         ("not_met", "mark_found", "credit_bad:2025-04-02")),
        ([mark("credit_bad", True, april, cure="discharge", cured=may)], one | {"cures": ["restart"]},
         ("not_met", "mark_found", "credit_bad:2025-04-02")),
        ([mark("credit_bad", False, DAY + dt.timedelta(1))], one, ("look", "mark_unknown", "credit_bad")),
        ([none, mark("insolvency", True, may, cure="rehabilitation", cured=may)], {"marks": ["credit_bad", "insolvency"]},
         ("met", "mark_cured", "insolvency:2025-05-02 rehabilitation:2025-05-02")),
        ([none, bad], {"marks": ["fin_disorder", "credit_bad"]}, ("not_met", "mark_found", "credit_bad:2025-04-02")),
        ([none], {"marks": ["fin_disorder", "credit_bad", "capital_impaired"]},
         ("look", "mark_unknown", "fin_disorder, capital_impaired")),
    ]  # fmt: skip
    assert [told("marks", values, marks=known) for known, values, _expected in worked] == [
        expected for _known, _values, expected in worked
    ]
    cured = mark("insolvency", True, april, cure="rehabilitation", cured=may)
    verdict = judge(Criterion(kind="marks", values={"marks": ["insolvency"]}), Facts(marks=[cured]))
    assert verdict.evidence == "결정문"


def support(on: str, *, money: str = "national", item: str = "publicity", **fields: Any) -> SupportFact:
    known = {
        "body": "KOTRA",
        "program": "바우처",
        "amount": Decimal(5_000_000),
        "document": "A-1",
        "source": "list",
    } | fields
    return SupportFact(item=item, money=money, granted_on=dt.date.fromisoformat(on), **known)


def test_the_same_item_counts_within_the_years_and_only_a_known_time_is_met():
    three = {"items": ["publicity"], "years": 3}
    whole = [CoverFact("", dt.date(2022, 5, 30), dt.date(2025, 12, 31))]
    row = "2022-05-30 · KOTRA · 바우처 · publicity · 5000000 · national"
    window = "2022-05-30 – 2025-05-30"
    lists = [
        CoverFact("kotra", dt.date(2022, 1, 1), dt.date(2023, 12, 31)),
        CoverFact("KOTRA", dt.date(2024, 1, 1), DAY),
    ]
    at_kotra = three | {"bodies": ["KOTRA", "sba"]}
    national, local = (
        support("2024-02-01"),
        support("2025-03-01", money="local", body="경기도", program="판촉"),
    )
    worked: list[tuple[list[SupportFact], list[CoverFact], dict[str, Any], tuple[str, str, str]]] = [
        ([], [], three, ("look", "support_unknown", window)),
        ([], whole, three, ("met", "support_none", window)),
        ([], [CoverFact("", dt.date(2022, 5, 31), MARCH)], three, ("look", "support_unknown", window)),
        ([], lists, three, ("look", "support_unknown", window)),
        ([], lists, at_kotra, ("met", "support_none", window)),
        ([], lists, three | {"bodies": ["KOTRA", "경기도"]}, ("look", "support_unknown", window)),
        ([support("2022-05-30")], whole, three, ("not_met", "support_over", row)),
        ([support("2022-05-29")], whole, three, ("met", "support_none", window)),
        ([support("2022-05-30", source="declared")], whole, three, ("not_met", "support_over", row)),
        ([support("2022-05-30")], whole, three | {"most_times": 1}, ("met", "support_within", row)),
        ([support("2022-05-30")], [], three | {"most_times": 1}, ("look", "support_unknown", row)),
        ([support("2022-05-30")], whole, three | {"most_amount": 5_000_000}, ("met", "support_within", row)),
        ([support("2022-05-30")], whole, three | {"most_amount": 4_999_999}, ("not_met", "support_over", row)),
        ([support("2022-05-30", body="경기도")], lists, at_kotra, ("met", "support_none", window)),
        ([support("2024-12-31")], whole, {"items": ["publicity"], "same_year": True}, ("met", "support_none", "2025-01-01 – 2025-05-30")),
        ([support("2025-01-01", item="video")], whole, three, ("met", "support_none", window)),
        ([support("2025-01-01", item="")], whole, three, ("look", "support_unclear", "2025-01-01 · KOTRA · 바우처 ·  · 5000000 · national")),
        ([support("2022-05-30"), support("2022-05-30", source="declared")], whole, three | {"most_times": 1},
         ("look", "support_unclear", f"{row}; {row}")),
        ([national, local], whole, three | {"most_times": 9}, (
            "look", "support_both", "2024-02-01 · KOTRA · 바우처 · publicity · 5000000 · national"
            " + 2025-03-01 · 경기도 · 판촉 · publicity · 5000000 · local")),
        ([local], whole, three | {"money": "national"},
         ("look", "support_both_call", "2025-03-01 · 경기도 · 판촉 · publicity · 5000000 · local")),
        ([local], whole, three | {"money": "local"}, ("not_met", "support_over", "2025-03-01 · 경기도 · 판촉 · publicity · 5000000 · local")),
        ([national, support("2025-03-01", money="local", item="video")], whole, three | {"items": ["publicity", "video"], "most_times": 2},
         ("met", "support_within", "2025-03-01 · KOTRA · 바우처 · video · 5000000 · local; 2024-02-01 · KOTRA · 바우처 · publicity · 5000000 · national")),
    ]  # fmt: skip
    found = [
        told("support", values, supports=rows, covers=covers) for rows, covers, values, _expected in worked
    ]
    assert found == [expected for _rows, _covers, _values, expected in worked]
    verdict = judge(Criterion(kind="support", values=three), Facts(supports=[national, local]))
    assert verdict.evidence == "list A-1 + list A-1"


def test_values_seen_are_said_in_both_languages():
    said = {
        ("size_met", "small: 2025-04-01"): (
            "small enterprise (as of 1 April 2025)",
            "소기업(2025. 4. 1.(화) 기준)",
        ),
        ("size_met", "sme"): ("SME", "중소기업"),
        ("mark_cured", "insolvency:2025-04-02 rehabilitation:2025-05-02"): (
            "rehabilitation or liquidation under way (as of 2 April 2025) → rehabilitation plan approved (as of 2 May 2025)",
            "회생·청산 절차 진행(2025. 4. 2.(수) 기준) → 회생계획 인가(2025. 5. 2.(금) 기준)",
        ),
        ("mark_unknown", "credit_bad"): ("bad credit record", "신용 연체·부도 정보"),
        ("support_over", "2022-05-30 · KOTRA · 바우처 · publicity · 5000000 · national"): (
            "2022-05-30 · KOTRA · 바우처 · publicity and advertising · 5,000,000 KRW · national money",
            "2022-05-30 · KOTRA · 바우처 · 홍보·광고 · 5,000,000 원 · 국비",
        ),
        ("support_none", "2022-05-30 – 2025-05-30"): ("2022-05-30 – 2025-05-30",) * 2,
    }
    for (reason, value), expected in said.items():
        found = []
        for language in ("en", "ko"):
            with translation.override(language):
                found.append(str(value_text(reason, value)))
        assert tuple(found) == expected


def test_kinds_of_papers_and_sources_of_figures_are_said_in_words():
    both = "TAX_NAT 2026-03-02 – 2026-04-01, INS4 2026-03-05 –"
    with translation.override("en"):
        assert value_text("clearance_met", both) == (
            "national tax clearance 2 March 2026 – 1 April 2026, social insurance clearance 5 March 2026 –"
        )
        assert [
            str(evidence_text(reason, evidence))
            for reason, evidence in (
                ("certificate_met", "SME_CERT 제OTHER-1호"),
                ("tax_unchecked", "TAX_NAT 1, TAX_LOC"),
                ("size_met", "OTHER 확인서 (2025-04-01 –)"),
                ("exports_met", "kita, statement 나루 (1)"),
                ("answer_met", "kita"),
            )
        ] == [
            "SME confirmation 제OTHER-1호", "national tax clearance 1, local tax clearance", "other 확인서 (2025-04-01 –)",
            "export performance certificate, financial statement 나루 (1)", "kita",
        ]  # fmt: skip
    with translation.override("ko"):
        assert evidence_text("exports_met", "kita") == "수출실적증명서"


def test_a_rule_says_what_it_asks_and_what_is_wrong_with_it():
    with translation.override("en"):
        assert [
            asks(Criterion(kind=kind, values=values))
            for kind, values in (
                ("size", {"sizes": ["micro", "mid_size"]}),
                ("marks", {"marks": ["insolvency", "fin_disorder"], "days": 30}),
                (
                    "support",
                    {"items": ["video"], "years": 3, "most_times": 2, "bodies": ["KOTRA"], "money": "local"},
                ),
                ("support", {"items": ["video"], "same_year": True, "most_amount": 1000}),
            )
        ] == [
            "Size of the company: micro-enterprise, mid-size enterprise.",
            "None of these marks stands: rehabilitation or liquidation under way (taken away by: rehabilitation plan"
            " approved), financial-order disturbance record. A look-up may be 30 days old.",
            "Support for the same item within 3 years: promotional video; at most 2 times; by KOTRA; this program pays"
            " with: local money.",
            "Support for the same item in the same year: promotional video; at most 1,000 KRW.",
        ]
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("size", {}), ("size", {"sizes": ["big"]}), ("marks", {"marks": []}), ("marks", {"marks": ["tax"]}),
        ("marks", {"marks": ["insolvency"], "cures": ["prayer"]}), ("marks", {"marks": ["insolvency"], "days": True}),
        ("support", {"years": 3}), ("support", {"items": ["video"]}), ("support", {"items": ["video"], "years": 0}),
        ("support", {"items": ["video"], "years": 1, "same_year": True}), ("support", {"items": ["x"], "years": 1}),
        ("support", {"items": ["video"], "years": 1, "bodies": "KOTRA"}),
        ("support", {"items": ["video"], "years": 1, "most_times": -1}),
        ("support", {"items": ["video"], "years": 1, "most_amount": "much"}),
        ("support", {"items": ["video"], "years": 1, "money": "other"}),
    ]  # fmt: skip
    assert [len(shape_faults(kind, values)) for kind, values in wrong] == [1] * len(wrong)
