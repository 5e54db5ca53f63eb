"""Agencies write the texts that companies agree to."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import ConsentText
from tests.companies.test_company_admin import staff, url
from tests.factories import people
from tests.factories.consents import text

pytestmark = pytest.mark.django_db
ADD = reverse("admin:companies_consenttext_add")
LIST = reverse("admin:companies_consenttext_changelist")


def typed(**fields):
    return {
        "agency": people.agency().pk, "code": "contact", "kind": "required", "title_ko": "제목", "body_ko": "본문",
        "items_ko": "이름", "months": "12", "from_on": "2025-01-01", **fields,
    }  # fmt: skip


def test_a_text_is_written_and_its_next_version_begins_with_its_wording():
    client = staff()
    assert client.post(ADD, typed()).status_code == 302
    first = ConsentText.objects.get()
    assert (first.version, first.agency) == (1, people.agency())
    page = client.get(f"{ADD}?from={first.pk}").content.decode()
    assert "본문" in page
    client.post(ADD, typed(body_ko="새 본문"))
    assert [each.version for each in ConsentText.objects.order_by("version")] == [1, 2]


def test_a_version_is_never_edited():
    made = text()
    address = reverse("admin:companies_consenttext_change", args=[made.pk])
    assert staff().get(address).status_code == 200
    assert staff().post(address, typed(body_ko="anders")).status_code == 404
    made.refresh_from_db()
    assert made.body_ko == "제공합니다."


def test_abroad_without_receiver_is_told_and_keeps_what_was_typed():
    response = staff().post(ADD, typed(kind="abroad"))
    content = response.content.decode()
    assert response.status_code == 200
    assert "A transfer abroad names its receiver and country." in content
    assert "본문" in content
    assert not ConsentText.objects.exists()


def test_texts_of_another_agency_do_not_exist():
    foreign = text(agency_code="BPA")
    client = staff("manager")
    assert client.get(reverse("admin:companies_consenttext_change", args=[foreign.pk])).status_code == 404
    assert client.post(url("consenttext_switch_off", foreign)).status_code == 404
    assert "본문" not in client.get(f"{ADD}?from={foreign.pk}").content.decode()
    assert str(foreign.pk) not in client.get(LIST).content.decode()
    assert client.post(ADD, typed(agency=people.agency("BPA").pk)).status_code == 200
    assert ConsentText.objects.count() == 1


def test_a_receiver_of_another_agency_cannot_be_chosen():
    body = people.organization("partner", "남의 파트너", "CL")
    body.kept_by = people.agency("BPA")
    body.save()
    response = staff().post(ADD, typed(kind="abroad", receiver=body.pk, country="CL"))
    assert response.status_code == 200
    assert "남의 파트너" not in response.content.decode()
    assert not ConsentText.objects.exists()


def test_a_text_goes_out_of_use():
    made = text()
    staff().post(url("consenttext_switch_off", made))
    made.refresh_from_db()
    assert made.disabled_on is not None


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_those_who_only_read_write_nothing(role):
    made = text()
    client = staff(role)
    assert client.get(reverse("admin:companies_consenttext_change", args=[made.pk])).status_code == 200
    assert client.get(ADD).status_code == 404
    assert client.post(ADD, typed()).status_code == 404
    assert client.post(url("consenttext_switch_off", made)).status_code == 404
