"""What was sent after the session had ended, once more."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import form_words, kept_forms
from ground import clock


@require_http_methods(["GET", "POST"])
def form_kept(request: HttpRequest, key: str) -> HttpResponse:
    """Shows what is kept for the person, with a button that sends it to where it was sent to; POST throws it away."""
    kept = kept_forms.find(request, key)
    if kept is None:
        messages.info(
            request, _("Nothing is kept here any more: it was sent, thrown away, or its time is over.")
        )
        return redirect("/")
    if request.method == "POST":
        kept_forms.drop(request, key)
        messages.info(request, _("What was kept is thrown away. Nothing was sent."))
        return redirect(kept.page)
    until = clock.now() + dt.timedelta(seconds=kept.seconds)
    words = form_words.words_of(request, kept.page, kept.path, kept.sent)
    context = {"kept": kept, "until": until, "facts": kept.shown(words), "form_title": words and words.title}
    return render(request, "accounts/form_kept.html", context)
