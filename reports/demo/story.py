"""The whole story, in order. Everything happens at its own instant by the moved clock: the strategy in 2015, the call in 2025, in one transaction."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from ground import clock
from programs.models import Program
from reports.demo import (
    applying,
    closings,
    deciding,
    delivering,
    notice,
    papers,
    people,
    selling,
    strategy,
    strategy_briefings,
    strategy_guides,
    strategy_mailing,
    strategy_research,
    strategy_rules,
    widening,
)
from reports.domain.differing import finding

Say = Callable[[str], None]


def is_loaded() -> bool:
    return Program.objects.filter(code=notice.PROGRAM).exists()


def load(say: Say) -> bool:
    """Load the demonstration; False when it is there already. Needs the owner's rights (it moves the clock)."""
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        if is_loaded():
            return False
        _tell(say, Path(folder))
    return True


def _tell(say: Say, folder: Path) -> None:
    say("the five countries of 2015")
    five = strategy.choose_countries()
    strategy_research.research_and_publish(five)
    strategy_guides.publish(five)
    strategy_briefings.tell_strategy(five)
    strategy_rules.follow_activex(five)
    clock.move_to(notice.at(4, 14))
    say("people and program")
    cast = people.gather()
    program = notice.open_program(cast)
    notice.write_consents(cast)
    strategy_research.tell_of_chile(program, cast.officer, cast.manager)
    strategy_guides.publish_all(program, cast.officer)
    clock.move_to(notice.at(5, 9, 10))
    call = notice.open_call(cast, program)
    say("38 companies apply")
    applicants = applying.all_apply(call, folder)
    strategy_briefings.tell_chile(cast, program, applicants)
    say("screening, evaluation, selection")
    deciding.screen(cast, call, applicants, folder)
    deciding.evaluate(cast, call, applicants)
    deciding.select(cast, call)
    participations = deciding.agree(cast, call, applicants)
    say("stores, listings, components")
    sellers = delivering.open_stores(cast, applicants, participations)
    delivering.plan_components(cast, program, participations)
    delivering.open_all_listings(cast, sellers)
    say("sales files, declarations, payouts, reports")
    selling.set_schedule(cast, program)
    selling.record_terms(cast, program)
    drawn = selling.draw_all(sellers)
    for month in selling.MONTHS:
        selling.take_in_month(program, sellers, drawn, month, cast, folder)
        selling.declare_month(sellers, drawn, month)
        if month == 9:
            selling.record_customs(cast, sellers)
        selling.write_report(month)
        if month == 7:
            selling.pay_companies(cast, sellers, drawn, 7, dt.date(2025, 8, 29))
        if month == 8:
            delivering.stop_some_listings(cast, program)
            delivering.tick_off(cast, program)
            selling.pay_companies(cast, sellers, drawn, 8, dt.date(2025, 9, 29))
    clock.move_to(notice.at(10, 22, 11))
    notice.sign_memorandum(cast, program)
    clock.move_to(notice.at(9, 1))
    notice.open_other_program(cast)
    clock.move_to(notice.at(10, 17, 16))
    notice.open_next_call(cast, program)
    strategy_briefings.announce_next(cast, program)
    say("a third call, questions and answers, a payment")
    wide = widening.open_call(cast, program)
    widening.ask_and_answer(cast, wide, applicants)
    widening.apply_and_look(cast, wide, applicants)
    delivering.consult(cast, sellers)
    delivering.pay_one(cast, sellers, folder)
    strategy_rules.raise_in_chile(cast, program, sellers)
    strategy_mailing.prepare(cast, program, sellers)
    say("months are closed, a refund comes late, a sample is drawn")
    closings.close_months_to_july(cast, program)
    closings.adjust_july(program, sellers, drawn, cast, folder)
    closings.look_at_sample(cast, program)
    clock.move_to(dt.datetime(2025, 10, 22, 15, 0, tzinfo=clock.SEOUL))
    strategy_research.look_again()
    strategy_guides.be_read(applicants)
    papers.pass_check()
    finding.find(program)
    clock.move_to(dt.datetime(2025, 10, 23, 10, 0, tzinfo=clock.SEOUL))
