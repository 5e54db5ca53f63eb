"""The road once, walked by the people in it, in Korean: a new company on a phone, staff at a desk."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from companies.numbers import pretty
from reports.demo.firms import SPARE
from reports.files.writing import SANTIAGO, PanelItem, PanelOrder, write_ventas
from tests.e2e.conftest import DESKTOP, PHONE, Installation, Watch
from tests.e2e.handling import (
    choose_document,
    fill_baseline,
    fill_contact,
    fill_questions,
    follow,
    letter,
    letters,
    pdf,
    png,
    press,
    unfold,
)
from tests.e2e.words import ko

FIRM = SPARE[0]
MAIL = "saegil@firm.example"
PASSWORD = "갈대밭 사이로 배가 지나갑니다"
NEXT_CALL = "칠레 온라인 진출 지원 추가 모집"


def test_the_road(
    installation: Installation,
    visitor: Callable[..., Page],
    sign_in: Callable[..., Page],
    watch: Watch,
    tmp_path: Path,
) -> None:
    phone = visitor(size=PHONE)
    become_a_member(phone, watch)
    register_the_company(phone, watch)
    application = apply(phone, watch, tmp_path)
    submit(phone, watch, application)
    a_stranger_finds_nothing(sign_in, watch, application)
    officer = sign_in("officer@sba.example", size=DESKTOP)
    screening = send_back(officer, watch)
    correct(phone, watch, application, tmp_path)
    installation.move_clock("2025-11-17T10:00")
    judge(officer, watch, screening)
    ranking = evaluate(sign_in, watch, screening)
    select(sign_in, watch, ranking, tmp_path)
    agree(officer, phone, watch, ranking)
    plan(officer, watch)
    gross = sell(sign_in, watch, tmp_path)
    report(officer, watch, gross)


def become_a_member(page: Page, watch: Watch) -> None:
    page.goto("/calls/")
    watch.check(page)
    follow(page, page.get_by_role("link", name=re.compile(NEXT_CALL)).first)
    watch.check(page)
    page.goto("/account/signup/")
    watch.check(page)
    page.fill("input[name=name]", "구나루")
    page.fill("input[name=email]", MAIL)
    page.fill("input[name=password1]", PASSWORD)
    if page.locator("input[name=password2]").count():
        page.fill("input[name=password2]", PASSWORD)
    press(page, "Sign up")
    watch.check(page)
    mail = letter(page, MAIL, "/account/confirm-email/")
    watch.check(page)
    link = re.search(r"https?://\S+(/account/confirm-email/\S+)", mail)
    assert link
    page.goto(link[1])
    watch.check(page)
    press(page, "Yes, confirm it")
    watch.check(page)
    if "/account/login/" in page.url:
        page.fill("input[name=login]", MAIL)
        page.fill("input[name=password]", PASSWORD)
        press(page, "Sign in")
    watch.check(page)


def register_the_company(page: Page, watch: Watch) -> None:
    page.goto("/company/")
    watch.check(page)
    page.fill("input[name=business_number]", pretty(FIRM.business_number))
    page.fill("input[name=representative]", "다른 사람")
    page.fill("input[name=opened_on]", f"{FIRM.opened_on}")
    page.fill("input[name=name_ko]", FIRM.name_ko)
    press(page, "Ask the tax office")
    expect(page.locator("main")).to_contain_text(
        ko("The tax office does not confirm that these entries belong together.")
    )
    watch.check(page)
    page.fill("input[name=representative]", FIRM.representative)
    press(page, "Send")
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    watch.check(page)
    company = page.url.split("?")[0]
    add_head_office(page, watch)
    page.goto(company)


def add_head_office(page: Page, watch: Watch) -> None:
    follow(page, page.locator("a[href*='/places/add/']").first)
    watch.check(page)
    page.check("input[name=kind][value=head_office]")
    page.select_option("select[name=province]", value="11")
    page.fill("input[name=address]", "가상로 61")
    page.fill("input[name=from_on]", "2015-01-02")
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("가상로 61")
    watch.check(page)


def apply(page: Page, watch: Watch, folder: Path) -> str:
    """All steps, with two things left out that the check then names; the application's address."""
    page.goto("/calls/")
    follow(page, page.get_by_role("link", name=re.compile(NEXT_CALL)).first)
    follow(page, page.locator("a[href$='/apply/']").first)
    watch.check(page)
    press(page, "Begin")
    address = re.sub(r"baseline/$", "", page.url)
    assert address != page.url, page.url
    watch.check(page)
    fill_baseline(page)
    press(page, "Save and go on")
    # The first question of the page was left open: the page says so and keeps what was typed.
    expect(page.locator(".error-summary")).to_be_visible()
    watch.expect_refusal()
    watch.check(page)
    assert page.input_value("input[name=export_last_amount]") in {"12,000", "12000"}
    page.check("input[name=is_first_export][value=no]")
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/questions/$"))
    watch.check(page)
    fill_questions(page)
    # Typing is kept by itself.
    watch.hope("typing is kept by itself", expect(page.locator("#kept")).to_contain_text, "2025")
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/documents/$"))
    watch.check(page)
    choose_document(page, "biz-reg", pdf(folder, "사업자등록증명"))
    page.fill("input[name=from_sme-cert]", "2025-04-01")
    choose_document(page, "sme-cert", png(folder, "중소기업확인서"), "2025-11-30")
    choose_document(page, "tax-national", pdf(folder, "국세 납세증명서"), "2025-11-20")
    press(page, "Hand in and go on")
    expect(page).to_have_url(re.compile("/contact/$"))
    watch.check(page)
    fill_contact(page, MAIL)
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/check/$"))
    watch.check(page)
    # What is missing is named, once more beside the requirement that it shows, and there is no way to submit.
    missing = page.locator("main a[href*='/documents/#']").filter(has_text="지방세 납세증명서")
    expect(missing).to_have_count(2)
    assert page.locator("form[action$='/submit/']").count() == 0
    follow(page, missing.first)
    watch.check(page)
    choose_document(page, "tax-local", pdf(folder, "지방세 납세증명서"), "2025-11-20")
    press(page, "Hand in and go on")
    page.goto(f"{address}check/")
    watch.check(page)
    return address


