"""What is read off a page about a form that was sent from it, or from it as it was before."""

from __future__ import annotations

import time

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


def month(*rows: tuple[str, str], is_open: bool = True) -> str:
    """A page with a row for each shop (its key and name) and perhaps an open one for another."""
    shops = "".join(
        f'<fieldset><legend>{name}</legend><input type="hidden" name="part-{at}-place" value="{key}">'
        f'<label for="a{at}">Sales</label><input id="a{at}" name="part-{at}-amount"></fieldset>'
        for at, (key, name) in enumerate(rows)
    )
    at = len(rows)
    other = (
        f'<fieldset><legend>Another shop</legend><label for="p">Shop</label><select id="p" name="part-{at}-place">'
        f'<option value="market:MX">Mexico</option></select><label for="a{at}">Sales</label><input id="a{at}" name="part-{at}-amount">'
        "</fieldset>"
    )
    return f'<form method="post">{shops}{other if is_open else ""}</form>'


def test_what_was_typed_in_a_row_is_not_said_of_another_shop_that_stands_there_now():
    sent = ("part-0-place", "store:A"), ("part-0-amount", "5000")
    assert read(month(("store:A", "A shop")), *sent).words == {
        "part-0-amount": Word("A shop · Sales", "5000")
    }
    found = read(month(("store:B", "B shop")), *sent)
    assert found.words == {"part-0-amount": Word("Sales", "5000")}
    assert "part-0-place" not in found.hidden


def test_what_was_typed_in_the_open_row_is_not_said_of_a_shop_that_came_since():
    sent = ("part-1-place", "market:MX"), ("part-1-amount", "70")
    found = read(month(("store:A", "A shop")), *sent)
    assert found.words["part-1-amount"] == Word("Another shop · Sales", "70")
    found = read(month(("store:A", "A shop"), ("store:C", "C shop")), *sent)
    assert found.words == {"part-1-amount": Word("Sales", "70")}


def test_a_row_that_the_page_has_no_more_is_called_by_the_like_of_it():
    sent = ("part-7-place", "store:A"), ("part-7-amount", "5000")
    assert read(month(("store:B", "B shop")), *sent).words == {"part-7-amount": Word("Sales", "5000")}


def test_thousands_of_names_that_a_large_page_does_not_have_cost_little():
    options = "".join(f'<option value="{each}">c{each}</option>' for each in range(2000))
    began = time.process_time()
    read(
        f'<form method="post"><select name="q_1_x">{options}</select></form>',
        *((f"zz_{each}_yy", "1") for each in range(3000)),
    )
    assert time.process_time() - began < 1.5


def test_a_button_of_a_later_step_is_not_told_by_what_it_sends():
    page = (
        '<form method="post"><button name="step" value="review">Look</button><button name="step" value="more">More</button>'
        '<input type="hidden" name="go" value="1"></form>'
    )
    assert read(page, ("step", "more")).words == {"step": Word("Button", "More")}
    away = "a button that this page does not show now"
    assert read(page, ("step", "send")).words == {"step": Word("Button", away)}
    with translation.override("ko"):
        assert read(page, ("step", "send")).words == {"step": Word("누른 버튼", "지금 이 화면에 없는 버튼")}
