"""Quarantine: nobody reads what has not passed; what is refused is removed and said; a silent scanner is asked again."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pghistory
import pytest
from django.core.files.base import File
from django.core.management import CommandError, call_command
from django.utils import translation

from ground import antivirus, clock, files, outbox, quarantine
from ground.errors import RuleBroken
from ground.inspection import child, nursery
from ground.inspection.sentences import SENTENCES
from ground.models import Message, OutboxEvent, StoredFile
from tests import clamd
from tests.factories import people
from tests.ground.uploads import honest, hostile

pytestmark = pytest.mark.django_db
Passage = StoredFile.Passage
TAKEN = (*files.DOCUMENTS, *files.VIDEOS)


def handed_in(name: str, content: bytes, kind: str = "document") -> StoredFile:
    return files.keep(File(io.BytesIO(content), name=name), kind=kind, accepted=TAKEN)


@pytest.fixture(autouse=True)
def _everybody_may_read(monkeypatch):
    monkeypatch.setattr(files, "_gates", [lambda user, file: True])


READER = object()


def is_read(file: StoredFile) -> bool:
    file.refresh_from_db()
    if not file.has_passed:
        with pytest.raises(RuleBroken, match=r"^in_quarantine:"):
            files.open_bytes(file)
    return files.may_read(READER, file)


def test_of_132_hostile_files_none_is_read_and_each_gets_its_sentence(settings, monkeypatch, tmp_path):
    """The look happens here in this process; that it happens in the sandbox, the next test says. Of each class one file goes
    the whole way through the database, of the others the same look and the same scanner are asked."""
    monkeypatch.setattr(quarantine, "finding_in", child.look)
    path, looked = tmp_path / "file", 0
    waiting: list[tuple[hostile.Bad, StoredFile]] = []
    said: dict[str, set[str]] = {}
    with clamd.running() as server, translation.override("en"):
        settings.NARU_CLAMD = server.address
        for bad in hostile.corpus():
            try:
                files.require_name(bad.name)
                kind = quarantine.KINDS[
                    files.recognize(bad.name, io.BytesIO(bad.content), files.DOCUMENTS).content_type
                ]
            except RuleBroken:
                kind = ""
            if kind and bad.kind in {each.kind for each, _file in waiting}:
                path.write_bytes(bad.content)
                found = child.look(path, kind)
                if found is None:
                    found = (
                        "" if antivirus.scan(io.BytesIO(bad.content), server.address).is_clean else "virus"
                    )
                looked += 1
                assert (bad.kind, bad.name, found) == (bad.kind, bad.name, bad.found)
                continue
            refusal = None
            try:
                waiting.append((bad, handed_in(bad.name, bad.content)))
            except RuleBroken as error:
                refusal = error
            if refusal is not None:
                assert (bad.kind, bad.name[:40], refusal.code) == (bad.kind, bad.name[:40], bad.found)
                said.setdefault(bad.kind, set()).add(str(refusal.sentence))
        assert [is_read(file) for _bad, file in waiting] == [False] * len(waiting)
        outbox.drain()
        for bad, file in waiting:
            what = (bad.kind, bad.name)
            assert (*what, is_read(file), file.passage, file.finding) == (*what, False, "refused", bad.found)
            assert (file.removed_at is not None, file.name, len(file.sha256)) == (True, bad.name, 64)
            said.setdefault(bad.kind, set()).add(str(file.why_refused))
        assert server.asked == 5
    assert (len(waiting), looked, said.keys()) == (14, 61, hostile.CLASSES.keys())
    assert all(all(sentences) for sentences in said.values())
    assert len(set(map(str, SENTENCES.values()))) == len(SENTENCES)


def test_honest_files_of_every_type_pass_the_sandbox_and_the_scanner(settings, tmp_path):
    """One of each type goes the whole way; the others are looked into here."""
    path, given = tmp_path / "file", {}
    with clamd.running() as server:
        settings.NARU_CLAMD = server.address
        for name, content in honest.files():
            path.write_bytes(content)
            kind = quarantine.KINDS[files.recognize(name, io.BytesIO(content), TAKEN).content_type]
            if kind in given:
                assert (name, child.look(path, kind)) == (name, None)
            else:
                given[kind] = handed_in(name, content)
        assert sorted(given) == sorted(child.KINDS)
        assert [is_read(each) for each in given.values()] == [False] * 9
        outbox.drain()
        assert [(kind, is_read(each), each.passage, each.finding) for kind, each in given.items()] == [
            (kind, True, "clean", "") for kind in given
        ]
        assert server.asked == 9


def test_the_look_is_taken_in_the_sandbox_within_bounds(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(honest.plain_pdf(b"<</S/JavaScript/JS(x)>>"))
    assert child.finding_in(path, "pdf") == "script"
    path.write_bytes(honest.plain_pdf())
    assert child.finding_in(path, "pdf") is None
    assert child.finding_in(tmp_path / "nothing", "pdf") == "damaged"
    (running,) = nursery._mine
    assert b"DATABASE_URL" not in Path(f"/proc/{running.process.pid}/environ").read_bytes()
    large = tmp_path / "large"
    large.write_bytes(honest.plain_pdf(b"%" * 30_000_000))
    for bounds in ({"clock": 0.0}, {"memory": 20_000_000}):
        with monkeypatch.context() as tighter:
            tighter.setattr(child, "BOUNDS", replace(child.BOUNDS, **bounds))
            assert child.finding_in(large, "pdf") == "too_much", bounds
        assert child.finding_in(large, "pdf") is None, "the bounds were that child's alone"
    assert nursery._mine == [running]
    running.process.kill()
    assert child.finding_in(path, "pdf") is None
    assert nursery._mine != [running], "what was lost is started again"


def test_a_silent_scanner_leaves_the_file_where_it_is_and_is_asked_again(settings):
    file = handed_in("a.pdf", honest.plain_pdf())
    with clamd.running() as server:
        settings.NARU_CLAMD = server.address
        server.says = b"LibClamAV Error\x00"
        outbox.drain()
        assert (is_read(file), file.passage, file.checked_at, server.asked) == (False, "quarantine", None, 1)
        event = OutboxEvent.objects.get(topic=files.CHECK)
        assert (event.attempts, event.done_at) == (1, None)
        server.says = None
        OutboxEvent.objects.update(available_at=event.created_at - dt.timedelta(seconds=1))
        outbox.drain()
        assert (is_read(file), file.passage, server.asked) == (True, "clean", 2)
        assert abs(file.checked_at - clock.now()) < dt.timedelta(seconds=5)
        outbox.handle(event.pk)
        assert server.asked == 2


def test_without_a_scanner_a_file_passes_as_not_scanned_but_the_look_is_taken():
    good, bad = handed_in("a.pdf", honest.pdf()), handed_in("b.pdf", honest.plain_pdf(b"<</S/Launch>>"))
    outbox.drain()
    assert (is_read(good), good.passage) == (True, "unscanned")
    assert (is_read(bad), bad.passage, bad.finding) == (False, "refused", "launches")


def test_what_passed_without_a_scanner_is_looked_into_again_once_there_is_one(settings):
    giver = people.user("giver@naru.example")
    report = files.keep(File(io.BytesIO(honest.pdf()), name="r.pdf"), kind="report")
    infected = honest.plain_pdf(b"<</Length 68>>stream\n%s\nendstream" % hostile.EICAR)
    with pghistory.context(user=str(giver.pk)):
        good, bad = handed_in("a.pdf", honest.pdf()), handed_in("b.pdf", infected, kind="evidence")
    outbox.drain()
    assert [(is_read(each), each.passage) for each in (good, bad)] == [(True, "unscanned")] * 2
    with pytest.raises(CommandError):
        call_command("scan_files")
    with clamd.running() as server:
        settings.NARU_CLAMD = server.address
        said = StringIO()
        call_command("scan_files", stdout=said)
        assert (said.getvalue(), is_read(good), is_read(bad)) == ("2 to be scanned\n", True, True)
        outbox.drain()
        assert [(is_read(each), each.passage) for each in (good, bad, report)] == [
            (True, "clean"), (False, "refused"), (True, "exempt"),
        ]  # fmt: skip
        assert (quarantine.scan_again(), server.asked) == (0, 2)
    assert [each.recipients for each in Message.objects.all()] == [["giver@naru.example"]]


def test_what_nobody_hands_in_needs_no_check():
    report = files.keep(File(io.BytesIO(honest.pdf()), name="a.pdf"), kind="report")
    assert (report.passage, is_read(report)) == ("exempt", True)
    assert not OutboxEvent.objects.filter(topic=files.CHECK).exists()


def test_whoever_handed_in_a_file_that_hangs_on_nothing_else_gets_a_letter():
    reader = people.user("giver@naru.example")
    file = handed_in("영수증.pdf", honest.plain_pdf(b"<</S/Launch>>"), kind="evidence")
    quarantine.settle(file, "launches", handed_in_by=str(reader.pk))
    letter = Message.objects.get()
    assert letter.recipients == ["giver@naru.example"]
    assert "영수증.pdf" in letter.subject
    with translation.override(reader.language):
        assert str(file.why_refused) in letter.body
    quarantine.settle(handed_in("b.pdf", honest.plain_pdf(), kind="evidence"), "launches", handed_in_by=None)
    assert Message.objects.count() == 1
