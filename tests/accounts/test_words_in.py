"""What is read off a page about a form that was sent from it, or from it as it was before."""

from __future__ import annotations

import pytest
from django.utils import translation

from accounts.form_words import FormWords, Word, words_in

MONTH = "/month/"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def read(html: str, *sent: tuple[str, str]) -> FormWords:
    found = words_in(html, MONTH, MONTH, list(sent))
    assert found is not None
    return found


def boxes(*codes: str) -> str:
    """A table with a box for each record, as pages have them on which several are decided at once."""
    rows = "".join(
        f'<tr><td><input type="checkbox" name="group" value="{each}" aria-label="SKU-{each}"></td></tr>'
        for each in codes
    )
    return f'<form method="post"><table>{rows}</table></form>'


def test_ticked_records_are_named_and_no_others():
    ticked = ("group", "B"), ("group", "C")
    assert read(boxes("A", "B", "C"), *ticked).words == {"group": Word("Chosen", "SKU-B\nSKU-C")}
    assert read(boxes("A", "B"), *ticked).words == {"group": Word("Chosen", "SKU-B\nC")}
    assert read(boxes("A"), *ticked).words == {"group": Word("Chosen", "B\nC")}
    assert read(boxes("A"), ("group", "B")).words == {"group": Word("Chosen", "B")}


def test_one_box_is_a_yes():
    page = '<form method="post"><label><input type="checkbox" name="agree"> I agree</label></form>'
    assert read(page, ("agree", "on")).words == {"agree": Word("I agree", "yes")}
    assert read(boxes("A"), ("group", "A")).words == {"group": Word("SKU-A", "yes")}


def test_a_field_stands_below_the_legend_of_its_own_fieldset():
    page = (
        '<form method="post"><fieldset><fieldset><legend>Opens</legend><label for="t">Time</label><input id="t" name="opens_1"></fieldset>'
        '<label for="d">Day of agreement</label><input id="d" name="agreement_on"></fieldset>'
        '<fieldset aria-labelledby="h"><h2 id="h">Contact</h2><label for="n">Name</label><input id="n" name="name"></fieldset></form>'
    )
    assert read(page, ("opens_1", "10:00"), ("agreement_on", "2025-05-01"), ("name", "Kim")).words == {
        "opens_1": Word("Opens · Time", "10:00"),
        "agreement_on": Word("Day of agreement", "2025-05-01"),
        "name": Word("Contact · Name", "Kim"),
    }
