"""Editions: what a guide says is frozen with its booklets, marks of today stand beside it, and everybody reads it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from ground.clock import SEOUL
from ground.errors import RuleBroken
from guidance.domain import editions, reviewing, stating
from guidance.models import Booklet, Edition, ReadingCount
from guidance.printing import booklet
from guidance.queries import guides
from tests.conftest import moved_to
from tests.factories import guidance, people, programs

pytestmark = pytest.mark.django_db
CODE = "GUIDE-2025"
AT = dt.datetime(2025, 6, 15, 10, tzinfo=SEOUL)
DAYS = {"as_of_on": dt.date(2025, 5, 1), "review_on": dt.date(2026, 5, 1)}


def prepare(folder: Path) -> dict[str, Any]:
    moved_to(AT - dt.timedelta(days=5))
    program = programs.program(CODE, name_ko="다섯 나라 전략", name_en="Five countries")
    by, country = people.officer(), people.country("VN")
    payment = guidance.published(
        program,
        pillar="payment",
        text_ko="착불이 많습니다.",
        text_en="Many pay on delivery.",
        evidence_en="Made up.",
        **DAYS,
    )
    draft = guidance.draft(
        program, text_ko="작은 것이 팔립니다.", text_en="", products=["3304", "1905"], **DAYS
    )
    for year, value in ((2013, "2.2"), (2014, "2.97")):
        guidance.figure(draft, value, year=year)
    reviewing.publish(guidance.agreed(draft), by=by)
    moved_to(AT)
    first = editions.publish(program, country, by=by)
    return {
        "program": program,
        "country": country,
        "by": by,
        "payment": payment,
        "product": draft,
        "first": first,
    }


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    moved_to(AT + dt.timedelta(days=1))
    return prepared.made


def revise(version: Any, **fields: Any) -> Any:
    """The next version of a statement, published."""
    by = people.officer()
    draft = stating.revise(version.statement, changed_ko="값을 고침", changed_en="New values", by=by)
    for name, value in fields.items():
        setattr(draft, name, value)
    stating.save_draft(draft, by=by)
    reviewing.publish(guidance.agreed(draft), by=by)
    return draft


def refusal(*arguments: Any, **named: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        editions.publish(*arguments, **named)
    return refused.value.code


def test_an_edition_says_what_is_published_and_never_anything_else(made):
    first = Edition.objects.get()
    assert [(row["pillar"], row["text_ko"], row["version"]) for row in first.content["statements"]] == [
        ("product", "작은 것이 팔립니다.", str(made["product"].pk)),
        ("payment", "착불이 많습니다.", str(made["payment"].pk)),
    ]
    assert first.content["statements"][0]["figures"] == [
        {"label_ko": "비율", "label_en": "Share", "value": value, "unit_ko": "%", "unit_en": "", "year": year, "is_illustrative": False}
        for year, value in ((2013, "2.2"), (2014, "2.97"))
    ]  # fmt: skip
    assert (first.version, first.content["changes"]) == ("VN-1", [])
    for change in (
        lambda: Edition.objects.update(number=9),
        lambda: Edition.objects.all().delete(),
        lambda: Booklet.objects.update(version="x"),
        lambda: Booklet.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_the_next_edition_says_what_changed_and_the_first_stays(made):
    program, country, by = made["program"], made["country"], made["by"]
    assert refusal(program, country, by=by) == "no_change"
    assert refusal(program, people.country("JP"), by=by) == "nothing_published"
    assert refusal(program, country, by=people.officer(agency_code="BNA")) == "not_your_agency"
    revise(made["payment"], text_ko="카드가 늘었습니다.", text_en="Cards are growing.")
    rules = guidance.published(
        program, pillar="rules", text_ko="규정이 있습니다.", text_en="There are rules."
    )
    reviewing.withdraw(made["product"], reason="틀림", by=by)
    second = editions.publish(program, country, by=by)
    assert (second.version, second.digest == made["first"].digest) == ("VN-2", False)
    assert [(each["kind"], each["pillar"], each["text_ko"], each["changed_ko"]) for each in second.content["changes"]] == [
        ("gone", "product", "", ""),
        ("changed", "payment", "카드가 늘었습니다.", "값을 고침"),
        ("new", "rules", "규정이 있습니다.", ""),
    ]  # fmt: skip
    assert second.content["statements"][1]["version"] == str(rules.pk)
    assert Edition.objects.get(number=1).content == made["first"].content
    assert [each.version for each in editions.newest(program)] == ["VN-2"]


def test_booklets_are_kept_as_printed_and_the_command_writes_them(made, tmp_path, capsys):
    def write(country: str, lang: str = "ko") -> dict[str, Any]:
        call_command("write_guide", CODE, country=country, lang=lang, out=tmp_path, json=True)
        return dict(json.loads(capsys.readouterr().out))

    found = write("vn")
    (file,) = found["files"]
    written = Path(file["path"]).read_bytes()
    again = booklet.write_pdf([Edition.objects.get().content], "ko")
    assert (found["version"], file["format"]) == ("VN-1", "pdf")
    assert file["sha256"] == hashlib.sha256(written).hexdigest() == hashlib.sha256(again).hexdigest()
    assert Path(file["path"]).name == f"{CODE}_VN-1_ko.pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(written)).pages)
    assert "작은 것이 팔립니다." in text
    assert write("all") == found
    guidance.published(made["program"], "JP", "delivery", text_ko="빠릅니다.")
    editions.publish(made["program"], people.country("JP"), by=made["by"])
    whole = write("all", "en")
    assert whole["version"] == "JP-1+VN-1"
    assert Path(whole["files"][0]["path"]).name == f"{CODE}_all_2025-06-16_en.pdf"
    assert write("VN") == found
    for arguments, sentence in (
        (("NONE", "VN"), "NONE"),
        ((CODE, "CL"), "CL"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("write_guide", arguments[0], country=arguments[1], out=tmp_path)
    (tmp_path / "taken").write_text("")
    with pytest.raises(CommandError, match="쓸 수 없습니다"):
        call_command("write_guide", CODE, country="VN", out=tmp_path / "taken")


def test_marks_are_those_of_today(made, move_clock):
    content = Edition.objects.get().content
    with translation.override("en"):

        def marks(at: dt.datetime) -> dict[str, list[str]]:
            found = guides.shown(content, "en", at)
            return {
                each["title"]: each["marks"] for pillar in found["pillars"] for each in pillar["statements"]
            }

        made_up = "Made up for the demonstration"
        last_day = dt.datetime(2026, 5, 1, 23, 59, tzinfo=SEOUL)
        assert marks(last_day) == {"Product 1": [made_up], "Payment 1": [made_up]}
        past = "Past its review: it may no longer be true"
        assert marks(last_day + dt.timedelta(minutes=1)) == {
            "Product 1": [past, made_up],
            "Payment 1": [past, made_up],
        }
        revise(made["payment"], text_ko="카드가 늘었습니다.")
        reviewing.withdraw(made["product"], reason="틀림", by=made["by"])
        assert marks(AT + dt.timedelta(days=2)) == {
            "Product 1": ["Withdrawn on 16 June 2025"],
            "Payment 1": ["Worded anew since; the next edition says it", made_up],
        }
        assert marks(AT) == {"Product 1": [made_up], "Payment 1": [made_up]}


def test_everybody_reads_guides_in_both_languages_with_a_constant_number_of_queries(
    made, client, django_assert_num_queries
):
    show = reverse("guide_show", kwargs={"program": CODE, "country": "VN"})
    with django_assert_num_queries(2):
        page = client.get(reverse("guide_list"))
    assert show in page.text
    with django_assert_num_queries(8):
        page = client.get(show)
    assert [each in page.text for each in ("작은 것이 팔립니다.", "착불이 많습니다.", "항목 2개")] == [
        True,
        True,
        False,
    ]
    assert "VN-1판, 2025. 6. 15.(일)" in page.text
    english = client.get(show, headers={"accept-language": "en"}).text
    assert "Many pay on delivery." in english
    assert (
        '<span lang="ko">작은 것이 팔립니다.</span> <small class="only-korean">(Korean only)</small>'
        in english
    )
    for address in (
        reverse("guide_show", kwargs={"program": CODE, "country": "JP"}),
        reverse("guide_show", kwargs={"program": "NONE", "country": "VN"}),
        reverse("guide_edition", kwargs={"program": CODE, "country": "VN", "number": 2}),
        reverse("guide_booklet", kwargs={"program": CODE, "version": "VN-2", "lang": "ko"}),
        reverse("guide_kept", kwargs={"program": CODE, "country": "VN", "lang": "ja"}),
    ):
        assert client.get(address).status_code == 404
    revise(made["payment"], text_ko="카드가 늘었습니다.")
    editions.publish(made["program"], made["country"], by=made["by"])
    guidance.published(made["program"], "JP", "delivery")
    editions.publish(made["program"], people.country("JP"), by=made["by"])
    with django_assert_num_queries(2):
        page = client.get(reverse("guide_list"))
    assert [each.language for each in page.context["shelves"][0].whole] == ["ko", "en"]
    with django_assert_num_queries(8):
        page = client.get(show)
    assert "카드가 늘었습니다." in page.text
    first = reverse("guide_edition", kwargs={"program": CODE, "country": "VN", "number": 1})
    assert first in page.text
    older = client.get(first).text
    assert "착불이 많습니다." in older
    assert "더 새로운 VN-2판이 있습니다." in older
    assert (
        client.get(reverse("guide_edition", kwargs={"program": CODE, "country": "VN", "number": 2})).url
        == show
    )
    file = client.get(reverse("guide_booklet", kwargs={"program": CODE, "version": "VN-1", "lang": "ko"}))
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert file["Content-Disposition"].endswith(f"{CODE}_VN-1_ko.pdf")


def test_what_was_withdrawn_is_read_no_more_and_its_booklets_are_not_offered(made, client, tmp_path):
    """Of two statements one goes, later the other one; the file stays, for staff of the agency."""
    program, country, by = made["program"], made["country"], made["by"]
    guidance.published(program, "JP", "delivery", text_ko="빠릅니다.")
    editions.publish(program, people.country("JP"), by=by)
    show = reverse("guide_show", kwargs={"program": CODE, "country": "VN"})
    kept = reverse("guide_kept", kwargs={"program": CODE, "country": "VN", "lang": "ko"})
    first = reverse("guide_edition", kwargs={"program": CODE, "country": "VN", "number": 1})

    def file(version: str) -> Any:
        return client.get(
            reverse("guide_booklet", kwargs={"program": CODE, "version": version, "lang": "ko"})
        )

    def is_offered() -> tuple[bool, bool]:
        return "VN-1/ko.pdf" in client.get(show).text, "JP-1+VN-1/ko.pdf" in client.get(
            reverse("guide_list")
        ).text

    assert is_offered() == (True, True)
    reviewing.withdraw(made["product"], reason="틀림", by=by)
    for address in (show, kept):
        page = client.get(address).text
        assert [
            words in page for words in ("철회", "착불이 많습니다.", "작은 것이 팔립니다.", "2.97", "3304")
        ] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert "끝났습니다" not in page
    assert "책자는 철회된 내용이 있어" in client.get(show).text
    assert "모든 나라의 책자는 철회된 내용이 있어" in client.get(reverse("guide_list")).text
    assert is_offered() == (False, False)
    assert [file("VN-1").url, file("JP-1+VN-1").url, file("JP-1").status_code] == [
        first,
        reverse("guide_list"),
        200,
    ]
    for each, version in (("VN", "VN-1"), ("all", "VN-1")):
        for language, told in (("ko", "철회된 내용이 있어"), ("en", "says something that was withdrawn")):
            with translation.override(language), pytest.raises(CommandError, match=told) as refused:
                call_command("write_guide", CODE, country=each, out=tmp_path)
            assert version in str(refused.value)
    call_command("write_guide", CODE, country="JP", out=tmp_path)
    assert [path.name for path in tmp_path.glob("*.pdf")] == [f"{CODE}_JP-1_ko.pdf"]
    client.force_login(by)
    assert b"".join(file("VN-1").streaming_content).startswith(b"%PDF-")
    client.logout()
    editions.publish(program, country, by=by)
    assert "작은 것이 팔립니다." not in client.get(show).text + client.get(first).text
    assert [file("VN-2").status_code, file("VN-1").url, file("JP-1+VN-2").status_code] == [200, first, 200]
    reviewing.withdraw(made["payment"], reason="틀림", by=by)
    assert refusal(program, country, by=by) == "nothing_published"
    for address in (show, kept):
        page = client.get(address).text
        assert ("끝났습니다" in page, "착불이 많습니다." in page) == (True, False)


def test_addresses_with_anything_else_are_none_and_heads_are_answered_uncounted(made, client):
    nul = "%00"
    for path in (
        f"/guides/A/{nul}/", f"/guides/{nul}/VN/", f"/guides/A/booklet/{nul}/ko.pdf", f"/guides/A/booklet/VN-1/{nul}.pdf",
        f"/guides/A/{nul}/kept/ko/", f"/guides/app/{nul}/", f"/guides/{CODE}/VN/99999999999999/", f"/guides/{CODE}/%F0%9F%8D%9C/",
        f"/guides/{CODE}/VN/{nul}/", f"/guides/{CODE}/{nul}/ask/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    guide = {"program": CODE, "country": "VN"}
    for address in (
        reverse("guide_list"), reverse("guide_show", kwargs=guide), reverse("guide_app", kwargs={"lang": "ko"}), reverse("guide_versions"),
        reverse("guide_kept", kwargs={**guide, "lang": "ko"}), reverse("guide_worker"), reverse("guide_manifest", kwargs={"lang": "ko"}),
        reverse("guide_booklet", kwargs={"program": CODE, "version": "VN-1", "lang": "ko"}),
    ):  # fmt: skip
        assert client.head(address, headers={"sec-fetch-mode": "navigate"}).status_code == 200, address
    assert ReadingCount.objects.count() == 0


def test_staff_publish_and_others_do_not(made, client):
    add = reverse("admin:guidance_edition_add")
    values = {"program": str(made["program"].pk), "country": "VN"}
    client.force_login(made["by"])
    page = client.post(add, values)
    assert page.status_code == 200
    assert "이미 같은 내용입니다" in page.text
    revise(made["payment"], text_ko="카드가 늘었습니다.")
    assert client.post(add, values).status_code == 302
    second = Edition.objects.get(number=2)
    assert "VN-2" in client.get(reverse("admin:guidance_edition_changelist")).text
    page = client.get(reverse("admin:guidance_edition_change", args=[second.pk])).text
    assert second.digest in page
    client.force_login(people.officer("auditor"))
    assert client.post(add, values).status_code == 404
    client.force_login(people.officer(agency_code="BNA"))
    assert client.get(reverse("admin:guidance_edition_change", args=[second.pk])).status_code == 404
    assert client.post(add, values).status_code == 200
    assert Edition.objects.count() == 2
