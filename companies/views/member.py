"""Who signs in for the company: members, invitations, people who asked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import permissions
from companies.domain import membership
from companies.forms import InvitationForm, RoleForm
from companies.models import Claim, Company, Invitation, Member
from companies.views.own import address, crumbs, form_page, own_company, person, sent
from ground import clock
from ground.errors import RuleBroken


@require_GET
def member_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Members for all members; invitations and people who asked for owners."""
    user = person(request)
    company = own_company(request, pk)
    role = permissions.role_in(user, company)
    is_owner = permissions.why_not_manage(role) is None
    members = company.members.filter(ended_at__isnull=True).select_related("user").order_by("created_at")
    context = {
        "company": company,
        "crumbs": crumbs(company),
        "members": members,
        "me": user,
        "is_owner": is_owner,
        "why_not_manage": permissions.why_not_manage(role),
        "roles": Member.Role.choices,
        "now": clock.now(),
    }
    if is_owner:
        waiting = Invitation.objects.filter(
            company=company, accepted_at__isnull=True, withdrawn_at__isnull=True
        )
        context["invitations"] = waiting.order_by("-created_at")
        context["claims"] = Claim.objects.for_people().filter(company=company).select_related("user")
    return render(request, "companies/member_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def member_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = own_company(request, pk)
    permissions.require_owner(person(request), company)
    form = InvitationForm(sent(request), initial={"email": request.GET.get("email", "")})
    return form_page(
        request,
        form,
        lambda entries: membership.invite(company, by=person(request), **entries),
        template="companies/member_invite.html",
        company=company,
        done=_("The invitation is on its way. The link in it can be used for seven days."),
        then=_members(company),
        context={"crumbs": crumbs(company, (_("Members"), _members(company)))},
    )


@require_POST
def member_change_role(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    company = own_company(request, pk)
    row = get_object_or_404(Member, pk=member, company=company, ended_at__isnull=True)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    _try(request, lambda: membership.change_role(row, role=form.cleaned_data["role"], by=person(request)),
         _("The role is changed."))  # fmt: skip
    return HttpResponseRedirect(_members(company))


@require_POST
def member_end(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    company = own_company(request, pk)
    row = get_object_or_404(Member, pk=member, company=company, ended_at__isnull=True)
    is_done = _try(request, lambda: membership.end(row, by=person(request)), _("The membership has ended."))
    if is_done and row.user_id == person(request).pk:
        return HttpResponseRedirect(reverse("company_show"))
    return HttpResponseRedirect(_members(company))


@require_POST
def invitation_withdraw(request: HttpRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    company = own_company(request, pk)
    row = get_object_or_404(Invitation, pk=invitation, company=company)
    _try(request, lambda: membership.withdraw(row, by=person(request)), _("The invitation is withdrawn."))
    return HttpResponseRedirect(_members(company))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link. It names the company only to the person who was invited."""
    user = person(request)
    invitation = membership.find_invitation(token)
    if invitation is None:
        raise Http404
    refusal = membership.why_not_accept(invitation, user)
    if refusal is None and request.method == "POST":
        try:
            membership.accept(invitation, by=user)
        except RuleBroken as error:
            refusal = error
        else:
            messages.success(request, _("You are a member now."))
            return HttpResponseRedirect(address(invitation.company))
    is_mine = refusal is None or refusal.code != "other_address"
    context = {"invitation": invitation if is_mine else None, "refusal": refusal}
    return render(request, "companies/invitation_accept.html", context, status=409 if refusal else 200)


def _try(request: HttpRequest, act: object, done: object) -> bool:
    """Carry out; a refusal is shown on the page that follows. Only refusals of the rules, not of the right (409)."""
    assert callable(act)
    try:
        act()
    except RuleBroken as error:
        if error.code in {"not_owner", "read_only"}:
            raise
        messages.error(request, str(error.sentence))
        return False
    messages.success(request, str(done))
    return True


def _members(company: Company) -> str:
    return reverse("member_list", kwargs={"pk": company.pk})
