"""What staff can do with a call: each verb of its pages, with its form, its consequence and the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground import clock
from ground.templatetags.naru import seoul
from programs.admin.verbs import Verb
from programs.domain import (
    agreement,
    amending,
    cancelling,
    evaluation,
    on_behalf,
    planning,
    publishing,
    result_notice,
    screening,
    selection,
)
from programs.forms.call import (
    AmendForm,
    AppointForm,
    AskCancellingForm,
    AskResultsForm,
    BehalfForm,
    CancelForm,
    ClosingForm,
    DismissForm,
    LaterClosingForm,
    PaperForm,
    QuestionsForm,
    ResultsForm,
    SealForm,
    TakeOverForm,
)
from programs.forms.staff import AcceptByForm, ReasonForm
from programs.models import Application, Evaluator
from programs.queries.selection import ranking


def _publish(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    publishing.publish(call, by=by)
    return _("The call is published.")


def _ask_publishing(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    publishing.ask_to_publish(call, by=by, reason=values["reason"])
    return _("A second person has been asked.")


def _why_not_publish(call: Any) -> StrOrPromise | None:
    return " ".join(publishing.faults(call)) or None


def _ask_later_closing(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    amending.ask_later_closing(call, closes_at=values["closes_at"], reason=values["reason"], by=by)
    return _("A second person has been asked.")


def _move_closing(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    amending.move_closing(call, closes_at=values["closes_at"], by=by)
    return _("The closing was moved; everybody with an application has been written to.")


def _move_questions(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    amending.move_questions(call, questions_until=values["questions_at"], by=by)
    return _("Questions are taken for longer.")


def _ask_amendment(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    reason = values.pop("reason")
    amending.ask_to_amend(call, values, reason=reason, by=by)
    return _("A second person has been asked to agree to exactly these texts.")


def _amend(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    reason = values.pop("reason")
    version = amending.amend(call, values, reason=reason, by=by)
    return _now("Version %(number)d of the notice is published; everybody with an application has been written to.") % {
        "number": version.number
    }  # fmt: skip


def _take_over(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    made = planning.take_over(
        call, program=values["program"], code=values["code"], notice_number=values["notice_number"],
        opens_at=values["opens_at"], closes_at=values["closes_at"], agreement_on=values["agreement_on"], by=by,
    )  # fmt: skip
    return format_html(
        '{} <a href="{}">{}</a>',
        _("The new call is there, not published. Look through its texts for days of the earlier one."),
        reverse("admin:programs_call_change", args=[made.pk]),
        made.code,
    )


def _enter(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    made = on_behalf.begin(call, by=by, **values)
    return format_html(
        '{} <a href="{}">{}</a>',
        _("Begun, and the company has been told."),
        reverse("application_show", args=[made.pk]),
        _("Go on with the entry"),
    )


def _why_not_enter(call: Any) -> StrOrPromise | None:
    if clock.now() < call.opens_at:
        return _("You can enter applications from %(when)s.") % {"when": seoul(call.opens_at)}
    return None


def _ask_cancelling(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    cancelling.ask(call, reason=values["reason"], by=by)
    return _("A second person has been asked.")


def _cancel(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    cancelling.cancel(call, by=by)
    return _("The call is cancelled; everybody with an application has been written to.")


def _why_not_cancel(call: Any) -> StrOrPromise | None:
    return None if cancelling.reason_asked(call) else _("Ask a second person to agree first.")


def _can_be_cancelled(call: Any) -> bool:
    return call.published_at is not None and call.released_at is None and call.cancelled_at is None


def _is_published(call: Any) -> bool:
    return call.published_at is not None and _is_undecided(call)


def _screen(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    count = screening.screen_call(call, by=by)
    return ngettext(
        "The criteria of %(count)d application were taken.",
        "The criteria of %(count)d applications were taken.",
        count,
    ) % {"count": count}


def _settle(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    eligible, ineligible = screening.settle_clear(call, by=by)
    return _now("%(eligible)d eligible, %(ineligible)d not eligible; the rest waits for a person.") % {
        "eligible": eligible,
        "ineligible": ineligible,
    }


def _why_not_settle(call: Any) -> StrOrPromise | None:
    if clock.now() < call.closes_at:
        return _("The call is still open: companies may recall. Decide after it has closed.")
    if not Application.objects.filter(call=call, status=Application.Status.SUBMITTED).exists():
        return _("No submitted application waits.")
    return None


def _appoint(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    post = evaluation.appoint(call, email=values["email"], by=by)
    return _now("%(name)s is an evaluator of this call now.") % {"name": post}


def _dismiss(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    post = get_object_or_404(Evaluator, pk=values["evaluator"], call=call)
    evaluation.dismiss(post, reason=values["reason"], by=by)
    return _now("%(name)s does not evaluate any more; the scores given do not count.") % {"name": post}


def _ask_sealing(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    selection.ask_sealing(call, reason=values["reason"], by=by)
    return _("A second person has been asked to agree to exactly this ranking.")


def _decide(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    selection.decide(call, by=by, paper=values["paper"])
    return _("The selection is decided and sealed. Nobody outside learns it before the release.")


def _put_paper(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    selection.put_paper(call, paper=values["paper"], by=by)
    return _("The decision on paper belongs to the selection now.")


def _why_not_release(call: Any) -> StrOrPromise | None:
    if selection.lacks_paper(call):
        return _("Name the decision on paper first: its number, date and file belong to the selection.")
    return None


def _is_sealed(call: Any) -> bool:
    return call.decided_at is not None and call.released_at is None and call.cancelled_at is None


def _release(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    count = selection.release(call, by=by)
    return ngettext(
        "The result of %(count)d application was released.",
        "The results of %(count)d applications were released.",
        count,
    ) % {"count": count}


def _ask_results(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    result_notice.ask(call, by=by, **values)
    return _("A second person has been asked to agree to exactly these words and companies.")


def _publish_results(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    result_notice.publish(call, by=by, **values)
    return format_html(
        '{} <a href="{}">{}</a>',
        _("The results are published."),
        reverse("call_results", args=[call.pk]),
        _("Public page"),
    )


def _has_unpublished_results(call: Any) -> bool:
    return call.released_at is not None and not call.has_public_results


def _promote(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    row = selection.promote_next(call, by=by)
    return _now("%(company)s was selected from the reserve list.") % {"company": row.company}


def _why_not_promote(call: Any) -> StrOrPromise | None:
    if selection.places_free(call) < 1:
        return _("All places are taken. Somebody has to step back first.")
    if not Application.objects.filter(call=call, status=Application.Status.RESERVE).exists():
        return _("Nobody is left on the reserve list.")
    return None


def _offer_all(by: User, call: Any, values: dict[str, Any]) -> StrOrPromise:
    offers = agreement.offer_all(call, accept_by=values["accept_by"], by=by)
    count = len(offers.made)
    told = ngettext(
        "The agreement was offered to %(count)d company.",
        "The agreement was offered to %(count)d companies.",
        count,
    ) % {"count": count}
    left_out = [
        _now("Left out: %(company)s. %(reason)s") % {"company": company, "reason": refusal.sentence}
        for company, refusal in offers.left_out
    ]
    return " ".join([told, *left_out])


def _why_not_offer(call: Any) -> StrOrPromise | None:
    waiting = Application.objects.filter(
        call=call, status=Application.Status.SELECTED, participation__isnull=True
    )
    return None if waiting.exists() else _("Every selected company has been offered the agreement.")


def _why_not_seal(call: Any) -> StrOrPromise | None:
    return " ".join(ranking(call).open_points) or None


def _is_undecided(call: Any) -> bool:
    return call.decided_at is None and call.cancelled_at is None


def _is_released(call: Any) -> bool:
    return call.released_at is not None


def _takes_applications(call: Any) -> bool:
    return call.published_at is not None and call.cancelled_at is None and clock.now() < call.closes_at


ON_RECORD = (
    "ask_publishing", "publish", "ask_later_closing", "move_closing", "move_questions", "ask_amendment", "amend", "take_over",
    "enter", "ask_cancelling", "cancel",
)  # fmt: skip
ON_SCREENING = ("screen", "settle")
ON_RANKING = (
    "appoint", "ask_sealing", "decide", "put_paper", "release", "ask_results", "publish_results", "promote", "offer_all",
)  # fmt: skip

VERBS: Sequence[Verb] = [
    Verb(
        "publish", _("Publish the call"), _publish, why_not=_why_not_publish, tone="primary",
        is_shown=lambda call: call.published_at is None,
        consequence=_("Companies see it at once; what it says stays from then on, only the closing can be moved."),
    ),
    Verb(
        "ask_publishing", _("Ask a second person to agree"), _ask_publishing, form=ReasonForm,
        is_shown=lambda call: call.published_at is None,
    ),
    Verb(
        "ask_later_closing", _("Ask a second person to agree to a later closing"), _ask_later_closing,
        form=LaterClosingForm, is_shown=_takes_applications,
        consequence=_("The reason stands on the notice when the closing has been moved."),
    ),
    Verb(
        "move_closing", _("Move the closing"), _move_closing, form=ClosingForm, is_shown=_takes_applications,
        consequence=_("It needs a second person's agreement to exactly this closing. Everybody with an application is"
                      " written to."),
    ),
    Verb(
        "move_questions", _("Take questions for longer"), _move_questions, form=QuestionsForm, is_shown=_takes_applications,
    ),
    Verb(
        "ask_amendment", _("Ask a second person to agree to a new version of the notice"), _ask_amendment, form=AmendForm,
        is_shown=_is_published, consequence=_("The proposal stands on this page until it is published."),
    ),
    Verb(
        "amend", _("Publish a new version of the notice"), _amend, form=AmendForm, is_shown=_is_published,
        consequence=_("The notice says what changed and why, and the earlier version stays readable. Everybody with an"
                      " application is written to."),
    ),
    Verb(
        "take_over", _("Take over for a new call"), _take_over, form=TakeOverForm,
        consequence=_("A new call with the same texts, places, questions, documents, criteria and score items. It is not"
                      " published."),
    ),
    Verb(
        "enter", _("Enter an application on a company’s behalf"), _enter, form=BehalfForm, why_not=_why_not_enter,
        is_shown=_takes_applications,
        consequence=_("The company is told at once. The application says that you entered it and how the company asked."),
    ),
    Verb(
        "ask_cancelling", _("Ask a second person to agree to the cancellation"), _ask_cancelling, form=AskCancellingForm,
        is_shown=_can_be_cancelled, consequence=_("The reason stands on the notice when the call is cancelled."),
    ),
    Verb(
        "cancel", _("Cancel the call"), _cancel, form=CancelForm, why_not=_why_not_cancel, is_shown=_can_be_cancelled, tone="danger",
        consequence=_("It needs a second person's agreement and cannot be taken back. Nothing can be handed in any more,"
                      " everybody with an application is written to, and all that was handed in stays."),
    ),
    Verb("screen", _("Take the criteria of all applications"), _screen, is_shown=_is_undecided),
    Verb(
        "settle", _("Decide all clear cases"), _settle, why_not=_why_not_settle, is_shown=_is_undecided,
        tone="primary",
        consequence=_("Who meets everything becomes eligible, who finally does not meet a criterion becomes not"
                      " eligible. Companies learn it with the results."),
    ),
    Verb("appoint", _("Appoint an evaluator"), _appoint, form=AppointForm, is_shown=_is_undecided),
    Verb("dismiss", _("End the appointment"), _dismiss, form=DismissForm, is_shown=_is_undecided, tone="danger"),
    Verb(
        "ask_sealing", _("Ask a second person to agree to this ranking"), _ask_sealing, form=ReasonForm,
        why_not=_why_not_seal, is_shown=_is_undecided,
    ),
    Verb(
        "decide", _("Decide and seal"), _decide, form=SealForm, why_not=_why_not_seal, is_shown=_is_undecided,
        tone="primary",
        consequence=_("Scores, declarations and decisions of screening stay as they are from then on. It needs a"
                      " second person's agreement to exactly this ranking."),
    ),
    Verb(
        "put_paper", _("Name the decision on paper"), _put_paper, form=PaperForm, is_shown=_is_sealed,
    ),
    Verb(
        "release", _("Release the results to all"), _release, tone="primary", why_not=_why_not_release,
        is_shown=_is_sealed,
        consequence=_("Every applicant gets a mail now; this cannot be taken back."),
    ),
    Verb(
        "ask_results", _("Ask a second person to agree to the public results"), _ask_results, form=AskResultsForm,
        is_shown=_has_unpublished_results,
    ),
    Verb(
        "publish_results", _("Publish the results"), _publish_results, form=ResultsForm,
        is_shown=_has_unpublished_results,
        consequence=_("A public page names the selected companies, as the call's notice says; no points and no ranks."),
    ),
    Verb("promote", _("Select the first of the reserve list"), _promote, why_not=_why_not_promote,
         is_shown=_is_released),
    Verb("offer_all", _("Offer the agreement to all selected"), _offer_all, form=AcceptByForm,
         why_not=_why_not_offer, is_shown=_is_released, tone="primary"),
]  # fmt: skip
