"""Reasons of ours are kept as they stand and read in the reader's language; what people type is shown as they typed it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ground import reasons
from ground.audit import because
from ground.history import history_of
from tests.factories import people, programs, register

ROOT = Path(__file__).parents[2]
FLOORS = ("ground", "accounts", "companies", "programs", "guidance", "reports", "config")
CALL = re.compile(r"because\(\s*(?:[^()]*\bor\s+)?f?[\"']")


def sources() -> list[Path]:
    found = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def test_no_reason_is_written_past_the_register():
    """But for one: a merge's, whose words are a person's and whose numbers are no language."""
    past = {path.name for path in sources() if CALL.search(path.read_text())}
    assert past == {"merging.py"}


def of_a_web_process() -> dict[str, str]:
    """What whoever reads the history on a page has: the apps and the addresses are loaded, commands are not."""
    script = "import django, json; django.setup(); import config.urls; from ground import reasons; print(json.dumps(reasons.known()))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(run.stdout.splitlines()[-1])
    return found


def test_every_reason_of_ours_has_korean():
    for path in sources():
        if "own(gettext_noop(" in path.read_text():
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    known = reasons.known()
    assert len(set(known.values())) == 23
    assert known == of_a_web_process()
    for kept, sentence in known.items():
        with translation.override("en"):
            assert reasons.in_words(kept) == sentence
        with translation.override("ko"):
            assert re.search("[가-힣]", reasons.in_words(kept)), kept


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["decided in screening", "screening"])
def test_the_history_keeps_english_and_each_reader_reads_it_in_their_language(kept):
    from programs.domain import screening  # registers its sentences

    assert screening.SCREENED == "decided in screening"
    store = programs.store()
    with because(kept):
        store.name = "상점 2"
        store.save()
    (change, *_rest) = history_of(store)
    assert change.reason == kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context->>'reason' FROM programs_storeevent ORDER BY pgh_id DESC LIMIT 1")
        assert cursor.fetchone() == (kept,)
    client = Client()
    client.force_login(people.officer("manager"))
    page = reverse("admin:programs_store_history", args=[store.pk])
    for language, words in (("en", "decided in screening"), ("ko", "자격심사에서 판정")):
        content = client.get(page, HTTP_ACCEPT_LANGUAGE=language).content.decode()
        assert words in content, language


@pytest.mark.django_db
def test_what_a_person_typed_is_shown_as_typed():
    company = register.company()
    with because("주소 이전"):
        company.name_en = "Other"
        company.save()
    with translation.override("en"):
        assert history_of(company)[0].why == "주소 이전"
