"""What every page knows: navigation, banner, agency, language."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import kept_forms
from accounts.roles import officer_roles
from ground import clock
from ground.access import TABLE, Role, remembered, roles_of
from ground.templatetags.naru import day

NAVIGATION = [
    ("home", _("Home")),
    ("call_list", _("Calls")),
    ("guide_list", _("Guides")),
    ("briefing_list", _("Briefings")),
    ("regulatory_list", _("Rules in the way")),
    ("application_list", _("My applications")),
    ("company_show", _("My company")),
    ("sales_list", _("Sales")),
    ("provider_home", _("Provider work")),
    ("evaluation_list", _("Evaluation")),
    ("research_list", _("Research")),
    ("overview", _("Programs")),
    ("admin:index", _("Staff site")),
]


_address = cache(reverse)


def _current(path: str) -> str:
    """The route of the menu that has this address, if one has."""
    return next((route for route, _label in NAVIGATION if _address(route) == path), "")


@lru_cache(maxsize=1000)
def _navigation(roles: frozenset[Role], current: str, language: str) -> SafeString:
    """The menu, the same for all who have these roles: drawn once in a process for each page of it and each `language`."""
    items = [
        {"url": _address(route), "label": label, "is_current": route == current}
        for route, label in NAVIGATION
        if (entry := TABLE.find(route)) is not None and entry.allows(roles, "GET")
    ]
    return render_to_string("components/site_navigation.html", {"items": items})


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not hasattr(user, "naru_memory"):
        return {
            "navigation": "",
            "banner": "",
            "operator_is_public_body": settings.NARU_OPERATOR_IS_PUBLIC_BODY,
        }
    roles = officer_roles(user) if user.is_authenticated else []
    return {
        "navigation": _navigation(roles_of(user), _current(request.path), get_language() or ""),
        "banner": remembered(user, "banner", _banner),
        "kept_form": kept_forms.waiting(request),
        "agency": roles[0][0] if roles else None,
        "operator_is_public_body": settings.NARU_OPERATOR_IS_PUBLIC_BODY,
    }


def _banner() -> str:
    """What is not as it would be in earnest, each said by the setting that makes it so."""
    sentences: list[Any] = []
    if settings.IS_DEMONSTRATION:
        sentences.append(_("Demonstration: companies, people and sales are made up."))
        if clock.is_moved():
            sentences.append(_("The clock shows %(day)s.") % {"day": day(clock.today())})
    if not settings.NARU_STAFF_MFA:
        sentences.append(_("Staff sign in without a second factor."))
    return " ".join(str(each) for each in sentences)
