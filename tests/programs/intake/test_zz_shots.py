import os, datetime as dt
import pytest
from django.utils.translation import trans_real
from playwright.sync_api import sync_playwright
from tests.factories import intake as made, programs, register, people
from programs.models import Application
from programs.domain.correction import Correction, send_back
pytestmark = pytest.mark.django_db(transaction=True)
OUT="/tmp/intake_shots"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"

def test_shots(live_server, settings, move_clock, client):
    settings.LOCALE_PATHS=["/tmp/intake_locale"]
    trans_real._translations.clear(); trans_real._default=None
    move_clock(dt.datetime(2025,5,26,10,tzinfo=made.SEOUL))
    call = made.whole_call(title_ko="2025년 서울 중소기업 칠레 메르카도리브레 온라인 진출 지원사업 참여기업 모집공고", notice_ko="서울에 있는 중소기업의 칠레 온라인 시장 진출을 지원합니다.\n\n지원 내용: 입점과 판매 지원, 현지 마케팅, 물류와 결제, 브랜드와 크리에이터 협업.\n자세히: https://naru.example/notice", contact_ko="수출팀 02-000-0000", quota=30)
    programs.program().name_ko
    made.question(call,"market","one",label_ko="칠레에 판 적이 있습니까?",choices=[{"code":"a","ko":"예, 있습니다","en":"yes"},{"code":"b","ko":"아니요, 처음입니다","en":"no"}],position=1)
    made.question(call,"budget","money",label_ko="올해 해외 마케팅 예산",currency="KRW",position=2,hint_ko="원 단위로 입력해 주십시오.")
    programs.currency("KRW")
    q=call.questions.get(code="plan"); q.label_ko="칠레에서 어떤 제품을 어떻게 팔 계획입니까?"; q.save()
    d=call.requireddocuments.get(); d.name_ko="사업자등록증"; d.hint_ko="최근 3개월 안에 발급한 것"; d.save()
    made.document(call,"tax",name_ko="국세 납세증명서",has_validity=True,certificate_kind="TAX_NAT",position=1)
    made.document(call,"etc",name_ko="수출 실적 증빙",is_required=False,position=2)
    made.document(call,"bank",name_ko="통장 사본",stage="selected",position=3)
    c=call.criterions.get(); c.name_ko="본사가 서울에 있는 기업"; c.source="사업 공고 제3조"; c.save()
    made.criterion(call,"sme","certificate",name_ko="중소기업확인서를 가진 기업",later_as_of="agreement",source="중소기업기본법 제2조",position=1)
    made.criterion(call,"tax","tax",name_ko="국세와 지방세를 체납하지 않은 기업",position=2)
    made.criterion(call,"ban","not_banned",name_ko="참여제한 중이 아닌 기업",position=3)
    t=made.consent_text(); t.title_ko="개인정보 수집과 이용"; t.body_ko="신청과 심사, 협약을 위해 담당자의 정보를 수집합니다.\n동의하지 않을 수 있으나 신청할 수 없습니다."; t.save()
    made.consent_text("news","optional")
    programs.call(code="NEXT", title_ko="하반기 모집공고", opens_at=made.CLOSES, closes_at=made.CLOSES+dt.timedelta(days=30))
    programs.call(code="OLD", title_ko="상반기 모집공고", opens_at=made.CLOSES-dt.timedelta(days=90), closes_at=made.CLOSES-dt.timedelta(days=60))
    company = register.company(name_ko="주식회사 한강바다유기농식품글로벌트레이딩")
    register.certificate(company, valid_until=dt.date(2025,6,1))
    owner = register.member(company)
    messages=[]
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path="/usr/bin/chromium",args="--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage".split())
        client.force_login(owner)
        ctxs={}
        for w in (360,1280):
            ctx=b.new_context(viewport={"width":w,"height":800},locale="ko-KR"); ctxs[w]=ctx
            ctx.add_cookies([{"name":"sessionid","value":client.cookies["sessionid"].value,"url":live_server.url}])
        def shot(name,path,ws=(360,1280),do=None):
            for w in ws:
                page=ctxs[w].new_page(); page.on("console",lambda m: messages.append((name,m.text)))
                page.goto(live_server.url+path)
                if do: do(page)
                over=page.evaluate("document.documentElement.scrollWidth-document.documentElement.clientWidth")
                if over>0: messages.append((name,w,"overflow",over))
                page.screenshot(path=f"{OUT}/{name}_{w}.png",full_page=True); page.close()
        shot("call_list","/calls/"); shot("call_show",f"/calls/{call.pk}/"); shot("start",f"/calls/{call.pk}/apply/"); shot("empty","/applications/",(360,))
        app=made.begun(call,company,owner); own=f"/applications/{app.pk}/"
        for s in ("baseline","questions","documents","contact","check"): shot(s,own+s+"/")
        def typing(page):
            page.fill("#id_q_plan","김스낵을 팔 계획입니다."); page.wait_for_timeout(3500)
            messages.append(("autosave",page.inner_text("#kept")))
        shot("autosave",own+"questions/",(1280,),typing)
        shot("restored",own+"questions/",(360,))
        def bad(page): page.click("button[type=submit].btn-primary"); page.wait_for_load_state()
        shot("errors",own+"baseline/",(360,1280),bad)
        def conflict(page):
            page.fill("#id_q_plan","이 창의 답"); 
            from programs.domain import intake_drafts
            from programs.models import Draft
            d=Draft.objects.get(application=app,step="questions")
            page.evaluate("document.querySelector('[name=version]').value='0'"); page.wait_for_timeout(3000)
            messages.append(("conflict",page.inner_text("#kept")))
        shot("conflict",own+"questions/",(1280,),conflict)
        def bad2(page):
            page.evaluate("document.querySelector('form[data-autosave] [name=version]').value='0'"); page.fill("#id_q_plan","이 창의 답"); page.check("#id_q_market_1"); page.fill("#id_q_budget","1,000"); page.click("button.btn-primary"); page.wait_for_load_state()
        shot("conflict_post",own+"questions/",(360,1280),bad2)
        app2=made.filled(call,register.company(2)); 
        from programs.domain import intake_drafts
        register.member(register.company(2),"owner",owner.email)
        from programs.domain.intake_drafts import AnswerValue
        from decimal import Decimal
        intake_drafts.save_answers(app2,{call.questions.get(code="market").pk:AnswerValue(codes=("a",)),call.questions.get(code="budget").pk:AnswerValue(amount=Decimal(5000000),currency="KRW")},by=owner)
        shot("check_ok",f"/applications/{app2.pk}/check/")
        from programs.domain import intake
        from uuid import uuid4
        sub=intake.submit(app2,by=owner,form_key=uuid4())
        shot("receipt",f"/receipts/{sub.pk}/"); shot("show",f"/applications/{app2.pk}/"); shot("recall",f"/applications/{app2.pk}/recall/",(360,)); shot("withdraw",f"/applications/{app2.pk}/withdraw/",(360,)); shot("list","/applications/")
        move_clock(made.AFTER)
        send_back(Application.objects.get(pk=app2.pk),items=[Correction("question","더 자세히 써 주십시오.",question_id=q.pk),Correction("document","쪽이 빠졌습니다.",document_id=d.pk),Correction("baseline","단위를 확인해 주십시오."),Correction("contact","전화가 닿지 않습니다.")],due_at=dt.datetime(2025,6,10,18,tzinfo=made.SEOUL),by=people.officer(),note="두 곳만 고쳐 주십시오.")
        shot("correct",f"/applications/{app2.pk}/correct/"); shot("returned",f"/applications/{app2.pk}/",(360,))
        b.close(); return
        from axe_playwright_python.sync_playwright import Axe
        for w in (360,1280):
            for path in ["/calls/",f"/calls/{call.pk}/","/applications/"]+[f"/applications/{app2.pk}/"+x for x in ("","correct/")]+[f"/receipts/{sub.pk}/"]:
                page=ctxs[w].new_page(); page.goto(live_server.url+path)
                r=Axe().run(page,options={"preload":False,"runOnly":{"type":"tag","values":["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]}})
                for v in r.response["violations"]: messages.append(("axe",path,w,v["id"],[n["html"][:200] for n in v["nodes"]][:3]))
                page.close()
        move_clock(dt.datetime(2025,5,26,10,tzinfo=made.SEOUL))
        for w in (360,1280):
            for s in ("baseline","questions","documents","contact","check"):
                page=ctxs[w].new_page(); page.goto(live_server.url+own+s+"/")
                if s!="check": page.click("button.btn-primary"); page.wait_for_load_state()
                r=Axe().run(page,options={"preload":False,"runOnly":{"type":"tag","values":["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]}})
                for v in r.response["violations"]: messages.append(("axe",s,w,v["id"],[n["html"][:200] for n in v["nodes"]][:3]))
                page.close()
        b.close()
    for m in messages: print(m)
    assert 0