def submit(page: Page, watch: Watch, application: str) -> None:
    """Pressed twice, sent again with the back button: one receipt, one mail."""
    page.locator("form[action$='/submit/'] button[type=submit]").dblclick()
    page.wait_for_url(re.compile("/receipts/"))
    watch.check(page)
    receipt = page.url
    number = re.search(r"SBA-MELI-CL-2025-2-\d+", page.locator("main").inner_text())
    assert number, page.locator("main").inner_text()
    page.go_back()
    page.wait_for_load_state("load")
    again = page.locator("form[action$='/submit/'] button[type=submit]")
    if again.count():
        follow(page, again)
    watch.expect_refusal()
    page.goto(application)
    watch.check(page)
    expect(page.locator("main a[href*='/receipts/']:not([href$='.pdf'])")).to_have_count(1)
    assert page.locator("main a[href*='/receipts/']:not([href$='.pdf'])").get_attribute("href") in receipt
    letter(page, MAIL, number[0])
    watch.check(page)
    assert letters(page, MAIL, number[0]) == 1


def a_stranger_finds_nothing(sign_in: Callable[..., Page], watch: Watch, application: str) -> None:
    stranger = sign_in("firm01@firm.example", size=PHONE)
    watch.check(stranger)
    for address in (application, f"{application}check/", f"{application}documents/"):
        answer = stranger.goto(address)
        assert answer
        assert answer.status == 404, address
        watch.expect_refusal()
        watch.check(stranger)
        assert FIRM.name_ko not in stranger.content()


def send_back(page: Page, watch: Watch) -> str:
    """The officer looks at the papers and sends one back; the workbench's address."""
    page.goto("/staff/")
    watch.check(page)
    page.goto("/staff/programs/call/")
    watch.check(page)
    follow(page, page.get_by_role("link", name=re.compile(NEXT_CALL)).first)
    watch.check(page)
    press(page, "Screening")
    watch.check(page)
    workbench = page.url.split("?")[0]
    press(page, "Take the criteria of all applications")
    expect(page.locator("#case-heading")).to_have_text(FIRM.name_ko)
    watch.check(page)
    wait_for_checks(page, workbench)
    papers = page.locator("section[aria-labelledby=papers-heading] a[href^='/files/']")
    expect(papers).to_have_count(4)
    for number in range(4):
        answer = page.request.get(str(papers.nth(number).get_attribute("href")))
        assert answer.status == 200
        assert answer.body()[:4] in {b"%PDF", b"\x89PNG"}
    back = unfold(page.locator("article"), "Send back for correction")
    back.get_by_label(re.compile("지방세 납세증명서")).fill("발급일이 보이지 않습니다. 다시 올려 주십시오.")
    back.locator("input[name=due_on]").fill("2025-11-12")
    watch.check(page)
    follow(page, back.locator("button[type=submit]"))
    expect(page.locator("main")).to_contain_text(
        ko("Sent back. The company has been written to; your clock stands still until it answers.")
    )
    watch.check(page)
    return workbench


