"""Fetching published rates (고시환율 수집): a scheduled job asks for what is missing, and each question leaves a record.

Asked are today and the ten days before it (of customs the weeks in which they lie). A day is settled once it was over
when the publisher answered: then rates that were published anew in its course are there, and "nothing published" (a
holiday) is for good. Until then nothing published is asked again after an hour. Who does not answer is left alone for a
while, and so is a day whose answer cannot be read, by itself; nobody on a page waits for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import cast

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from ground import clock
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Currency
from ground.outside import Silence
from ground.spoken import day_in
from programs.domain import tasks
from programs.models import Program, Task
from reports.domain import rates
from reports.models import RateAttempt
from reports.published.asking import Publisher, Quote
from reports.published.publishers import PUBLISHERS
from reports.queries import results, waiting
from reports.queries.rates import DAYS_BACK, WON, sunday_of
from reports.queries.waiting import RateGap

log = structlog.get_logger(__name__)

AGAIN = dt.timedelta(hours=1)
SHORTEST, LONGEST = dt.timedelta(minutes=10), dt.timedelta(hours=6)
FOR_A_PERSON = {"key", "address", "request", "data_code"}
OF_THE_DAY = {"malformed", "other_week"}
"""Answers that cannot be read say nothing of the other days; every other silence is the publisher's."""
DAYS_TO_ENTER = 7
SHOWN_GAPS = 3


def fetch() -> list[RateAttempt]:
    """Ask every publisher that a key is set up for, for what is due; a day's rates are entered all or none, with the
    record of the question. After a publisher that did not answer the next one is asked; after an answer that cannot be
    read, the same one for the next day."""
    made = []
    for kind in PUBLISHERS:
        publisher = kind()
        if not publisher.key:
            continue
        for day in due(publisher, clock.now()):
            made.append(ask(publisher, day))
            if made[-1].why_not and made[-1].why_not not in OF_THE_DAY:
                break
    return made


def due(publisher: Publisher, now: dt.datetime) -> list[dt.date]:
    """The days for which a publisher is to be asked now, the newest first; of customs the Sundays of weeks."""
    attempts = RateAttempt.objects.filter(publisher=publisher.code)
    if now < _patient_until(list(attempts.order_by("-created_at", "-id")[:7]), but=OF_THE_DAY):
        return []
    local = now.astimezone(SEOUL)
    today = local.date()
    back = DAYS_BACK if local.hour >= publisher.from_hour else DAYS_BACK - 1
    newest = today if local.hour >= publisher.from_hour else today - dt.timedelta(days=1)
    days = [newest - dt.timedelta(days=each) for each in range(back + 1)]
    if publisher.days == 7:
        days = list(dict.fromkeys(sunday_of(day) for day in days))
    answered: dict[dt.date, list[RateAttempt]] = {day: [] for day in days}
    for each in attempts.filter(day__in=days, why_not__in=["", *OF_THE_DAY]).order_by("-created_at", "-id"):
        answered[each.day].append(each)
    return [day for day in days if _is_to_be_asked(answered[day], publisher, now)]


def _is_to_be_asked(answered: list[RateAttempt], publisher: Publisher, now: dt.datetime) -> bool:
    """Whether a day is due, by what was answered of it, the newest first."""
    if not answered or answered[0].why_not:
        return now >= _patient_until(answered)
    last = answered[0]
    answered_on = last.created_at.astimezone(SEOUL).date()
    if last.outcome == RateAttempt.Outcome.BROUGHT:
        return answered_on <= last.day < now.astimezone(SEOUL).date()
    is_over = answered_on >= last.day + dt.timedelta(days=publisher.days)
    return not is_over and now >= last.created_at + AGAIN


def _patient_until(newest: list[RateAttempt], but: Collection[str] = ()) -> dt.datetime:
    """Until when a publisher, or a day, is left alone after there was no answer: the next day where the limit is reached,
    six hours where a person has to look, else ten minutes that double up to six hours. Reasons of `but` are answers."""
    failures = next(
        (place for place, each in enumerate(newest) if not each.why_not or each.why_not in but), len(newest)
    )
    if not failures:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    at = newest[0].created_at
    why_not = newest[0].why_not
    if why_not == "quota":
        tomorrow = at.astimezone(SEOUL).date() + dt.timedelta(days=1)
        return dt.datetime.combine(tomorrow, dt.time(), tzinfo=SEOUL)
    if why_not in FOR_A_PERSON:
        return at + LONGEST
    return at + min(SHORTEST * (1 << min(failures - 1, 6)), LONGEST)


