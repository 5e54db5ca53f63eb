"""What a company can do about a requirement: which paper, issued by whom, and where it is handed in or entered."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Certificate
from programs.domain.criteria.values import clearances_of
from programs.models import Criterion

ISSUERS: dict[str, StrOrPromise] = {
    Certificate.Kind.BUSINESS: _("National Tax Service, hometax.go.kr"),
    Certificate.Kind.SME: _("Ministry of SMEs and Startups, sminfo.mss.go.kr"),
    Certificate.Kind.MICRO: _("Ministry of SMEs and Startups, sminfo.mss.go.kr"),
    Certificate.Kind.TAX_NATIONAL: _("National Tax Service, hometax.go.kr"),
    Certificate.Kind.TAX_LOCAL: _("local governments, wetax.go.kr or gov.kr"),
    Certificate.Kind.INSURANCE: _("National Health Insurance Service, 4insure.or.kr"),
    Certificate.Kind.EXPORTS: _("Korea International Trade Association, kita.net"),
}


@dataclass(frozen=True)
class Step:
    """A sentence; `page` is the name of the company's own page where it is done, empty when there is none."""

    sentence: StrOrPromise
    page: str = ""


_RECORD = _("Enter it in the company record.")
_PAPER = _("Paper: {paper} ({issuer}). Add it to the company record or hand it in with the application.")
_SIZE = _(
    "Enter the size in the company record, with the SME confirmation or another certificate that shows it. An SME"
    " confirmation ends three months after the end of the fiscal year."
)
_ASK = _("If you think that this is wrong, ask the agency.")
_FORMER_FIGURE = _(
    "Give the agency the paper of the former company: financial statements for sales, the export performance certificate of"
    " kita.net for exports. The agency decides by it; nothing is entered in the closed record."
)
STEPS = {
    "province_unknown": Step(_RECORD, "place_add"),
    "province_not_met": Step(_ASK),
    "age_unknown": Step(_RECORD, "company_edit"),
    "industry_unknown": Step(_RECORD, "industry_edit"),
    "industry_short": Step(_RECORD, "industry_edit"),
    "industry_excluded": Step(_ASK),
    "figure_missing": Step(_RECORD, "figure_edit"),
    "figure_unproven": Step(
        _(
            "Paper: financial statements for sales, the export performance certificate of kita.net for exports."
        ),
        "figure_edit",
    ),
    "age_unknown_former": Step(
        _(
            "Give the agency the business registration certificate of the former company, or the certificate that it was closed."
            " The agency decides by it; nothing is entered in the closed record."
        )
    ),
    **dict.fromkeys(("figure_missing_former", "figure_unproven_former"), Step(_FORMER_FIGURE)),
    "product_hs_short": Step(_RECORD, "product_list"),
    "product_unknown": Step(_RECORD, "product_add"),
    "answer_missing": Step(_("You answer it in the application form.")),
    "status_old": Step(
        _(
            "The agency asks the tax office anew. If it does not answer, give the agency a certificate of your business"
            " registration of these days."
        )
    ),
    "status_not_checked": Step(_("The agency asks the tax office when you apply.")),
    **dict.fromkeys(("status_suspended", "status_closed", "status_unregistered"), Step(_ASK)),
    "banned": Step(_ASK),
    "banned_former": Step(_ASK),
    **dict.fromkeys(
        (
            "size_unknown",
            "size_stated",
            "size_unclear",
            "size_expired",
            "size_not_yet",
            "size_refused",
            "size_renew",
            "size_undated",
        ),
        Step(_SIZE, "size_edit"),
    ),
    "size_not_met": Step(_ASK),
    "mark_found": Step(_ASK),
    "mark_declared": Step(_("Send the agency the paper of what takes the mark away, if there is one.")),
    "mark_unknown": Step(_("Declare it in the company record; the agency looks it up."), "mark_declare"),
    **dict.fromkeys(("support_unknown", "support_unclear"), Step(_RECORD, "support_list")),
    "support_over": Step(_ASK),
    "ban_unknown": Step(_("Ask the agency whether a ban is in force.")),
}
_NEEDS_PAPER = ("missing", "refused", "expired", "not_yet", "renew", "unchecked", "undated")


def next_step(criterion: Criterion, reason_code: str) -> Step | None:
    """What to do after this answer; None when nothing is left to do."""
    kinds: list[str] = []
    if criterion.kind == Criterion.Kind.TAX:
        kinds = [*clearances_of(criterion.values if isinstance(criterion.values, dict) else {})]
    elif criterion.kind == Criterion.Kind.CERTIFICATE and isinstance(criterion.values, dict):
        kinds = [str(criterion.values.get("kind"))]
    if not kinds:
        return STEPS.get(reason_code)
    if reason_code.partition("_")[2] not in _NEEDS_PAPER:
        return None
    papers = [
        format_lazy(_PAPER, paper=Certificate.Kind(kind).label, issuer=ISSUERS.get(kind, _("its issuer")))
        for kind in kinds
    ]
    return Step(format_lazy("{}" if len(papers) == 1 else "{} {}", *papers), "certificate_add")
