"""A target in one full sentence: what it counts, and how."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ground.templatetags.naru import amount, day
from programs.models import Program, Target


def sentence(target: Target, program: Program) -> str:
    """What is to be reached, in the reader's language. Every page and report that shows the target begins with it."""
    period = {"from": day(target.from_on), "until": day(target.until_on)}
    if target.unit == Target.Unit.COMPANY:
        return _("%(value)s companies taking part between %(from)s and %(until)s.") % {
            "value": amount(target.value),
            **period,
        }
    counted = _("%(value)s won of %(measure)s between %(from)s and %(until)s") % {
        "value": amount(target.value),
        "measure": target.get_measure_display(),
        **period,
    }
    at_moment = _("counted when %(moment)s") % {"moment": target.get_moment_display()}
    by_day = [
        _("days in %(zone)s") % {"zone": program.zone},
        _("converted by the %(rule)s") % {"rule": program.get_rate_rule_display()},
    ]
    by_month = [_("whole months"), _("converted at the average rate of the month")]
    if target.measure == Target.Measure.PAYOUTS:
        how = [at_moment, _("after fees and refunds"), *by_day]
    elif target.measure == Target.Measure.DECLARED:
        how = [_("before cancellations and refunds"), *by_month]
    elif target.measure == Target.Measure.CUSTOMS:
        how = [_("FOB value"), *by_month]
    else:
        how = [
            at_moment,
            _("tax included") if target.has_tax else _("without tax"),
            _("shipping included") if target.has_shipping else _("product income without shipping"),
            _("before cancellations and refunds")
            if target.is_before_refunds
            else _("after cancellations and refunds"),
            *by_day,
        ]
    return f"{counted}: {', '.join(how)}."
