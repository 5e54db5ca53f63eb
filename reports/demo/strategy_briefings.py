"""Briefings of the demonstration, made up like everybody in them: two of 2015 with guests, attendance and a survey, one of
May 2025 to which some firms came, and one still to come."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from ground import clock, files
from ground.clock import SEOUL
from ground.models import StoredFile
from guidance.domain import attending, briefings, registering, surveying
from guidance.models import (
    Briefing,
    BriefingCountry,
    BriefingMaterial,
    BriefingQuestion,
    BriefingSession,
    Registration,
)
from programs.models import Program
from reports.demo import papers
from reports.demo.applying import Applicant
from reports.demo.people import Cast

GUESTS = (
    ("가람이(시연)", "가람무역(시연)"), ("나래미(시연)", "나래식품(시연)"), ("다온이(시연)", "다온화장품(시연)"),
    ("라온이(시연)", ""), ("마루미(시연)", "마루생활(시연)"), ("바름이(시연)", "바름문구(시연)"),
    ("사랑이(시연)", "사랑완구(시연)"), ("아라미(시연)", ""),
)  # fmt: skip
CHOICES_KO = "제품\n마케팅\n결제\n배송"
CHOICES_EN = "product\nmarketing\npayment\ndelivery"
WORDS = ("나라별 결제 방법을 더 알고 싶습니다.", "배송비 계산 예시가 좋았습니다.")


def tell_strategy(program: Program) -> None:
    """July 2015 on China and Japan, September 2015 on Viet Nam and Indonesia, after the publication in June."""
    by = User.objects.get(email="officer@strategy.example")
    for month, title_ko, title_en, countries, count in (
        (7, "중국·일본 온라인 수출 전략 설명회(시연)", "Briefing on China and Japan (demonstration)", ("CN", "JP"), 8),
        (9, "베트남·인도네시아 온라인 수출 전략 설명회(시연)", "Briefing on Viet Nam and Indonesia (demonstration)", ("VN", "ID"), 7),
    ):  # fmt: skip
        starts_at = dt.datetime(2015, month, 15, 14, tzinfo=SEOUL)
        clock.move_to(starts_at - dt.timedelta(days=20))
        briefing = _open(
            Briefing(
                program=program, title_ko=title_ko, title_en=title_en,
                text_ko="연구기관이 조사한 나라별 제품·마케팅·결제·배송 전략을 알려 드립니다. 내용은 지어낸 것입니다.",
                text_en="What the research bodies found on product, marketing, payment and delivery in these countries. The content is made up.",
                starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), closes_at=starts_at - dt.timedelta(days=1),
                place_ko="나루회관 대강당(시연)", place_en="Naru Hall, main auditorium (demonstration)", capacity=7,
                contact_ko="전략팀 02-000-0000", contact_en="Strategy team, +82-2-000-0000",
            ),
            countries,
            by,
        )  # fmt: skip
        asked = [
            registering.register_guest(
                briefing, registering.Person(name, f"guest{place}@guest.example"), company_name=company, has_agreed=True
            )
            for place, (name, company) in enumerate(GUESTS[:count], start=1)
        ]  # fmt: skip
        _hold(briefing, [registering.confirm(each) for each in asked if each is not None], by)


def tell_chile(cast: Cast, program: Program, applicants: list[Applicant]) -> None:
    """22 May 2025, while the call was open: firms that had registered by then came, the first of them with two people."""
    starts_at = dt.datetime(2025, 5, 22, 15, tzinfo=SEOUL)
    clock.move_to(starts_at - dt.timedelta(hours=30))
    briefing = _open(
        Briefing(
            program=program, title_ko="칠레 온라인 진출 설명회(시연)", title_en="Briefing: selling online in Chile (demonstration)",
            text_ko="사업 신청 방법과 칠레 시장을 설명합니다.", text_en="How to apply, and the market of Chile.",
            starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), closes_at=starts_at - dt.timedelta(hours=2),
            place_ko="서울나루진흥원 3층 회의실(시연)", place_en="Seoul Naru Agency, 3rd floor (demonstration)",
            online_url="https://room.example/chile", capacity=30,
            contact_ko="해외판로팀 02-000-0000", contact_en="Overseas sales team, +82-2-000-0000",
        ),
        ("CL",),
        cast.officer,
    )  # fmt: skip
    people: list[Registration] = []
    for place, each in enumerate(applicants[:12]):
        persons = [registering.Person(each.firm.representative, each.firm.mail)]
        if place == 0:
            persons.append(registering.Person("새내기(시연)", f"second.{each.firm.mail}"))
        people += registering.register_company(briefing, each.company, persons, by=each.owner)
    _hold(briefing, people, cast.officer)
    briefings.show_recording(briefing, "https://video.example/chile-2025-05", by=cast.officer)


def announce_next(cast: Cast, program: Program) -> Briefing:
    """Still to come when the demonstration begins, so that a newcomer can register."""
    starts_at = dt.datetime(2025, 11, 6, 14, tzinfo=SEOUL)
    return _open(
        Briefing(
            program=program, title_ko="칠레 추가 모집 온라인 설명회(시연)", title_en="Online briefing on the further call (demonstration)",
            text_ko="추가 모집의 신청 방법과 자주 틀리는 서류를 설명합니다.",
            text_en="How to apply to the further call, and which documents go wrong most often.",
            starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1), closes_at=starts_at - dt.timedelta(hours=3),
            online_url="https://room.example/chile-2", capacity=60,
            contact_ko="해외판로팀 02-000-0000", contact_en="Overseas sales team, +82-2-000-0000",
        ),
        ("CL",),
        cast.officer,
    )  # fmt: skip


def _open(briefing: Briefing, countries: tuple[str, ...], by: User) -> Briefing:
    """With two sessions, a public and a further material, and a survey; published."""
    made = briefings.save_briefing(briefing, by=by)
    half = made.starts_at + (made.ends_at - made.starts_at) / 2
    for country in countries:
        briefings.save_part(BriefingCountry(briefing=made, country_id=country), by=by)
    for starts_at, ends_at, title_ko, title_en in (
        (made.starts_at, half, "시장과 소비자", "Market and consumers"),
        (half, made.ends_at, "결제와 배송, 질의응답", "Payment and delivery, questions"),
    ):
        briefings.save_part(
            BriefingSession(
                briefing=made, starts_at=starts_at, ends_at=ends_at, title_ko=title_ko, title_en=title_en,
                speaker_ko="서연구(나루무역연구원, 시연)", speaker_en="Seo Yeon-gu (Naru Trade Institute, demonstration)",
            ),
            by=by,
        )  # fmt: skip
    for title_ko, title_en, is_public in (
        ("설명회 안내문(시연)", "Announcement (demonstration)", True),
        ("발표 자료(시연)", "Slides (demonstration)", False),
    ):
        file = files.keep(papers.pdf(title_ko), kind=StoredFile.Kind.PAPER)
        briefings.save_part(
            BriefingMaterial(
                briefing=made, title_ko=title_ko, title_en=title_en, is_public=is_public, file=file
            ),
            by=by,
        )
    for place, (kind, label_ko, label_en, choices_ko, choices_en) in enumerate(
        (
            ("scale", "설명회가 도움이 되었습니까?", "Was the briefing useful?", "", ""),
            ("choice", "무엇을 더 알고 싶습니까?", "What would you like to know more about?", CHOICES_KO, CHOICES_EN),
            ("text", "하고 싶은 말씀을 적어 주십시오.", "Anything else?", "", ""),
        ),
        start=1,
    ):  # fmt: skip
        briefings.save_part(
            BriefingQuestion(
                briefing=made, position=place, kind=kind, label_ko=label_ko, label_en=label_en, choices_ko=choices_ko,
                choices_en=choices_en,
            ),
            by=by,
        )  # fmt: skip
    return briefings.publish(made, by=by)


def _hold(briefing: Briefing, people: list[Registration], by: User) -> None:
    """All but the last with a seat come, and all but one of them answer."""
    clock.move_to(briefing.starts_at - dt.timedelta(minutes=15))
    seated = list(
        Registration.objects.seated().filter(pk__in=[each.pk for each in people]).order_by("joined_at", "id")
    )
    came = [attending.check_in(briefing, each.code, by=by)[0] for each in seated[:-1]]
    clock.move_to(briefing.ends_at + dt.timedelta(minutes=10))
    useful, wanted, words = list(briefing.survey_questions.order_by("position"))
    for place, each in enumerate(came[:-1] if len(came) > 6 else came):
        surveying.answer(
            each,
            {
                useful.pk: 3 + place % 3,
                wanted.pk: 1 + place % 2,
                words.pk: WORDS[place] if place < 2 else None,
            },
        )
