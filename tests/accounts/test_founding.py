"""An empty installation becomes usable: operator, agency, first manager, officers; people are switched off and on."""

from __future__ import annotations

import io
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.domain import agencies, organizations, people, staffing
from accounts.models import Agency, Officer, Organization, OrganizationMember, User
from ground import clock, outbox
from ground.access import Role, roles_of
from ground.models import Message
from tests.broken import broken
from tests.factories import people as made

pytestmark = pytest.mark.django_db
PASSWORD = "a calm river carries many boats"


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command(command, *arguments, stdout=out)
    return out.getvalue()


def english() -> Client:
    client = Client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+(/account/password/reset/key/\S+)", text)
    assert found
    return found.group(1)


def set_password(link: str) -> None:
    client = english()
    form = client.get(link)["Location"]
    answer = client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/account/password/reset/key/done/")


def sign_in(email: str) -> Client:
    client = english()
    answer = client.post("/account/login/", {"login": email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return client


def mail_to(email: str) -> str:
    return Message.objects.filter(recipients=[email]).latest("created_at").body


@pytest.fixture
def operator() -> User:
    return made.user("operator@naru.example", is_operator=True)


def test_from_an_empty_database_to_an_officer_appointed_by_the_first_manager():
    """By the command line and the mails alone, as docs/operations.md tells it."""
    assert not User.objects.exists()
    set_password(link_in(run("make_operator", "op@naru.example", "--name", "도운영")))
    operator = sign_in("op@naru.example")
    assert operator.get(reverse("admin:accounts_agency_changelist")).status_code == 200
    run("found_agency", "SBA", "서울나루진흥원", "--manager", "First@sba.example", "--manager-name", "강나루",
        "--by", "op@naru.example")  # fmt: skip
    set_password(link_in(mail_to("first@sba.example")))
    manager = sign_in("first@sba.example")
    agency = Agency.objects.get()
    facts = {"agency": agency.pk, "email": "new@sba.example", "name": "마다솜", "role": "officer",
             "from_on": clock.today().isoformat()}  # fmt: skip
    assert manager.post(reverse("admin:accounts_officer_add"), facts).status_code == 302
    set_password(link_in(mail_to("new@sba.example")))
    assert sign_in("new@sba.example").get(reverse("admin:index")).status_code == 200


def test_the_operator_founds_an_agency_and_appoints_its_first_manager_on_the_staff_site(operator):
    client = english()
    client.force_login(operator)
    city = Organization.objects.create(kind="supervising", name_ko="시연특별시", country=made.country())
    facts = {"code": "BNA", "name_ko": "부산나루진흥원", "name_en": "", "supervised_by": city.pk}
    for code in ("bna", "BNA-2", "B_A"):
        refused = client.post(reverse("admin:accounts_agency_add"), {**facts, "code": code})
        assert "Capital letters and digits." in refused.content.decode()
    answer = client.post(reverse("admin:accounts_agency_add"), facts)
    agency = Agency.objects.get(code="BNA", supervised_by=city)
    page = reverse("admin:accounts_agency_change", args=[agency.pk])
    assert answer["Location"] == page
    appoint = reverse("admin:accounts_agency_appoint", args=[agency.pk])
    assert appoint in client.get(page).content.decode()
    assert "Enter the person" in client.post(appoint, {"email": "a@bna.example"}).content.decode()
    assert client.post(appoint, {"email": "a@bna.example", "name": "고바다"})["Location"] == page
    officer = Officer.objects.get(agency=agency)
    assert (officer.role, officer.user.name, officer.from_on) == ("manager", "고바다", clock.today())
    assert appoint not in client.get(page).content.decode()
    assert (
        "Managers appoint the others"
        in client.post(appoint, {"email": "b@bna.example", "name": "나"}).content.decode()
    )
    client.post(page, {"name_ko": "부산수출진흥원", "name_en": "Busan", "supervised_by": "", "code": "XXX"})
    agency.refresh_from_db()
    assert (agency.code, agency.name_ko, agency.supervised_by) == ("BNA", "부산수출진흥원", None)


@pytest.mark.parametrize("role", ["manager", "officer", "auditor"])
def test_nobody_but_the_operator_founds_appoints_first_or_switches_off(role):
    user = made.officer(role)
    with broken("not_operator"):
        agencies.found(facts={"code": "X", "name_ko": "엑스"}, by=user)
    with broken("not_operator"):
        agencies.edit(made.agency(), facts={"name_ko": "엑스"}, by=user)
    with broken("not_operator"):
        agencies.appoint_manager(made.agency("BPA"), email=user.email, by=user)
    with broken("not_operator"):
        people.switch_off(made.user(), reason="퇴직", by=user)


def test_the_commands_refuse_with_a_sentence(operator):
    with pytest.raises(CommandError, match="Nobody signs in"):
        run("make_operator", "new@naru.example")
    with pytest.raises(CommandError, match="--by"):
        run("found_agency", "A", "가", "--manager", "m@a.example", "--by", "ghost@naru.example")
    with pytest.raises(CommandError, match="Nobody signs in"):
        run("found_agency", "A", "가", "--manager", "m@a.example", "--by", operator.email)
    with pytest.raises(CommandError, match="operator"):
        run("found_agency", "A", "가", "--manager", operator.email, "--by", made.user().email)
    assert not Agency.objects.exists()


def test_who_has_a_password_is_only_told(operator):
    known = made.user("known@naru.example")
    assert "password" not in run("make_operator", known.email)
    agencies.appoint_manager(made.agency(), email=known.email.upper(), by=operator)
    body = mail_to(known.email)
    assert "/account/login/" in body
    assert "/reset/key/" not in body


def test_the_link_of_the_mail_is_wiped_once_it_is_sent(operator):
    agencies.appoint_manager(made.agency(), email="m@sba.example", name="강나루", by=operator)
    outbox.drain()
    assert mail_to("m@sba.example") == ""


def test_a_person_switched_off_is_out_at_once_and_comes_back(operator):
    manager = made.officer("manager")
    theirs, desk = Client(), english()
    theirs.force_login(manager)
    desk.force_login(operator)
    assert theirs.get("/staff/").status_code == 200
    page = reverse("admin:accounts_user_change", args=[manager.pk])
    off = reverse("admin:accounts_user_switch_off", args=[manager.pk])
    assert off in desk.get(page).content.decode()
    assert "Say why" in desk.post(off, {"reason": " "}, follow=True).content.decode()
    assert theirs.get("/staff/").status_code == 200
    desk.post(off, {"reason": "퇴직하였습니다."})
    answer = theirs.get("/staff/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/")
    again = Client().post("/account/login/", {"login": manager.email, "password": made.PASSWORD})
    assert again["Location"] == "/account/inactive/"
    assert (
        "퇴직하였습니다."
        in desk.get(reverse("admin:accounts_user_history", args=[manager.pk])).content.decode()
    )
    with broken("switched_off"):
        people.switch_off(manager, reason="다시", by=operator)
    with broken("switched_off"):
        staffing.enter_officer(
            made.agency(), email=manager.email, name="", role="finance", from_on=clock.today()
        )
    desk.post(reverse("admin:accounts_user_switch_on", args=[manager.pk]), {"reason": "복직하였습니다."})
    answer = Client().post("/account/login/", {"login": manager.email, "password": made.PASSWORD})
    assert answer["Location"] == "/"


def test_an_agency_whose_only_manager_was_switched_off_gets_another_from_the_operator(operator):
    gone = made.officer("manager")
    with broken("has_manager"):
        agencies.appoint_manager(made.agency(), email="next@sba.example", name="노가온", by=operator)
    people.switch_off(gone, reason="퇴직", by=operator)
    following = agencies.appoint_manager(made.agency(), email="next@sba.example", name="노가온", by=operator)
    with broken("last_manager"):
        staffing.end_service(following, until_on=clock.today(), by=following.user)


def test_nobody_switches_their_own_account_off(operator):
    with broken("own_account"):
        people.switch_off(operator, reason="휴가", by=operator)


def test_a_link_confirms_the_only_address_of_an_account_and_no_other():
    user = made.user("two@naru.example")
    user.emailaddress_set.update(verified=False)
    user.emailaddress_set.create(email="other@naru.example", verified=False)
    people.confirm_only_address(user)
    assert not user.emailaddress_set.filter(verified=True).exists()
    user.emailaddress_set.filter(email="other@naru.example").delete()
    people.confirm_only_address(user)
    assert people.can_sign_in(user)


def test_the_operator_keeps_the_bodies_that_no_agency_keeps(operator):
    made.country()
    person = made.user("city@naru.example")
    client = english()
    client.force_login(operator)
    facts = {"kind": "supervising", "name_ko": "시연특별시", "country": "KR"}
    page = client.post(reverse("admin:accounts_organization_add"), facts)["Location"]
    body = Organization.objects.get(kept_by=None)
    client.post(page, {"name_ko": "시연광역시", "country": "KR", "let_in": person.email})
    body.refresh_from_db()
    assert (body.name_ko, roles_of(person)) == ("시연광역시", {Role.SUPERVISING, Role.MEMBER})
    assert person.email in client.get(page).content.decode()
    kept = organizations.found(
        made.agency(), facts={**facts, "country": made.country()}, by=made.officer("manager")
    )
    theirs = reverse("admin:accounts_organization_change", args=[kept.pk])
    client.post(theirs, {"name_ko": "다른이름", "country": "KR"})
    kept.refresh_from_db()
    assert kept.name_ko == "시연특별시"
    with broken("not_manager"):
        organizations.edit(kept, facts={"name_ko": "다른이름"}, by=operator)
    with broken("not_keeper"):
        organizations.edit(body, facts={"name_ko": "다른이름"}, by=made.officer("manager"))
    with broken("not_operator"):
        organizations.found(None, facts=facts, by=made.officer("manager"))


def test_an_operator_who_manages_an_agency_chooses_who_keeps_a_body():
    made.country()
    made.officer("manager", email="both@naru.example")
    both = made.user("both@naru.example")
    both.is_operator = True
    both.save()
    client = english()
    client.force_login(both)
    add = reverse("admin:accounts_organization_add")
    offered = [label for _key, label in client.get(add).context["form"].fields["agency"].choices]
    assert offered == ["none: the operator keeps it", "SBA Export Agency"]
    assert 'type="hidden" name="agency"' not in client.get(add).content.decode()
    for name, agency in (("시연특별시", ""), ("시연수행사", made.agency().pk)):
        client.post(add, {"kind": "supervising", "name_ko": name, "country": "KR", "agency": agency})
    kept = Organization.objects.order_by("created_at").values_list("name_ko", "kept_by")
    assert list(kept) == [("시연특별시", None), ("시연수행사", made.agency().pk)]
    client.force_login(made.officer("manager"))
    assert (
        client.post(add, {"kind": "partner", "name_ko": "다른", "country": "KR", "agency": ""}).status_code
        == 200
    )
    assert Organization.objects.count() == 2


def test_a_body_out_of_use_supervises_no_further_agency(operator):
    client = english()
    client.force_login(operator)
    in_use, old = made.organization("supervising", "가시"), made.organization("supervising", "나시")
    made.organization("provider", "다사")
    agency = made.agency(supervised_by=old)
    old.disabled_on = clock.today()
    old.save()

    def offered(page: str) -> list[Organization]:
        return list(client.get(page).context["form"].fields["supervised_by"].queryset)

    assert offered(reverse("admin:accounts_agency_add")) == [in_use]
    assert offered(reverse("admin:accounts_agency_change", args=[made.agency("BPA").pk])) == [in_use]
    page = reverse("admin:accounts_agency_change", args=[agency.pk])
    assert offered(page) == [in_use, old]
    client.post(page, {"name_ko": "새이름", "supervised_by": old.pk})
    agency.refresh_from_db()
    assert (agency.name_ko, agency.supervised_by) == ("새이름", old)
    for refused in (
        lambda: agencies.edit(made.agency("BPA"), facts={"supervised_by": old}, by=operator),
        lambda: agencies.found(facts={"code": "CCC", "name_ko": "다", "supervised_by": old}, by=operator),
    ):
        with broken("out_of_use"):
            refused()


def test_the_list_of_people_asks_as_much_for_three_as_for_one(operator):
    client = english()
    client.force_login(operator)
    page = reverse("admin:accounts_user_changelist")
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        assert "operator of the installation" in client.get(page).content.decode()
    made.officer("manager")
    people.switch_off(made.officer("auditor"), reason="퇴직", by=operator)
    with CaptureQueriesContext(connection) as three:
        content = client.get(page).content.decode()
    assert "switched off" in content
    assert len(three) == len(one)
    assert client.get(f"{page}?is_active__exact=0").context["cl"].result_count == 1


def test_a_password_set_before_the_address_was_confirmed_does_not_count(operator):
    """Somebody else may have signed up with the address: who is appointed sets a password by the mail."""
    stranger_s = made.user("kim@agency.example")
    stranger_s.set_password("남이 정한 비밀번호입니다")
    stranger_s.save()
    stranger_s.emailaddress_set.update(verified=False)
    agencies.appoint_manager(made.agency(), email=stranger_s.email, by=operator)
    stranger_s.refresh_from_db()
    assert not stranger_s.has_usable_password()
    known = made.user("known@agency.example")
    known.set_password("스스로 정한 비밀번호입니다")
    known.save()
    EmailAddress.objects.update_or_create(user=known, email=known.email, defaults={"verified": True})
    agencies.appoint_manager(made.agency("BPA"), email=known.email, by=operator)
    known.refresh_from_db()
    assert known.has_usable_password()


def test_a_body_s_people_are_named_to_who_keeps_it_only(operator):
    kept = made.organization_member("provider", "한강수행사")
    free = made.organization_member("supervising", "서울시")
    made.agency("SBA")
    of_sba, of_bpa = made.officer("manager", "SBA"), made.officer("manager", "BPA")
    Organization.objects.filter(members__user=kept).update(kept_by=made.agency("SBA"))
    Organization.objects.filter(members__user=free).update(kept_by=None)
    seen = {
        reader: set(OrganizationMember.objects.visible_to(reader).values_list("user", flat=True))
        for reader in (of_sba, of_bpa, operator, kept)
    }
    assert seen == {of_sba: {kept.pk}, of_bpa: set(), operator: {free.pk}, kept: {kept.pk}}
