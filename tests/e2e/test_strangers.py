"""Another agency's and another company's real records answer as if they did not exist: on every route with an id."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import APIResponse, Page

from ground.access import TABLE, Role
from tests.e2e.conftest import Installation
from tests.routes import NOBODY_S_ID, Route, walk

# Whose record a portal's route means, by the first word of its name.
TABLES = {
    "application": "programs_application", "briefing": "guidance_briefing", "certificate": "companies_company", "company": "companies_company",
    "concern": "guidance_concern", "consent": "companies_company", "contact": "companies_company", "customs": "reports_customslist", "declaration": "programs_participation",
    "delivery": "programs_delivery", "difference": "reports_differencequestion", "evaluation": "programs_application", "figure": "companies_company",
    "file": "ground_storedfile", "guide": "companies_company", "guidequestion": "guidance_guidequestion", "industry": "companies_company", "inquiry": "programs_inquiry",
    "invitation": "companies_company", "mark": "companies_company", "member": "companies_company", "order": "reports_ordermark", "participation": "programs_participation", "payout": "reports_payoutproof",
    "place": "companies_company", "product": "companies_company", "registration": "guidance_registration",
    "report": "reports_reportrun", "research": "guidance_researchtask", "sales": "reports_importbatch", "shipment": "reports_shipment", "size": "companies_company",
    "support": "companies_company",
}  # fmt: skip
BESIDE = {
    "certificate": "companies_certificate", "company": "companies_company", "consent": "companies_consent", "entry": "companies_companyindustry",
    "finding": "guidance_finding", "finding_file": "guidance_findingfile",
    "invitation": "companies_invitation", "member": "companies_member", "place": "companies_place",
    "product": "companies_product", "support": "companies_support", "text": "companies_consenttext",
}  # fmt: skip
"""Second ids of an address, by their names."""
WORDS = {
    "month": "2025-08", "comparison": "declared", "step": "baseline", "kind": "export", "form": "csv", "program": "STRATEGY-5C-2015", "country": "VN", "lang": "ko",
}  # fmt: skip
OPEN_TO_ALL = {
    "application_start",
    "briefing_calendar",
    "briefing_material",
    "briefing_register",
    "briefing_show",
    "briefing_written",
    "call_ask",
    "call_calendar",
    "call_results",
    "call_self_check",
    "call_show",
    "call_version",
    "guide_app",
    "guide_ask",
    "guide_booklet",
    "guide_captions",
    "guide_edition",
    "guide_kept",
    "guide_manifest",
    "guide_show",
    "regulatory_show",
    "regulatory_too",
    "sales_template",
    "customs_template",
    "guide_video",
    "payout_list_template",
}
OF_A_SESSION = {"form_kept"}
"""What the visitor's own session keeps; nobody else's is looked for."""
BY_MAIL = {
    "invitation_accept", "mails_end", "account_confirm_email", "account_reset_password_from_key", "briefing_survey",
    "registration_show", "registration_material",
}  # fmt: skip
"""What these hold is a secret of a mail, no id of a record."""
HARVEST = """
import json
from django.apps import apps
from accounts.models import Agency
from companies.models import Company, Member
from programs.models import Application
from ground.models import StoredFile
agency = Agency.objects.get(code={agency!r})
company = Company.objects.get(members__user__email={mail!r})
found = {{}}
for model in apps.get_models():
    names = {{field.name for field in model._meta.concrete_fields}}
    of = [{{"company": company}}] if "company" in names else []
    of += [{{"agency": agency}}, {{"agency__code": {second!r}}}] if not of and "agency" in names else []
    for each in of:
        if row := model._default_manager.filter(**each).first():
            found[model._meta.db_table] = str(row.pk)
            break