def correct(page: Page, watch: Watch, application: str, folder: Path) -> None:
    """Only the named paper is open; a file of a wrong type is refused with a sentence, a good one goes through."""
    letter(page, MAIL, "발급일이 보이지 않습니다")
    page.goto("/")
    watch.check(page)
    page.goto(application)
    watch.check(page)
    press(page, "Correct what was named")
    watch.check(page)
    assert page.locator("input[type=file][name^=file_]").count() == 1
    wrong = folder / "증명서.pdf"
    wrong.write_text("이 파일은 PDF가 아닙니다.", "utf-8")
    page.set_input_files("input[name=file_tax-local]", wrong)
    press(page, "Send the correction")
    expect(page.locator(".error-summary")).to_be_visible()
    watch.expect_refusal()
    watch.check(page)
    page.set_input_files("input[name=file_tax-local]", pdf(folder, "지방세 납세증명서 새로 발급"))
    page.fill("input[name=until_tax-local]", "2025-12-11")
    press(page, "Send the correction")
    page.wait_for_url(re.compile("/receipts/"))
    watch.check(page)


def wait_for_checks(page: Page, address: str) -> None:
    """The page once no file on it waits for its check any more."""
    end = time.monotonic() + 60
    page.goto(address)
    while page.get_by_text(ko("being checked"), exact=True).count() and time.monotonic() < end:
        page.wait_for_timeout(300)
        page.goto(address)


def judge(page: Page, watch: Watch, workbench: str) -> None:
    """The officer accepts the papers, takes the criteria again and decides."""
    wait_for_checks(page, workbench)
    press(page, "Take the criteria of all applications")
    watch.check(page)
    for _paper in range(6):
        paper = page.locator("details").filter(has=page.locator("form[action$='/look_at/']")).first
        if not paper.count():
            break
        paper.locator("summary").click()
        paper.locator("select[name=answer]").select_option("accept")
        follow(page, paper.locator("button[type=submit]"))
    watch.hope(
        "every paper can be judged", expect(page.locator("form[action$='/look_at/']")).to_have_count, 0
    )
    if page.locator("form[action$='/look_at/']").count():
        tax = unfold(page.locator("#criterion-tax"), "Decide otherwise")
        tax.locator("[name=reason]").fill("두 증명서를 모두 보았습니다.")
        follow(page, tax.locator("button[type=submit]"))
    watch.check(page)
    case = unfold(page.locator("article"), "Decide")
    case.locator("select[name=decision]").select_option("eligible")
    follow(page, case.locator("button[type=submit]"))
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    watch.check(page)
    expect(page.locator("article .record-head")).to_contain_text("적격")


def evaluate(sign_in: Callable[..., Page], watch: Watch, workbench: str) -> str:
    """Two evaluators are appointed, declare that nothing connects them, and score; the ranking's address."""
    manager = sign_in("manager@sba.example", size=DESKTOP)
    manager.goto(workbench)
    press(manager, "Evaluation and selection")
    watch.check(manager)
    ranking = manager.url
    people = ["evaluator1@naru.example", "evaluator2@naru.example"]
    for mail in people:
        form = unfold(manager, "Appoint an evaluator")
        form.locator("input[name=email]").fill(mail)
        follow(manager, form.locator("button[type=submit]"))
        watch.check(manager)
    for place, mail in enumerate(people):
        page = sign_in(mail, size=DESKTOP)
        page.goto("/evaluation/")
        watch.check(page)
        follow(page, page.locator("a[href*='/evaluation/calls/']").first)
        watch.check(page)
        page.locator("input[type=radio][value=none]").first.check()
        press(page, "Record my declarations")
        watch.check(page)
        follow(page, page.get_by_role("link", name=re.compile(FIRM.name_ko)).first)
        watch.check(page)
        assert MAIL not in page.content()
        for each in page.locator("input[name^=points_]").all():
            each.fill(str(int(float(str(each.get_attribute("max"))) * (0.8 + place / 10))))
        press(page, "Save the points")
        watch.check(page)
    return ranking


