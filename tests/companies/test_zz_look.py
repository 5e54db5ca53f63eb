import datetime as dt
import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from accounts.domain import approvals
from companies.domain import membership, standing
from companies.models import *
from ground import reference
from ground.models import Industry, StoredFile
from tests.factories import people, register
from tests.factories.consents import given, text

OUT = "/tmp/companies/shots"
os.makedirs(OUT, exist_ok=True)
AXE = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


@pytest.mark.django_db(transaction=True)
def test_look(live_server, tax_office):
    reference.load()
    c = register.company(1, name_ko="한강바다식품 주식회사", name_en="Hangang Bada Foods Co., Ltd.")
    register.seen_by(c)
    owner = register.member(c, "owner", "owner@firm.example")
    owner.name = "김나루"
    owner.save()
    reader = register.member(c, "reader", "reader@firm.example")
    register.member(c, "editor", "editor@firm.example")
    Contact.objects.filter(company=c).update(phone="02-0000-0000")
    Place.objects.create(
        company=c, kind="factory", province_id="51", address="춘천시 가상읍 12", from_on=dt.date(2024, 1, 1)
    )
    CompanyIndustry.objects.create(company=c, industry=Industry.objects.get(pk="11:C"), is_main=True)
    for y in (2023, 2024, 2025):
        YearlyFigure.objects.create(
            company=c, year=y, sales_amount=1234567890, export_amount="345678.90", employees=23
        )
    f = StoredFile.objects.create(
        kind="document",
        name="중소기업확인서.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        path="document/00/x",
    )
    register.certificate(c, state="unchecked", file=f, valid_until=dt.date(2026, 12, 5))
    register.certificate(c, kind="TAX_NAT", valid_until=dt.date(2026, 10, 1))
    register.certificate(c, kind="EXP_PERF", valid_until=dt.date(2027, 10, 1))
    for i in range(3):
        register.product(c, f"HB-{i}", name_ko=f"조미김 {i}호", name_en="")
    standing.check_status([c])
    body = people.organization("partner", "Mercado Libre Chile", "CL")
    given(c, text("contacts"))
    text("abroad", kind="abroad", receiver=body, title_ko="해외 협력사 연락처 제공", title_en="")
    membership.invite(c, email="guest@firm.example", role="reader", by=owner)
    u = people.user("claimant@firm.example", name="이신청")
    Claim.objects.create(
        company=c,
        user=u,
        method="certificate",
        stated_name="한강바다식품",
        stated_representative="김가상",
        stated_opened_on=dt.date(2015, 3, 2),
    )
    claim = Claim.objects.get()
    man = people.officer("manager")
    off = people.officer("officer")
    ban = standing.ban(
        register.company(1),
        agency=people.agency(),
        from_on=dt.date(2026, 1, 1),
        until_on=dt.date(2026, 12, 31),
        reason="결과보고서를 내지 않음",
        by=man,
    )
    ap = approvals.ask(
        agency=people.agency(),
        decision="payment",
        subject="칠레 온라인 진출 지원 3차 지급",
        subject_id=uuid4(),
        digest="ab" * 32,
        reason="검수를 마쳤습니다.",
        by=off,
    )
    org = people.organization("provider")
    org.kept_by = people.agency()
    org.save()
    people.organization_member("provider")
    ct = ConsentText.objects.first()
    k = {"pk": c.pk}
    P = lambda n, **x: reverse(n, kwargs={**k, **x})
    pages = {
        "owner": [
            ("company_show", "/company/"),
            ("company_edit", P("company_edit")),
            ("contact", P("contact_edit", kind="export")),
            ("place_add", P("place_add")),
            ("industry", P("industry_edit")),
            ("figure", P("figure_edit")),
            ("certificate", P("certificate_add")),
            ("product_list", P("product_list")),
            ("product_edit", P("product_edit", product=c.products.first().pk)),
            ("member_list", P("member_list")),
            ("invite", P("member_invite")),
            ("consents", P("consent_list")),
            ("place_end", P("place_end", place=c.places.first().pk)),
        ],
        "new": [
            ("register", "/company/register/"),
            ("register_waiting", "/company/register/?done=waiting"),
            ("register_owner", "/company/register/?done=owner_asked"),
        ],
        "reader": [("reader_show", "/company/")],
        "staff": [
            ("a_list", reverse("admin:companies_company_changelist")),
            ("a_company", reverse("admin:companies_company_change", args=[c.pk])),
            ("a_ban", P("admin:companies_company_ban")),
            ("a_banrec", reverse("admin:companies_ban_change", args=[ban.pk])),
            ("a_claims", reverse("admin:companies_claim_changelist")),
            ("a_claim", reverse("admin:companies_claim_change", args=[claim.pk])),
            ("a_refuse", reverse("admin:companies_claim_refuse", args=[claim.pk])),
            ("a_texts", reverse("admin:companies_consenttext_changelist")),
            ("a_text", reverse("admin:companies_consenttext_change", args=[ct.pk])),
            ("a_textadd", reverse("admin:companies_consenttext_add")),
            ("a_import", reverse("admin:companies_company_import")),
            ("a_export", reverse("admin:companies_company_export")),
            ("a_officers", reverse("admin:accounts_officer_changelist")),
            ("a_officer", reverse("admin:accounts_officer_change", args=[man.officers.get().pk])),
            ("a_officeradd", reverse("admin:accounts_officer_add")),
            ("a_org", reverse("admin:accounts_organization_change", args=[org.pk])),
            ("a_approval", reverse("admin:accounts_approval_change", args=[ap.pk])),
            ("a_holidays", reverse("admin:ground_holiday_changelist")),
            ("a_rule", reverse("admin:accounts_secondpersonrule_add")),
            ("a_history", reverse("admin:companies_company_history", args=[c.pk])),
        ],
    }
    users = {
        "owner": owner,
        "new": people.user("new@firm.example", name="새사람"),
        "reader": reader,
        "staff": man,
    }
    report = open(OUT + "/report.txt", "w")
    with sync_playwright() as p:
        b = p.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
            ],
        )
        for who, items in pages.items():
            cl = Client()
            cl.force_login(users[who])
            for width in (360, 1280):
                ctx = b.new_context(viewport={"width": width, "height": 900}, locale="ko-KR")
                ctx.add_cookies(
                    [{"name": "sessionid", "value": cl.cookies["sessionid"].value, "url": live_server.url}]
                )
                page = ctx.new_page()
                msgs = []
                page.on("console", lambda m: msgs.append(m.text))
                for name, path in items:
                    msgs.clear()
                    r = page.goto(live_server.url + path)
                    page.screenshot(path=f"{OUT}/{name}_{width}.png", full_page=True)
                    over = page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    v = Axe().run(page, options=AXE).response["violations"]
                    report.write(
                        f"{name} {width} {r.status} over={over} console={msgs} axe={[(x['id'], [n['html'][:150] for n in x['nodes'][:3]]) for x in v]}\n"
                    )
                    report.flush()
                if who == "new" and width == 1280:
                    page.goto(live_server.url + "/company/register/")
                    page.fill("#id_business_number", register.number(3))
                    page.fill("#id_representative", "남이름")
                    page.fill("#id_opened_on", "2015-03-02")
                    page.fill("#id_name_ko", "새회사")
                    page.click("main button.btn-primary")
                    page.wait_for_load_state()
                    page.screenshot(path=f"{OUT}/register_step2.png", full_page=True)
                ctx.close()
        b.close()
