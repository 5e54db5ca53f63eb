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