def select(sign_in: Callable[..., Page], watch: Watch, ranking: str, folder: Path) -> None:
    """Sealed by two persons, put on paper, then told."""
    manager = sign_in("manager@sba.example", size=DESKTOP)
    manager.goto(ranking)
    watch.check(manager)
    form = unfold(manager, "Ask a second person to agree to this ranking")
    form.locator("[name=reason]").fill("평가가 모두 끝났습니다.")
    follow(manager, form.locator("button[type=submit]"))
    watch.check(manager)
    second = sign_in("manager2@sba.example", size=DESKTOP)
    second.goto("/staff/")
    watch.check(second)
    second.goto("/staff/accounts/approval/")
    watch.check(second)
    follow(second, second.locator("#result_list tbody a").first)
    expect(second.locator("main")).to_contain_text("평가가 모두 끝났습니다.")
    watch.check(second)
    press(second, "Agree")
    watch.check(second)
    manager.goto(ranking)
    form = unfold(manager, "Decide and seal")
    follow(manager, form.locator("button[type=submit]"))
    watch.check(manager)
    enter_decision(manager, watch, folder)
    manager.goto(ranking)
    form = unfold(manager, "Name the decision on paper")
    form.locator("select[name=paper]").select_option(label="결정-2025-7 추가 선정 결과")
    follow(manager, form.locator("button[type=submit]"))
    watch.check(manager)
    press(manager, "Release the results to all")
    watch.check(manager)


def enter_decision(page: Page, watch: Watch, folder: Path) -> None:
    """The decision on paper stands with the program: number, date and file."""
    page.goto("/staff/programs/program/")
    follow(page, page.locator("#result_list tbody a").first)
    papers = page.locator("#papers-group")
    place = papers.locator("input[name=papers-TOTAL_FORMS]").input_value()
    papers.locator(".add-row a").click()
    papers.locator(f"select[name=papers-{place}-kind]").select_option("selection")
    papers.locator(f"input[name=papers-{place}-number]").fill("결정-2025-7")
    papers.locator(f"input[name=papers-{place}-decided_on]").fill("2025-11-24")
    papers.locator(f"input[name=papers-{place}-title_ko]").fill("추가 선정 결과")
    papers.locator(f"input[name=papers-{place}-upload]").set_input_files(pdf(folder, "결정문"))
    watch.check(page)
    follow(page, page.locator("[name=_save]"))
    watch.check(page)


def agree(officer: Page, phone: Page, watch: Watch, ranking: str) -> None:
    officer.goto(ranking)
    form = unfold(officer, "Offer the agreement to all selected")
    form.locator("input[name=accept_by]").fill("2025-12-01")
    follow(officer, form.locator("button[type=submit]"))
    watch.check(officer)
    letter(phone, MAIL, "협약")
    watch.check(phone)
    phone.goto("/agreements/")
    watch.check(phone)
    follow(phone, phone.locator("main a[href*='/agreements/']").first)
    watch.check(phone)
    phone.check("input[name=is_read]")
    press(phone, "Accept the agreement")
    watch.check(phone)
    expect(phone.locator("main form[action$='/accept/']")).to_have_count(0)


def plan(page: Page, watch: Watch) -> None:
    """A component for the company, and its goods in the provider's store."""
    page.goto("/staff/programs/program/")
    watch.check(page)
    follow(page, page.get_by_role("link", name=re.compile("메르카도리브레 칠레 온라인 진출 지원")).first)
    watch.check(page)
    page.goto(re.sub(r"change/.*$", "delivery/", page.url))
    watch.check(page)
    form = unfold(page, "Plan a component for companies")
    form.locator("select[name=component]").select_option(index=1)
    form.get_by_label(re.compile(FIRM.name_ko)).check()
    form.locator("input[name=planned_on]").fill("2025-12-15")
    form.locator("input[name=planned_amount]").fill("3500000")
    follow(page, form.locator("button[type=submit]"))
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    watch.check(page)
    page.goto("/staff/programs/store/?q=MLC-MULGIL")
    watch.check(page)
    follow(page, page.locator("#result_list tbody a").first)
    watch.check(page)
    for goods in FIRM.goods:
        form = unfold(page, "Assign lines to a company")
        form.locator("select[name=participation]").select_option(
            label=str(form.locator("option").filter(has_text=FIRM.name_ko).first.inner_text())
        )
        form.locator("select[name=scope]").select_option("sku")
        form.locator("input[name=reference]").fill(goods.code)
        form.locator("input[name=from_on]").fill("2025-10-01")
        follow(page, form.locator("button[type=submit]"))
    watch.check(page)


