"""The guides of 2015: an edition of each country in June, a video, and what companies do with them ten years later."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from accounts.models import Agency, User
from companies.domain import consents
from companies.models import ConsentText
from ground import clock
from ground.clock import SEOUL
from ground.models import Country
from guidance.domain import editions, guide_questions, reading, videos
from guidance.models import Edition, GuideVideo, ReadingKind
from guidance.queries import statements
from programs.models import Program
from reports.demo.applying import Applicant
from reports.demo.notice import at
from reports.demo.strategy import PROGRAM

PUBLISHED_AT = dt.datetime(2015, 6, 15, 18, tzinfo=SEOUL)
AGAIN_AT = dt.datetime(2015, 6, 30, 10, tzinfo=SEOUL)
FILMED = "VN"
CAPTIONS_KO = """WEBVTT

00:00:01.000 --> 00:00:04.000
지어낸 영상입니다. 베트남에 온라인으로 팔 때 알아 둘 것을 말씀드립니다.

00:00:04.500 --> 00:00:09.000
먼저 결제와 배송부터 살펴보십시오.
"""
CAPTIONS_EN = """WEBVTT

00:00:01.000 --> 00:00:04.000
This video is made up. It tells what to know about selling online in Viet Nam.

00:00:04.500 --> 00:00:09.000
Look at payment and delivery first.
"""
COUNTING = {
    "kind": ConsentText.Kind.READING, "items_ko": "기업규모, 업종, 읽은 안내서와 날짜, 신청·입점·판매 여부와 날짜", "months": 24,
    "items_en": "Size, industry, guides read and days, whether and when it applied, listed and sold",
    "title_ko": "안내서 열람 집계 동의", "title_en": "Counting of which guides are read",
    "body_ko": "어떤 안내서를 언제 읽었는지 기업규모·업종과 함께 세고, 그 뒤에 우리 기업이 무엇을 신청하고 입점하고 판매했는지와 이어서 봅니다. 안내서를 고치고 알리며 그 성과를 살필 때에만 씁니다. 동의를 철회하거나 기간이 끝나면 우리 기업의 열람은 더 이상 기업별로 보지 않습니다. 동의하지 않아도 안내서를 읽을 수 있습니다.",
    "body_en": "Which guides your company reads on which day is counted with its size and industry, and linked with what it applied for, listed and sold afterwards, to improve guides, tell of them and see what came of them. When you withdraw or the term ends, your readings are no longer looked at by company. You read guides without agreeing, too.",
    "from_on": dt.date(2025, 4, 14),
}  # fmt: skip


def _officer() -> User:
    return User.objects.get(email="officer@strategy.example")


def publish(program: Program) -> None:
    """The guides of 2015, a video that is made up, and the second edition of the country of which a statement changed."""
    clock.move_to(PUBLISHED_AT)
    publish_all(program, _officer())
    if Edition.objects.filter(program=program, country=FILMED).exists():
        videos.save(
            GuideVideo(
                program=program, country_id=FILMED, title_ko="베트남 온라인 수출, 4분 안내(시연)",
                title_en="Viet Nam: selling online in four minutes (demonstration)",
                address="https://video.example/naru/vn", captions_ko=CAPTIONS_KO, captions_en=CAPTIONS_EN,
                transcript_ko="지어낸 영상입니다. 베트남에 온라인으로 팔 때 알아 둘 것을 말씀드립니다. 먼저 결제와 배송부터 살펴보십시오.",
                transcript_en="This video is made up. It tells what to know about selling online in Viet Nam. Look at payment and delivery first.",
            ),
            by=_officer(),
        )  # fmt: skip
    clock.move_to(AGAIN_AT)
    editions.publish(program, Country.objects.get(pk=FILMED), by=_officer())


def publish_all(program: Program, by: User) -> None:
    """The next edition of every country of which something is published."""
    for country in statements.countries(program):
        editions.publish(program, country, by=by)


def be_read(applicants: list[Applicant]) -> None:
    """Companies agree to being counted, read, keep and rate the guide; one asks, and all read the answer."""
    edition = Edition.objects.filter(program__code=PROGRAM, country=FILMED).order_by("-number").first()
    if edition is None:
        return
    clock.move_to(at(10, 20, 9))
    manager = User.objects.get(email="manager@strategy.example")
    text = consents.publish_text(
        Agency.objects.get(code="STRATEGY"), code="guides", wording=COUNTING, by=manager
    )
    clock.move_to(at(10, 22, 15))
    now = clock.now()
    for place, each in enumerate(applicants[:12]):
        if place < 8:
            consents.give(text, each.company, by=each.owner)
        reading.count([edition], ReadingKind.READ, user=each.owner, at=now)
    reader = applicants[0]
    reading.count([edition], ReadingKind.DOWNLOAD, user=reader.owner, at=now)
    reading.keep(edition.program, edition.country, reader.company, by=reader.owner)
    for each in applicants[:6]:
        reading.rate(edition, each.company, 4, by=each.owner)
    asked = guide_questions.ask(
        edition.program, edition.country, reader.company, "착불로 팔면 반품된 물건의 배송비는 누가 냅니까?",
        may_be_published=True, form_key=uuid4(), by=reader.owner,
    )  # fmt: skip
    guide_questions.answer(
        asked, question_ko="착불 판매에서 반품 배송비는 누가 부담합니까?", question_en="Who pays for returns of cash on delivery?",
        answer_ko="계약으로 정합니다. 지어낸 답입니다: 판매자가 내는 일이 많으니 값에 넣어 두십시오.",
        answer_en="Your contract says it. A made-up answer: mostly the seller does, so put it into the price.", by=_officer(),
    )  # fmt: skip