def ask(publisher: Publisher, day: dt.date) -> RateAttempt:
    """Ask for one day, outside of any transaction, and keep what came of it: new rates and the record together."""
    try:
        quotes = publisher.rates_of(day)
    except Silence as silence:
        log.warning("rates.no_answer", publisher=publisher.code.value, day=str(day), why_not=silence.code)
        return _keep(publisher, day, RateAttempt.Outcome.SILENT, why_not=silence.code)
    if not quotes:
        return _keep(publisher, day, RateAttempt.Outcome.NOTHING)
    with transaction.atomic():
        return _enter(publisher, day, quotes)


def _enter(publisher: Publisher, day: dt.date, quotes: list[Quote]) -> RateAttempt:
    known = {each.pk: cast(Currency, each) for each in Currency.objects.in_use_on(day)}
    source = rates.Source(publisher.source, publisher.source_en)
    new = [
        rates.take_over(
            source, series=publisher.series, base=known[each.currency], quote=known[WON], day=day,
            quoted_units=each.units, quoted_value=each.value,
        )
        for each in quotes
        if each.currency in known
    ]  # fmt: skip
    versions = [each.version for each in new if each is not None]
    return _keep(
        publisher, day, RateAttempt.Outcome.BROUGHT, published=len(quotes), entered=len(versions),
        corrected=sum(version > 1 for version in versions),
        left_out=", ".join(each.currency for each in quotes if each.currency not in known)[:300],
    )  # fmt: skip


def _keep(publisher: Publisher, day: dt.date, outcome: str, **facts: int | str) -> RateAttempt:
    made = RateAttempt.objects.create(publisher=publisher.code, day=day, outcome=outcome, **facts)
    made.refresh_from_db()
    return made


def watch() -> list[Task]:
    """Each program with lines that wait for a rate has a task on its agency's desk, which names currencies and days; once
    nothing waits the task is closed. A task that is open keeps its day."""
    today = clock.today()
    open_tasks = Task.objects.open().filter(kind=Task.Kind.RATES)
    asked = open_tasks.filter(subject_id=OuterRef("pk"))
    programs = Program.objects.filter(starts_on__lte=today).select_related("agency")
    programs = programs.exclude(~Exists(asked), state=Program.State.CLOSED)
    dues = dict(open_tasks.values_list("subject_id", "due_on"))
    made = []
    for program in programs.order_by("code"):
        try:
            gaps = waiting.rate_gaps([results.scope_until(program, today)])
        except RuleBroken as refused:
            log.warning("rates.not_watched", program=program.code, why=refused.code)
            continue
        with transaction.atomic():
            if gaps:
                made.append(
                    _open(program, gaps, dues.get(program.pk, today + dt.timedelta(days=DAYS_TO_ENTER)))
                )
            elif program.pk in dues:
                tasks.close_task(Task.Kind.RATES, program.pk, side=Task.Side.AGENCY)
    return made


def _span(gap: RateGap, language: str) -> str:
    days = dict.fromkeys([min(gap.days), max(gap.days)])
    return f"{gap.currency} {' … '.join(day_in(language, each) for each in days)}"


def _open(program: Program, gaps: list[RateGap], due_on: dt.date) -> Task:
    shown = gaps[:SHOWN_GAPS]
    more = ", …" if len(gaps) > len(shown) else ""
    korean, english = (
        f"{program.code} {', '.join(_span(gap, language) for gap in shown)}{more}"
        for language in ("ko", "en")
    )
    return tasks.open_task(
        agency=program.agency, side=Task.Side.AGENCY, kind=Task.Kind.RATES, subject_id=program.pk,
        subject=korean, subject_en=english, due_on=due_on,
    )  # fmt: skip