def sales_of_october() -> list[PanelOrder]:
    """Four orders of the company's goods; the last one's Total does not add up."""
    goods = FIRM.goods
    found = []
    for place in range(4):
        each = goods[place % len(goods)]
        price = Decimal(each.price_clp)
        item = PanelItem(each.code, f"MLC{1_500_000_000 + place}", each.name_es, 2, price)
        found.append(
            PanelOrder(
                f"20000990000000{place:02d}",
                dt.datetime(2025, 10, 15 + place, 20, 30, tzinfo=SANTIAGO),
                (item,),
                fee_amount=-Decimal(9000),
                shipping_cost_amount=-Decimal(3490),
                replaced={"Total (CLP)": 1} if place == 3 else {},
            )
        )
    return found


def sell(sign_in: Callable[..., Page], watch: Watch, folder: Path) -> str:
    """The provider uploads a month's file, looks at the preview, confirms, and waits until it is counted."""
    orders = sales_of_october()
    file = folder / "Ventas_octubre.xlsx"
    write_ventas(file, orders, exported_at=dt.datetime(2025, 11, 3, 10, tzinfo=SANTIAGO))
    page = sign_in("provider@mulgil.example", size=DESKTOP)
    page.goto("/provider/")
    watch.check(page)
    press(page, "Upload a sales file")
    watch.check(page)
    page.select_option(
        "select[name=place]",
        label=str(page.locator("select[name=place] option", has_text="MULGIL").first.inner_text()),
    )
    page.set_input_files("input[name=upload]", file)
    press(page, "Upload and read")
    watch.check(page)
    confirm = page.locator("form[action$='/confirm/'] button[type=submit]")
    expect(confirm).to_be_visible(timeout=60_000)
    watch.check(page)
    gross = f"{sum(order.products_amount for order in orders[:3]):,.0f}"
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    expect(page.locator("main")).to_contain_text(gross)
    expect(page.locator("main")).to_contain_text(ko("Rejected rows"))
    confirm.click()
    expect(page.locator("main")).to_contain_text(ko("The file is imported and counted."), timeout=60_000)
    watch.check(page)
    return gross


def report(page: Page, watch: Watch, gross: str) -> None:
    """The officer sees the figures, has the report written, downloads and opens it."""
    page.goto("/staff/reports/importbatch/results/")
    watch.check(page)
    page.get_by_role("link", name=ko("All companies"), exact=True).first.click()
    watch.check(page)
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    october = page.locator("#result_list tbody tr").filter(has_text=re.compile(r"2025.\s?10")).locator("a")
    page.goto("/staff/reports/reportrun/")
    earlier = {each.get_attribute("href") for each in october.all()}
    page.goto("/staff/reports/reportrun/add/")
    watch.check(page)
    program = page.locator("select[name=program] option", has_text="칠레")
    page.select_option("select[name=program]", value=str(program.first.get_attribute("value")))
    page.fill("input[name=period]", "2025-10")
    press(page, "Write it now")
    watch.check(page)
    until = time.monotonic() + 150
    while not (new := {each.get_attribute("href") for each in october.all()} - earlier):
        if time.monotonic() > until:  # the schedule was quicker: what it wrote a moment ago stands
            break
        page.wait_for_timeout(500)
        page.reload()
    assert new or earlier, "the report was not written"
    page.goto(str((new or earlier).pop()))
    watch.check(page)
    written = {}
    for link in page.locator("main a[href^='/files/']").all():
        answer = page.request.get(str(link.get_attribute("href")))
        assert answer.status == 200
        written[link.inner_text()] = answer.body()
    books = [load_workbook(io.BytesIO(each)) for each in written.values() if each[:2] == b"PK"]
    papers = [PdfReader(io.BytesIO(each)) for each in written.values() if each[:4] == b"%PDF"]
    assert len(books) == len(papers) == 2
    named = {
        name
        for name in (FIRM.name_ko, FIRM.name_en)
        for book in books
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell and name in str(cell)
    }
    assert FIRM.name_ko in named
    texts = {
        str(paper.trailer["/Root"]["/Lang"])[:2]: re.sub(
            r"\s", "", "".join(each.extract_text() for each in paper.pages)
        )
        for paper in papers
    }
    assert set(texts) == {"ko", "en"}
    assert FIRM.name_ko in texts["ko"]
    assert gross.replace(",", "") in texts["ko"].replace(",", "")
