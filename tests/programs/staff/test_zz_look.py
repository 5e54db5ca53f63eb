import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
import datetime as dt
import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright
from axe_playwright_python.sync_playwright import Axe
from tests.factories import people, programs, register, staff
from programs.models import *

pytestmark = pytest.mark.django_db(transaction=True)
AXE = {"preload": False, "runOnly": {"type": "tag", "values": ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]}}

@pytest.fixture(scope="session")
def live(live_server):
    return live_server

def test_look(live_server, move_clock, client, replay_topic):
    from programs.domain import screening, agreement, delivery, listings, stores
    from companies.models import StatusCheck
    move_clock(staff.AFTER_CLOSING)
    call, apps = staff.ready(count=5, quota=2, reserve_count=1)
    staff.form(call)
    for n in range(10, 16):
        staff.applicant(call, n, is_fine=n % 3 != 0)
    StatusCheck.objects.filter(company=register.company(11)).delete()
    screening.screen_call(call, by=None)
    r = CriterionResult.objects.filter(outcome="not_met").first()
    screening.override(r, to="met", reason="공장이 서울에 있음", by=people.officer())
    staff.declared(staff.evaluator(call, "a"), apps[4], has_conflict=True)
    staff.evaluator(call, "c")
    p = call.program
    programs.target(p); programs.target(p, "companies", 30)
    contract = staff.contract(p)
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))
    takers = [programs.participation(register.company(n), p) for n in range(20, 26)]
    for t in takers: register.member(t.company)
    comp = p.components.get(kind="marketing")
    delivery.assign(comp, takers, planned_on=dt.date(2025,7,20), planned_amount=1500000, contract=contract, by=people.officer())
    d = Delivery.objects.first()
    delivery.tick_off(d, done_on=dt.date(2025,7,21), actual_amount=1400000, evidence=staff.stored(), by=people.officer())
    for t in takers[:3]:
        listings.open_listings(t, [register.product(t.company, "P-1"), register.product(t.company, "P-2", name_ko="비빔 소스")], programs.market(), by=people.officer())
    l = Listing.objects.first()
    listings.advance(l, "refused", reason="성분 표시가 없음", by=people.officer())
    st = programs.store()
    stores.assign(st, takers[0], scope="sku", reference="SKU-1", from_on=dt.date(2025,7,1), by=people.officer())
    offered = programs.participation(register.company(30), p, state="offered", agreed_at=None, accept_by=dt.date(2025,8,20))
    offered.text_ko, offered.text_en = agreement.write_text(p, offered.company, offered.number, offered.accept_by)
    offered.text_sha256 = agreement.checksum(offered.text_ko, offered.text_en); offered.save()
    p.memoranda.create(agency=call.agency, title_ko="메르카도리브레 칠레 업무협약", place="산티아고", signed_on=dt.date(2025,10,20), duties_ko="협력").parties.create(name_ko="메르카도리브레 칠레")
    manager = people.officer("manager")
    owner = register.member(offered.company)
    lister = register.member(takers[0].company)
    expert = staff.evaluator(call, "a").user
    R = lambda n, *a: reverse(n, args=a)
    waiting = Application.objects.get(company=register.company(12))
    pages = [
        (manager, "desk", "/staff/"),
        (manager, "program_list", R("admin:programs_program_changelist")),
        (manager, "program", R("admin:programs_program_change", p.pk)),
        (manager, "program_add", R("admin:programs_program_add")),
        (manager, "program_delivery", R("admin:programs_program_delivery", p.pk)),
        (manager, "memorandum", R("admin:programs_memorandum_change", p.memoranda.first().pk)),
        (manager, "call_list", R("admin:programs_call_changelist")),
        (manager, "call", R("admin:programs_call_change", call.pk)),
        (manager, "call_add", R("admin:programs_call_add")),
        (manager, "screening", R("admin:programs_call_screening", call.pk)+f"?application={waiting.pk}"),
        (manager, "ranking", R("admin:programs_call_ranking", call.pk)),
        (manager, "application_list", R("admin:programs_application_changelist")),
        (manager, "application", R("admin:programs_application_change", apps[0].pk)),
        (manager, "participation_list_s", R("admin:programs_participation_changelist")),
        (manager, "participation_s", R("admin:programs_participation_change", takers[0].pk)),
        (manager, "delivery_list", R("admin:programs_delivery_changelist")),
        (manager, "delivery", R("admin:programs_delivery_change", d.pk)),
        (manager, "listing_list_s", R("admin:programs_listing_changelist")),
        (manager, "listing_s", R("admin:programs_listing_change", l.pk)),
        (manager, "store_list", R("admin:programs_store_changelist")),
        (manager, "store", R("admin:programs_store_change", st.pk)),
        (manager, "store_add", R("admin:programs_store_add")),
        (manager, "store_import", R("admin:programs_store_import")),
        (manager, "market_list", R("admin:programs_market_changelist")),
        (manager, "assignment", R("admin:programs_assignment_change", Assignment.objects.first().pk)),
        (expert, "evaluation_list", R("evaluation_list")),
        (expert, "evaluation_declare", R("evaluation_declare", call.pk)),
        (expert, "evaluation_score", R("evaluation_score", apps[0].pk)),
        (owner, "participation_list", R("participation_list")),
        (owner, "participation_show", R("participation_show", offered.pk)),
        (lister, "listing_list", R("listing_list")),
    ]
    only = os.environ.get("LOOK", "")
    bad = []
    with sync_playwright() as pw:
        b = pw.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync","--disable-dev-shm-usage"])
        for size, name in (((1360, 900), "d"), ((360, 780), "m")):
            contexts = {}
            for user, key, url in pages:
                if only and key not in only.split(","): continue
                if name == "m" and url.startswith("/staff") and key not in ("screening", "program"): continue
                if user.pk not in contexts:
                    c = b.new_context(viewport={"width": size[0], "height": size[1]}, locale=os.environ.get("LOOKLANG", "ko-KR"))
                    client.force_login(user)
                    c.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
                    contexts[user.pk] = c
                page = contexts[user.pk].new_page()
                logs = []
                page.on("console", lambda m: logs.append(m.text))
                r = page.goto(live_server.url + url)
                page.wait_for_load_state("networkidle")
                for det in page.query_selector_all("details.doing"):
                    if os.environ.get("OPEN"): det.evaluate("e => e.open = true")
                page.screenshot(path=f"/tmp/stafflook/{key}_{name}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                csp = [x for x in logs if "Content Security" in x or "Refused" in x]
                found = Axe().run(page, options=AXE)
                v = [(x["id"], [n["html"][:160] for n in x["nodes"]][:4]) for x in found.response["violations"]]
                print(key, name, r.status, "WIDE" if wide else "", csp, v, [x for x in logs if x not in csp][:2])
                page.close()
        b.close()
