"""Two mailings of one edition at once, over real connections: no company is written to twice."""

from __future__ import annotations

from threading import Barrier

import pytest

from guidance.domain import mailing as mailings
from guidance.models import Edition, Mailing, MailingReceiver
from tests.factories import guidance, people, programs, register
from tests.guidance.test_mailing import agreed, company
from tests.programs.staff.test_races import at_once
from tests.waiting import after

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two() -> list[Mailing]:
    firm = company(1)
    register.seen_by(firm)
    agreed(firm)
    guidance.edition(programs.program())
    return [
        mailings.save_mailing(
            Mailing(program=programs.program(), name=name, edition=Edition.objects.get(), subject="제목", body="글"),
            by=people.officer(),
        )
        for name in ("하나", "둘")
    ]  # fmt: skip


def test_the_later_one_waits_and_knows_who_gets_it_already(two):
    by = people.officer()
    first, then = (lambda each=each: mailings.send(each, expected=1, by=by) for each in two)
    assert after(first, then) == "had_it"
    assert [each.mailing for each in MailingReceiver.objects.select_related("mailing")] == two[:1]


def test_without_the_lock_it_would_be_sent_twice(two, monkeypatch):
    """The negative control."""
    meet, look, by = Barrier(2), mailings.preview, people.officer()

    def slowly(row):
        found = look(row)
        meet.wait(20)
        return found

    monkeypatch.setattr(mailings, "_lock_edition", lambda row: None)
    monkeypatch.setattr(mailings, "preview", slowly)
    at_once([lambda each=each: mailings.send(each, expected=1, by=by) for each in two])
    assert MailingReceiver.objects.count() == 2
