"""Statements taken in by list: download the sheet of a country, fill in, look at what would come of it, confirm."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from ground import files
from ground.carrying import brought_back, carried
from ground.errors import RuleBroken
from ground.models import Country
from ground.workbooks import CONTENT_TYPE, workbook
from guidance.domain import stating_many
from guidance.domain.stating_many import Row
from guidance.forms.many_statements import SALT, ManyStatementsForm, named, wishes_of
from guidance.models import Pillar
from guidance.models.research import Confidence
from guidance.queries import statement_sheet
from programs.admin.indicator import own_programs
from programs.models import Program

SHOWN = {
    "new": (_("a draft is begun"), "ok"),
    "same": (_("stands there already, word for word"), "neutral"),
    "refused": (_("refused"), "danger"),
}


class StatementList:
    """The sheet and the page that takes it in again; for staff of the program's agency."""

    def list_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("list/", view(partial(StatementList.take_in, self)), name="guidance_statementversion_take_in"),
            path("list/sheet/", view(partial(StatementList.sheet, self)), name="guidance_statementversion_sheet"),
        ]  # fmt: skip

    def sheet(self: Any, request: HttpRequest) -> HttpResponse:
        """The sheet to fill in."""
        program, country = _chosen(request)
        if program is None or country is None:
            raise Http404
        codes = statement_sheet.COLUMNS.index("products")
        content = workbook(*statement_sheet.sheet(country.pk), text_columns=[codes])
        answer = HttpResponse(content, content_type=CONTENT_TYPE)
        return files.as_download(answer, f"{program.code}-{country.pk}-statements.xlsx")

    def take_in(self: Any, request: HttpRequest) -> HttpResponse:
        """First what would come of each row; carried out is what was shown and confirmed, all of it or nothing."""
        program, country = _chosen(request)
        form, rows, text, status = ManyStatementsForm(), None, "", 200
        if request.method == "POST":
            if program is None or country is None:
                raise Http404
            by = cast(User, request.user)
            of = [str(program.pk), country.pk, str(by.pk)]
            given = brought_back(SALT, of, request.POST["rows"]) if "rows" in request.POST else None
            is_confirmed = given is not None
            if is_confirmed:
                form = ManyStatementsForm.without_file()
            else:
                form = ManyStatementsForm(request.POST, request.FILES)
                given = form.rows if form.is_valid() else None
            status = 400 if given is None else 200
            if given is not None:
                act = stating_many.state_many if is_confirmed else stating_many.look_over
                try:
                    rows = act(program, country, wishes_of(program, country, given), by=by)
                except RuleBroken as error:
                    form.add_error(None, str(error.sentence))
                    status = 409
                else:
                    if is_confirmed and not any(each.state == "refused" for each in rows):
                        return _taken_in(request, country, rows)
                    text = carried(SALT, of, given)
                    status = 409 if is_confirmed else 200
        return TemplateResponse(
            request,
            "admin/guidance/statement_list.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Take in statements by list"),
                "opts": self.opts,
                "programs": own_programs(request).order_by("name_ko", "pk"),
                "every_country": sorted(Country.objects.filter(disabled_on__isnull=True), key=str),
                "program": program,
                "country": country,
                "pair": urlencode({"program": program.pk, "country": country.pk}) if program and country else "",
                "words": {"pillars": [each.label for each in Pillar], "confidence": [each.label for each in Confidence]},
                "form": form,
                "carried": text,
                "has_view_permission": True,
                **_preview(rows),
            },
            status=status,
        )  # fmt: skip


def _chosen(request: HttpRequest) -> tuple[Program | None, Country | None]:
    """What the address names: a program of the reader's agencies and a country that is in use."""
    try:
        program = own_programs(request).filter(pk=request.GET.get("program", "")).first()
    except (ValueError, ValidationError):
        program = None
    code = request.GET.get("country", "").replace("\x00", "")[:2]
    country: Any = Country.objects.filter(disabled_on__isnull=True, pk=code).first()
    return program, country


def _taken_in(request: HttpRequest, country: Country, rows: list[Row]) -> HttpResponse:
    count = sum(each.state == "new" for each in rows)
    told = ngettext("%(count)d draft was begun.", "%(count)d drafts were begun.", count)
    messages.success(request, told % {"count": count})
    page = reverse("admin:guidance_statementversion_changelist")
    return HttpResponseRedirect(f"{page}?{urlencode({'country': country.pk, 'state__exact': 'draft'})}")


def _preview(rows: list[Row] | None) -> dict[str, Any]:
    """Those refused first, with the head of each column that is wrong."""
    if rows is None:
        return {"is_preview": False}
    pillars = {each.value: each.label for each in Pillar}
    return {
        "is_preview": True,
        "lines": [
            {
                "row": each, "label": SHOWN[each.state][0], "tone": SHOWN[each.state][1],
                "pillar": pillars.get(each.wish.values.get("pillar", ""), each.wish.typed["pillar"]),
                "codes": ", ".join(each.wish.values.get("products", [each.wish.typed["products"]])),
                "faults": [(named(column), sentence) for column, sentence in each.faults],
            }
            for each in sorted(rows, key=lambda each: each.state != "refused")
        ],
        "refused": sum(each.state == "refused" for each in rows),
        "changes": sum(each.state == "new" for each in rows),
    }  # fmt: skip
