"""The register before a call opens: who would qualify, what each rule does, and who moves when a number is changed."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from companies.models import YearlyFigure
from ground.models import Industry
from programs.forms.what_if import MovedRuleForm
from programs.models import Call, Criterion
from programs.queries.what_if import Move, stand_of_register, what_if
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    """Located in Seoul, in business, exports up to 1,000 USD.

    Five companies: one meets all; one exports 2,000; one has no figure; one sits in Busan; one in Busan exports 2,000.
    """
    made_call = programs.call(published_at=None)
    made.criterion(made_call, "seoul", "province", position=1)
    made.criterion(made_call, "open", "status", position=2)
    made.criterion(made_call, "exports", "exports", values={"max": 1000}, position=3)
    for serial, (province, exports) in enumerate(
        [("11", 1000), ("11", 2000), ("11", None), ("26", 10), ("26", 2000)], start=1
    ):
        company = register.company(serial, province_code=province)
        register.status(company)
        if exports is not None:
            YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(exports))
    return made_call


def test_each_rule_says_whom_it_removes_and_whom_it_alone_removes(call):
    found = stand_of_register(call)
    assert (found.total, found.met, found.look, found.not_met) == (5, 1, 1, 3)
    assert [(each.criterion.code, each.not_met, each.look, each.alone) for each in found.effects] == [
        ("seoul", 2, 0, 1), ("open", 0, 0, 0), ("exports", 2, 1, 1),
    ]  # fmt: skip


def test_a_number_that_is_changed_lets_companies_in_and_names_only_those_in_sight(call):
    exports = call.criterions.get(code="exports")
    register.seen_by(register.company(1), "SBA")
    found = what_if(call, exports, {"max": 2000}, people.officer())
    assert (found.before.met, found.after.met) == (1, 2)
    assert found.comes_in == Move(1, (), 0)
    register.seen_by(register.company(2), "SBA")
    assert what_if(call, exports, {"max": 2000}, people.officer()).comes_in == Move(
        1, (register.company(2),), 1
    )
    dropped = what_if(call, exports, {"min": 1001}, people.officer())
    assert (dropped.comes_in.in_sight, dropped.drops_out) == (
        (register.company(2),), Move(1, (register.company(1),), 1),
    )  # fmt: skip
    exports.refresh_from_db()
    assert exports.values == {"max": 1000}


def test_the_members_of_a_group_count_through_it(call):
    group = made.criterion(call, "either", "any", position=4)
    call.criterions.filter(code__in=["seoul", "exports"]).update(group=group)
    found = stand_of_register(call)
    assert [(each.criterion.code, each.not_met, each.look, each.alone) for each in found.effects] == [
        ("open", 0, 0, 0), ("either", 1, 0, 1),
    ]  # fmt: skip
    assert (found.met, found.look, found.not_met) == (4, 0, 1)


def test_the_register_is_asked_in_one_statement(call, django_assert_num_queries):
    with django_assert_num_queries(6):  # criteria, provinces; settings, the answer, within a savepoint
        stand_of_register(call)


def test_a_changed_number_reads_the_register_once_and_the_names_of_each_way(call, django_assert_num_queries):
    exports, officer = call.criterions.get(code="exports"), people.officer()
    for serial in (1, 2):
        register.seen_by(register.company(serial), "SBA")
    with django_assert_num_queries(
        9
    ):  # criteria, provinces; settings, the answer, within a savepoint; whom they see (2), who comes in
        found = what_if(call, exports, {"max": 2000}, officer)
    assert found.comes_in == Move(1, (register.company(2),), 1)


def test_a_call_may_have_no_criteria_or_more_than_one_number_holds(call):
    found = stand_of_register(call, [])
    assert (found.total, found.met, found.effects) == (5, 5, ())
    limits = [50 * serial for serial in range(1, 46)]
    for serial, limit in enumerate(limits):
        made.criterion(call, f"more{serial}", "exports", values={"max": limit}, position=9 + serial)
    found = stand_of_register(call)
    assert [(each.not_met, each.look) for each in found.effects[3:]] == [
        (sum(exported > limit for exported in (1000, 2000, 10, 2000)), 1) for limit in limits
    ]


def test_no_relation_is_read_once_per_company(call, owner_role):
    """The plan has no loop that runs as often as there are companies."""
    for serial in range(6, 60):
        company = register.company(serial)
        register.status(company)  # tables of a few rows are looped over, and rightly
        YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(serial))
    with (
        owner_role(),
        connection.cursor() as cursor,
    ):  # of tables of others ANALYZE does nothing, with a warning
        cursor.execute(
            "ANALYZE companies_company, companies_place, companies_statuscheck, companies_yearlyfigure"
        )
    statements: list[str] = []
    with connection.execute_wrapper(
        lambda execute, sql, *rest: (statements.append(sql), execute(sql, *rest))[1]
    ):
        stand_of_register(call)
    answer = next(each for each in reversed(statements) if not each.startswith("RELEASE"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {answer}")
        plan = cursor.fetchone()[0][0]["Plan"]

    def scans(node):
        here = [node] if node.get("Relation Name", "").startswith("companies_") else []
        return [*here, *(found for child in node.get("Plans", []) for found in scans(child))]

    found = scans(plan)
    assert {each["Relation Name"]: each["Actual Loops"] for each in found} == {
        "companies_company": 1, "companies_place": 1, "companies_statuscheck": 1, "companies_yearlyfigure": 1,
        "companies_succession": 1,
    }  # fmt: skip


def test_staff_see_the_register_and_move_a_number_in_the_rule_s_own_fields(call, client):
    page = register_page(client, call, people.officer())
    for sentence in (
        "Of 5 companies in the register, 1 would qualify, a person must look at 1, and 3 would not qualify.",
        "Most are removed by “Criterion seoul”: 2, of which 1 by this rule alone.",
    ):
        assert sentence in page
    exports = call.criterions.get(code="exports")
    register.seen_by(register.company(2), "SBA")
    fields = register_page(client, call, people.officer(), criterion=exports.pk)
    assert field_values(fields) == {"value_min": None, "value_max": "1,000"}
    typed = {"criterion": exports.pk, "asked": "1", "value_min": "", "value_max": "2,000"}
    changed = register_page(client, call, people.officer(), **typed)
    assert field_values(changed)["value_max"] == "2,000"
    for sentence in (
        "2 companies would qualify instead of 1: 1 come in, 0 drop out.",
        "With the change most are removed by “Criterion seoul”: 2, of which 2 by this rule alone.",
    ):
        assert sentence in changed
    assert ("Hangang Foods 2" in changed, "Hangang Foods 1" in changed) == (True, False)
    client.force_login(people.officer("manager", "BBA"))
    assert client.get(reverse("admin:programs_call_register", args=[call.pk])).status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(call, client):
    exports, is_free = (
        call.criterions.get(code="exports"),
        made.criterion(call, "free", "not_banned", position=4),
    )
    asked = {"criterion": exports.pk, "asked": "1"}
    for typed, field, sentence in (
        ({"value_max": "much", "value_min": "1"}, "value_max", "Type a number, for example 5000000."),
        ({"value_max": "10", "value_min": "500"}, "value_max", "The lower limit lies above the upper one."),
        ({"value_max": "", "value_sources": ["kita"]}, "value_min", "Say at least one of these"),
        ({"value_max": "much", "left_out": "on"}, None, "3 companies would qualify instead of 1"),
    ):
        page = register_page(client, call, people.officer(), **asked, **typed)
        assert (sentence in page, f'id="id_{field}_error"' in page) == (True, field is not None)
        kept = {name: value for name, value in typed.items() if value and name in {"value_min", "value_max"}}
        assert {name: value for name, value in field_values(page).items() if value} == kept
        is_ticked = re.search(r'value="kita"[^>]* checked', page) is not None
        assert is_ticked == ("value_sources" in typed)
    typed = {"criterion": is_free.pk, "asked": "1"}
    assert "This rule has nothing to move." in register_page(client, call, people.officer(), **typed)
    foreign = made.criterion(programs.call(code="OTHER"), "exports", "exports", values={"max": 1})
    page = register_page(client, call, people.officer(), criterion=foreign.pk, asked="1", value_max="5")
    assert ("would qualify instead" in page, "Select a valid choice." in page) == (False, True)


def test_several_rules_are_moved_at_once_and_each_is_told_alone(call, client):
    """Up to 2,000 USD companies 1 and 2 qualify, without the province 1 and 4; with both 1, 2, 4 and 5, and 3 is looked at.
    A rule that is moved twice counts as it was moved last."""
    rules = {each.code: each for each in call.criterions.all()}
    found = what_if(call, rules["exports"], {"max": 2000}, people.officer(), also=[(rules["seoul"], None)])
    assert (found.before.met, found.after.met, found.after.look, found.after.not_met) == (1, 4, 1, 0)
    assert [each.met for each in found.alone] == [2, 2]
    assert (found.comes_in.count, found.drops_out.count) == (3, 0)

    def context(**given):
        client.force_login(people.officer())
        address = reverse("admin:programs_call_register", args=[call.pk])
        return client.get(given.pop("link", "") or address, given or None, headers={"accept-language": "en"})

    def told(page):
        return [
            (each.criterion.code, each.asks, each.alone.met, each.alone.not_met)
            for each in page.context["moves"]
        ]

    first = context(criterion=rules["exports"].pk, asked="1", value_max="2,000")
    chosen = context(criterion=rules["seoul"].pk, also=first.context["all_moves"])
    assert (
        told(first) == told(chosen) == [("exports", "exports of the previous year: at most 2,000 USD.", 2, 2)]
    )
    assert "2 companies would qualify instead of 1" in chosen.content.decode()
    both = context(criterion=rules["seoul"].pk, asked="1", left_out="on", also=first.context["all_moves"])
    assert told(both) == [*told(first), ("seoul", "", 2, 2)]
    assert "4 companies would qualify instead of 1: 3 come in, 0 drop out." in both.content.decode()
    links = {each.criterion.code: each for each in both.context["moves"]}
    address = reverse("admin:programs_call_register", args=[call.pk])
    changed = context(link=address + links["exports"].change_url)
    assert field_values(html.unescape(changed.content.decode()))["value_max"] == "2,000"
    assert told(changed) == told(both)[::-1]
    assert told(context(link=address + links["exports"].without_url)) == [("seoul", "", 2, 2)]
    again = context(criterion=rules["exports"].pk, asked="1", value_max="10", also=both.context["all_moves"])
    assert [each[:2] for each in told(again)] == [
        ("seoul", ""), ("exports", "exports of the previous year: at most 10 USD."),
    ]  # fmt: skip
    foreign = made.criterion(programs.call(code="OTHER"), "exports", "exports", values={"max": 1})
    for wrong in ("{", "5", '[["a"]]', f'[["{foreign.pk}", null]]', f'[["{rules["exports"].pk}", {{}}]]'):
        page = context(criterion=rules["seoul"].pk, asked="1", left_out="on", also=wrong)
        assert (told(page), bool(page.context["before"].errors)) == ([("seoul", "", 2, 2)], True)
    twice = json.dumps([[str(rules["exports"].pk), None], [str(rules["exports"].pk), {"max": 10}]])
    page = context(criterion=rules["seoul"].pk, asked="1", left_out="on", also=twice)
    assert "The same rule is changed twice. Change it once." in page.content.decode()
    assert told(page) == [("seoul", "", 2, 2)]


def test_at_most_five_rules_are_changed_together(call, client):
    """With five on the page no other is offered; a sixth in the address is refused with the five kept, and so are six."""
    for serial in range(3):
        made.criterion(call, f"more{serial}", "exports", values={"max": 9000}, position=9 + serial)
    rules = {each.code: str(each.pk) for each in call.criterions.all()}
    sentence = "At most 5 rules can be changed together. Undo one of the changes first."
    five = [name for name in rules if name != "open"]
    assert len(five) == 5

    def asked(first: str, also: list[str], **more: str) -> tuple[str, list[str]]:
        given = {"criterion": rules[first], "also": json.dumps([[rules[each], None] for each in also])} | more
        client.force_login(people.officer())
        address = reverse("admin:programs_call_register", args=[call.pk])
        page = client.get(address, given, headers={"accept-language": "en"})
        return page.content.decode(), [each.criterion.code for each in page.context["moves"]]

    done = {"asked": "1", "left_out": "on"}
    page, codes = asked(five[3], five[:3], **done)
    assert (sentence in page, "Move this rule as well" in page, codes) == (False, True, five[:4])
    page, codes = asked(five[4], five[:4], **done)
    assert (page.count(sentence), "Move this rule as well" in page, codes) == (1, False, five)
    for more in ({}, done):
        page, codes = asked("open", five, **more)
        assert ('class="error-summary"' in page, sentence in page, codes) == (True, True, five)
    page, codes = asked(five[4], five, **done)
    assert ('class="error-summary"' in page, codes) == (False, five)
    page, codes = asked("open", [*five, "open"], **done)
    assert (sentence in page, codes) == (True, ["open"])


def test_a_rule_is_left_out_with_what_belongs_to_it_and_the_groups_that_it_leaves_empty(call):
    rules = {each.code: each for each in call.criterions.all()}
    assert after_without(call, rules["exports"]) == (3, 0, 2)
    assert after_without(call, rules["seoul"]) == (2, 1, 2)
    around = made.criterion(call, "around", "not", position=4)
    either = made.criterion(call, "either", "any", position=5)
    call.criterions.filter(code="either").update(group=around)
    call.criterions.filter(code__in=["seoul", "exports"]).update(group=either)
    assert after_without(call, around) == (5, 0, 0)
    assert after_without(call, rules["exports"]) == (2, 0, 3)
    call.criterions.get(code="seoul").delete()
    assert after_without(call, rules["exports"]) == (5, 0, 0)


def after_without(call, criterion):
    after = what_if(call, criterion, None, people.officer()).after
    return after.met, after.look, after.not_met


VALUES = [
    ("province", {"provinces": ["11", "26"], "places": ["factory"]}),
    ("certificate", {"kind": "SME_CERT"}),
    ("size", {"sizes": ["small", "medium"]}),
    ("marks", {"marks": ["insolvency"], "days": 1200}),
    ("support", {"items": ["design"], "same_year": True, "bodies": ["서울시", "가 나"], "most_amount": "1500.5"}),
    ("industry", {"include": ["C10"], "revision": 11, "main_only": True}),
    ("age", {"min": 0, "max": 7, "former": True, "absorbed": True}),
    ("exports", {"max": 1000000, "sources": ["kita"]}),
    ("product", {"hs": ["3304", "33"]}),
    ("answer", {"question": "has", "equals": False}),
    ("answer", {"question": "day", "at_least": "2025-01-01"}),
    ("answer", {"question": "count", "at_most": 2000}),
    ("status", None),
]  # fmt: skip


def test_the_fields_filled_with_values_say_these_values(call):
    for code, kind in (("has", "yes_no"), ("day", "date"), ("count", "number")):
        made.question(call, code, kind)
    register.province("26")
    Industry.objects.get_or_create(
        id="11:C10", defaults={"revision": 11, "code": "C10", "name_ko": "식료품", "name_en": "Food"}
    )
    found = []
    for kind, values in VALUES:
        rule = Criterion(call=call, kind=kind, values={})
        asked = MovedRuleForm(criterion=rule).as_asked(values)
        form = MovedRuleForm(QueryDict(urlencode(asked, doseq=True)), criterion=rule)
        found.append((kind, form.values if form.is_valid() else form.errors))
    assert found == VALUES


def field_values(page: str) -> dict[str, str | None]:
    """The text fields of the rule, with what stands in them."""
    inputs = re.findall(r'<input type="text" name="(value_\w+)"(?: value="([^"]*)")?', page)
    return {name: value or None for name, value in inputs}


def register_page(client, call, user, **given) -> str:
    client.force_login(user)
    address = reverse("admin:programs_call_register", args=[call.pk])
    answer = client.get(address, given, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())