found["companies_company"] = str(company.pk)
found["accounts_agency"] = str(agency.pk)
found["accounts_user"] = str(Member.objects.filter(company=company).first().user_id)
found["ground_storedfile"] = str(Application.objects.filter(company=company).first().documents.first().file_id)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def records(installation: Installation) -> dict[str, str]:
    """Of each table one record of the Seoul agency (where it has none, of the ministry of the strategy), or of its company
    number one where it belongs to a company."""
    script = HARVEST.format(agency="SBA", second="STRATEGY", mail="firm01@firm.example")
    return dict(json.loads(installation.command("shell", "-v", "0", "-c", script).stdout.splitlines()[-1]))


def table_of(route: Route) -> str | None:
    """The table of the record that the route's first id means."""
    if route.name.startswith("admin:"):
        return re.sub(r"^admin:(\w+?_[a-z]+)_.*$", r"\1", route.name)
    return TABLES.get(route.name.partition("_")[0])


def with_ids() -> Iterator[Route]:
    for route in walk():
        entry = TABLE.find(route.name)
        if entry and route.arguments and route.name not in OPEN_TO_ALL | BY_MAIL | OF_A_SESSION:
            yield route


def test_each_route_with_an_id_is_known() -> None:
    """A new route is added to the tables above, or to those that are open."""
    known = set(TABLES.values())
    assert [route.name for route in with_ids() if table_of(route) is None] == []
    assert {table_of(route) for route in with_ids() if not route.name.startswith("admin:")} == known
    second = {name for route in with_ids() for name, kind in route.arguments[1:] if kind == "uuid"}
    assert second == set(BESIDE)


def plain(answer: APIResponse, ids: list[str]) -> tuple[int, str]:
    """What was answered, without what differs by itself: ids, tokens, and the number of the request."""
    text = answer.text()
    for each in ids:
        text = text.replace(each, "*")
    return answer.status, re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content|nonce)="[^"]*"', "", text)


def differing(page: Page, role: Role, records: dict[str, str], *methods: str) -> tuple[list[str], int]:
    """Where the real id is answered otherwise than an id of nothing; and how many times both were asked for."""
    token = next(each["value"] for each in page.context.cookies() if "csrf" in each["name"])
    told, asked = [], 0
    for route in with_ids():
        entry, own = TABLE.find(route.name), records.get(table_of(route) or "")
        if entry is None or own is None:
            continue
        first, *others = [name for name, kind in route.arguments if kind in {"uuid", "path"}]
        real = {first: own} | {name: records.get(BESIDE[name], str(NOBODY_S_ID)) for name in others}
        nothing = dict.fromkeys(real, str(NOBODY_S_ID))
        fixed = {name: WORDS[name] for name, _kind in route.arguments if name not in real}
        for method in methods:
            if not entry.allows({role, Role.MEMBER}, method):
                continue
            asked += 1
            answers = [
                plain(
                    page.request.fetch(
                        reverse(route.name, kwargs={**ids, **fixed}),
                        method=method,
                        headers={"X-CSRFToken": token, "Referer": page.url},
                        max_redirects=0,
                    ),
                    [*real.values(), *nothing.values()],
                )
                for ids in (real, nothing)
            ]
            if answers[0] != answers[1]:
                told.append(f"{method} {route.name}: {answers[0][0]} and {answers[1][0]}")
    return told, asked


@pytest.mark.parametrize(
    ("mail", "role"), [("manager@bna.example", Role.MANAGER), ("firm38@firm.example", Role.OWNER)]
)
def test_a_stranger_s_record_answers_as_an_id_of_nothing(
    mail: str, role: Role, records: dict[str, str], sign_in: Callable[..., Page]
) -> None:
    """By GET and by POST, wherever the table lets the person in: the same status and the same page, byte for byte."""
    told, asked = differing(sign_in(mail), role, records, "GET", "POST")
    assert told == []
    assert asked > 40


@pytest.mark.parametrize(
    ("mail", "role"), [("manager@sba.example", Role.MANAGER), ("firm01@firm.example", Role.OWNER)]
)
def test_whose_it_is_gets_it(
    mail: str, role: Role, records: dict[str, str], sign_in: Callable[..., Page]
) -> None:
    """Control: the ids are real ones."""
    told, asked = differing(sign_in(mail), role, records, "GET")
    assert len(told) > asked / 2
