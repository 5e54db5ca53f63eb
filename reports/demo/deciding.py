"""Screening, evaluation, selection and agreements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import uuid4

from accounts.domain import approvals
from companies.domain import standing
from ground import clock, files
from ground.models import StoredFile
from programs.domain import (
    agreement,
    correction,
    evaluation,
    intake_correction,
    intake_documents,
    planning,
    result_notice,
    screening,
    selection,
)
from programs.models import Application, Call, Document, Paper, Participation
from reports.demo import applying, papers
from reports.demo.applying import Applicant
from reports.demo.notice import at
from reports.demo.people import Cast


def screen(cast: Cast, call: Call, applicants: list[Applicant], folder: Path) -> None:
    """Staff look at the papers, ask the tax office, send one application back, decide all."""
    clock.move_to(at(6, 2, 10))
    for each in applicants:
        if each.firm.part == "outside":
            applying.add_head_office(each.firm, each.company, each.owner)
        if each.firm.part == "banned":
            standing.ban(
                each.company, agency=cast.agency, from_on=dt.date(2025, 1, 1), until_on=dt.date(2025, 12, 31),
                reason="지난 사업에서 실적 보고를 하지 않음(시연)", by=cast.manager,
            )  # fmt: skip
    with applying.tax_office(folder) as office:
        standing.check_status([each.company for each in applicants], office=office)
    wrong = next(each for each in applicants if each.firm.serial == 12)
    papers.pass_check()
    for document in Document.objects.filter(call=call, replaced_at__isnull=True).exclude(
        application=wrong.application
    ):
        intake_documents.look_at(document, is_accepted=True, by=cast.officer)
    _correct(cast, wrong)
    clock.move_to(at(6, 5, 15))
    screening.screen_call(call, by=cast.officer)
    screening.settle_clear(call, by=cast.officer)
    left = call.applications.filter(status=Application.Status.SUBMITTED)
    if left.exists():
        raise RuntimeError(f"not decided: {list(left)}")


def _correct(cast: Cast, wrong: Applicant) -> None:
    """A wrong paper goes back and comes again two days later."""
    required = wrong.application.call.requireddocuments.get(code="biz-reg")
    correction.send_back(
        wrong.application,
        items=[
            correction.Correction(
                part="document",
                note="사업자등록증명이 아닌 자료입니다. 다시 올려 주십시오.",
                document_id=required.pk,
            )
        ],
        due_at=at(6, 9, 18),
        by=cast.officer,
    )
    clock.move_to(at(6, 4, 11))
    intake_documents.hand_in(
        wrong.application,
        required,
        papers.pdf(required.name_ko),
        days=intake_documents.Days(dt.date(2025, 6, 4)),
        by=wrong.owner,
    )
    intake_correction.resubmit(wrong.application, by=wrong.owner, form_key=uuid4())
    papers.pass_check()
    for document in Document.objects.filter(application=wrong.application, replaced_at__isnull=True):
        intake_documents.look_at(document, is_accepted=True, by=cast.officer)


def evaluate(cast: Cast, call: Call, applicants: list[Applicant]) -> None:
    """Three evaluators declare their interests and score; one is recused from one company."""
    clock.move_to(at(6, 9, 9))
    weights = {each.application.pk: each.firm.weight for each in applicants}
    eligible = list(call.applications.filter(status=Application.Status.ELIGIBLE).order_by("receipt"))
    items = list(call.score_items.all())
    random = Random(30)  # noqa: S311 — made-up points, not a secret
    for place, user in enumerate(cast.evaluators):
        post = evaluation.appoint(call, email=user.email, by=cast.manager)
        recused = eligible[4].pk if place == 1 else None
        evaluation.declare(
            post,
            [
                evaluation.Declaration(
                    each.pk, each.pk == recused, "가족이 근무하는 기업입니다." if each.pk == recused else ""
                )
                for each in eligible
            ],
            by=user,
        )
        clock.move_to(at(6, 10 + place, 14))
        for each in eligible:
            if each.pk == recused:
                continue
            share = Decimal(min(96, 62 + weights[each.pk] // 3)) / 100
            if weights[each.pk] == 9:
                share = Decimal("0.55")
            marks = [
                evaluation.Mark(
                    item.pk,
                    min(
                        item.maximum_points,
                        (item.maximum_points * share + Decimal(random.randint(-4, 4)) / 4).quantize(
                            Decimal("0.25")
                        ),
                    ),
                )
                for item in items
            ]
            evaluation.score(post, each, marks, by=user)


def select(cast: Cast, call: Call) -> None:
    """Sealed by two persons on Monday, released to all on Wednesday, published on Thursday."""
    clock.move_to(at(6, 16, 10))
    paper = planning.save_part(Paper(
        program=call.program, kind=Paper.Kind.SELECTION, number="시연기획-2025-063",
        decided_on=dt.date(2025, 6, 16), title_ko="참여기업 선정 결과", title_en="Result of the selection",
        file=files.keep(papers.pdf("참여기업 선정 결과"), kind=StoredFile.Kind.PAPER),
    ), by=cast.officer)  # fmt: skip
    question = selection.ask_sealing(call, reason="평가가 끝났습니다.", by=cast.manager)
    approvals.answer(question, by=cast.second_manager, grant=True)
    selection.decide(call, by=cast.manager, paper=paper)
    clock.move_to(at(6, 18, 14))
    selection.release(call, by=cast.manager)
    clock.move_to(at(6, 19, 10))
    words = {
        "text_ko": f"「{call.title_ko}」 모집공고의 선정기업을 아래와 같이 공고합니다.\n선정기업에는 6월 20일에 협약을 안내합니다.",
        "text_en": f"The companies selected in “{call.title_en}” are announced as follows.\nThe agreements are offered on 20 June.",
    }  # fmt: skip
    question = result_notice.ask(call, **words, reason="선정 결과를 기업에 알렸습니다.", by=cast.officer)
    approvals.answer(question, by=cast.manager, grant=True)
    result_notice.publish(call, **words, by=cast.officer)


def agree(cast: Cast, call: Call, applicants: list[Applicant]) -> list[Participation]:
    """Agreements are offered on Friday and accepted by all 30 companies by the agreement day."""
    clock.move_to(at(6, 20, 10))
    agreement.offer_all(call, accept_by=dt.date(2025, 6, 27), by=cast.officer)
    owners = {each.company.pk: each.owner for each in applicants}
    accepted = []
    offered = (
        Participation.objects.filter(application__call=call)
        .select_related("company", "application")
        .order_by("number")
    )
    for place, participation in enumerate(offered):
        clock.move_to(at(6, 23 + place // 12, 9 + place % 9, 20))
        owner = owners[participation.company_id]
        accepted.append(agreement.accept(participation, text_sha256=participation.text_sha256, by=owner))
        assert participation.application is not None
        for required in call.requireddocuments.filter(stage="selected"):
            intake_documents.hand_in(
                participation.application, required, papers.pdf(required.name_ko), by=owner
            )
    return accepted
