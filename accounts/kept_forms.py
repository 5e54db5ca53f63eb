"""A form that was sent after its session had ended is kept until its person has signed in, and is offered once more.

It stands encrypted in the visitor's session, which signing in goes on with, for two hours, until it is sent or thrown away; then
it goes with the next page, or with the session, of which the night leaves nothing that ran out. It is offered to the person alone
for whom the page was made (`tokens`): who signs in as somebody else takes it out of the session. Not kept are: passwords and codes,
and what an address is sent that asks for the password; chosen files, of which the names are kept so that they can be named; what scripts
send, which keep it themselves; what no page sent that was made here for somebody who was signed in, this week or the last one; and what goes
beyond what is kept of one person in a day.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver
from django.forms import BaseForm, BooleanField, ChoiceField, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.choices import flatten_choices
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import tokens
from accounts.form_words import FormWords
from ground import turns
from ground.access import TABLE, Entry
from ground.carrying import rows_in
from ground.ciphers import cipher

KEPT = "naru_kept_forms"
SECONDS, A_DAY_SECONDS = 2 * 3600, 24 * 3600
LONGEST = 100_000
"""Characters of a form that can be sent once more."""
A_DAY, AT_LEAST = 3_000_000, 10_000
"""Characters, encrypted, that are kept of one person's forms in a day, in however many sessions; what is shorter counts as so many."""
MOST, MOST_FILES = 3, 20
UNSEEN = re.compile(r"^(version|form_key|next)$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$")
"""Fields that pages carry hidden, with nothing in them that decides; all others are shown."""
TOKEN = "csrfmiddlewaretoken"  # noqa: S105
ONCE_MORE = "naru_kept"
"""The field by which a form says which kept one it sends."""
PAGE = "naru_page"
"""The field beside it that says on which page it was pressed first, so that it is still worded when it is kept a second time."""
REACHED = "naru.reached"
"""In the request's META: nothing stood between it and its view."""


@dataclass(frozen=True)
class KeptForm:
    """What was sent to `path`, and the `page` on which it was; it is kept for so many `seconds` more."""

    key: str
    seconds: int
    path: str
    page: str
    sent: list[tuple[str, str]]
    files: list[str]

    @property
    def texts(self) -> list[str]:
        return texts(self.sent)

    @property
    def again(self) -> list[tuple[str, str]]:
        """All that sends it once more."""
        return [*self.sent, (ONCE_MORE, self.key), (PAGE, self.page)]

    def shown(self, words: FormWords | None) -> list[dict[str, str]]:
        """What a person fills in and chooses, as the form words it, so that nobody sends what they have not seen. Where its page
        cannot be opened any more, as forms with such fields do."""
        several: dict[str, list[str]] = {}
        for name, text in self.sent:
            if text.strip() and not UNSEEN.search(name) and not (words and name in words.hidden):
                several.setdefault(name, []).append(text)
        short = {name: name.rpartition("-")[2] for name in several}
        fields = _fields(set(short.values()))
        found = []
        for name, texts in several.items():
            if (rows := _rows_in(texts)) is not None:
                found.append({"label": _("The list that you looked at"), "value": rows})
                continue
            word = words.words.get(name) if words else None
            field = fields.get(short[name])
            label = (word and word.label) or (str(field.label) if field and field.label else name)
            found.append({"label": label, "value": word.value if word else _in_words(field, texts)})
        if words and words.button and any(not UNSEEN.search(name) for name in words.hidden):
            found.append({"label": _("Button"), "value": words.button})
        return found


def entry_of(request: HttpRequest) -> Entry | None:
    return TABLE.find(request.resolver_match.view_name) if request.resolver_match else None


def fields(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What a form sent, without its token and the key of a kept one; nothing that holds a password or is longer than can be sent once more."""
    own = {TOKEN, ONCE_MORE, PAGE}
    sent = [(name, text) for name, several in request.POST.lists() if name not in own for text in several]
    if any("password" in name for name, _text in sent):
        return None
    return sent if sum(len(name) + len(text) for name, text in sent) <= LONGEST else None


def texts(sent: list[tuple[str, str]]) -> list[str]:
    """What a person wrote in words, to be read and copied; numbers, codes and choices have no gap in them."""
    return [text for _name, text in sent if len(text.split()) > 1]


def _fields(names: set[str]) -> dict[str, Any]:
    """Fields of forms by their names: first of the form that has most of these names, and least besides."""
    kinds: list[Any] = [BaseForm]
    for kind in kinds:  # grows
        kinds += kind.__subclasses__()
    forms = [getattr(kind, "base_fields", {}) for kind in kinds]
    forms.sort(key=lambda fields: (len(names & fields.keys()), -len(fields)))
    return {name: each for fields in forms for name, each in fields.items() if each.label}


def _rows_in(texts: list[str]) -> str | None:
    """Of rows that the page before showed and that are sent as they stood there, how many they are: they are signed, and nothing to
    read."""
    counts = [rows_in(each) for each in texts]
    if None in counts:
        return None
    count = sum(each or 0 for each in counts)
    return ngettext("%(count)d row, as shown before", "%(count)d rows, as shown before", count) % {
        "count": count
    }


def _in_words(field: Any, texts: list[str]) -> str:
    """What was chosen as the field calls it, where it is a choice that is the same for everybody; else as it was sent."""
    if isinstance(field, BooleanField):
        return _("yes")
    is_same = isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField)
    choices: Any = flatten_choices(field.choices if is_same else ())
    labels = {str(value): str(label) for value, label in choices}
    return "\n".join(labels.get(each, each) for each in texts)


def keep(request: HttpRequest, page: str) -> str | None:
    """Keeps what the request sent, which nobody who is signed in sent, and returns the address where it is offered. Nothing where it
    is not kept; where a person would lose it, the page of the sign-in says so."""
    entry = entry_of(request)
    if entry is None or entry.is_door or not _was_pressed(request):
        return None
    token = request.POST.get(TOKEN, "")
    if not tokens.is_ours(token):
        return None
    files = [(each.name or "")[:200] for _field, chosen in request.FILES.lists() for each in chosen][
        :MOST_FILES
    ]
    path = request.get_full_path()
    sent = None if entry.asks_password else fields(request)
    sealed = None if sent is None else _seal([tokens.plain(token), path, page, sent, files])
    if sealed is None or not _has_room(tokens.handle(token), len(sealed)):
        messages.warning(
            request,
            _(
                "Your session had ended, so nothing was saved, and this form cannot be kept. Before you sign in, go back one page and"
                " copy what you typed."
            ),
        )
        return None
    # The same form of the same page has the same key, so that a second press leads to where the first one does.
    key = salted_hmac(KEPT, f"{path} {tokens.plain(token)}", algorithm="sha256").hexdigest()[:20]
    others = {name: each for name, each in request.session.get(KEPT, {}).items() if name != key}
    newest = dict(list(others.items())[-(MOST - 1) :])
    request.session[KEPT] = {**newest, key: {"at": int(time.time()), "sealed": sealed}}
    messages.info(
        request,
        _(
            "Your session had ended, so nothing was saved. What you typed is kept for two hours: sign in, then you can send it once more."
        )
        if not files
        else _(
            "Your session had ended, so nothing was saved. What you typed is kept for two hours: sign in, then you can send it once more."
            " Chosen files are not kept."
        ),
    )
    return reverse("form_kept", args=[key])


def _has_room(person: str, length: int) -> bool:
    """Whoever has a page of a person can send it without a session any number of times, and each time brings a session."""
    key = f"{KEPT}.{person}.{int(time.time()) // A_DAY_SECONDS}"
    with transaction.atomic():
        turns.wait(key)  # one after the other: the cache only reads and writes
        taken = int(cache.get(key, 0)) + max(length, AT_LEAST)
        if taken <= A_DAY:
            cache.set(key, taken, A_DAY_SECONDS)
    return taken <= A_DAY


def find(request: HttpRequest, key: str) -> KeptForm | None:
    """What is kept for the person who is signed in."""
    kept = request.session.get(KEPT, {}).get(key)
    opened = _open(kept["sealed"]) if kept else None
    if kept is None or opened is None:
        return None
    secret, path, page, sent, files = opened
    if not tokens.is_of(secret, request.user):
        return None
    left = kept["at"] + SECONDS - int(time.time())
    return KeptForm(key, left, path, page, [(name, text) for name, text in sent], files)


def waiting(request: HttpRequest) -> str | None:
    """Where the newest is offered that the person who is signed in has not sent yet, nor is sending with this request; nothing on
    the page where one is."""
    kept = request.session.get(KEPT, {}) if request.user.is_authenticated else {}
    addresses = {key: reverse("form_kept", args=[key]) for key in reversed(kept)}
    if request.path in addresses.values():
        return None
    return next((address for key, address in addresses.items() if not _is_sent_by(request, key)), None)


def _is_sent_by(request: HttpRequest, key: str) -> bool:
    """Whether the request brings to a view what is kept; another form to the same address does not."""
    if request.method != "POST" or not request.META.get(REACHED) or request.POST.get(ONCE_MORE) != key:
        return False
    kept = find(request, key)
    return kept is not None and kept.path == request.get_full_path()


def drop(request: HttpRequest, *keys: str) -> None:
    kept = {name: each for name, each in request.session.get(KEPT, {}).items() if name not in keys}
    if kept:
        request.session[KEPT] = kept
    else:
        request.session.pop(KEPT, None)


def forget_old(request: HttpRequest) -> None:
    """Every page of a session first forgets what was kept for longer than it is."""
    if kept := request.session.get(KEPT):
        over = time.time() - SECONDS
        if old := [key for key, each in kept.items() if each["at"] <= over]:
            drop(request, *old)


def settle(request: HttpRequest, response: HttpResponse) -> None:
    """What a view took, whether it saved it or shows it again, is kept no longer; what it refused is."""
    if response.status_code < 400:
        for key in list(request.session.get(KEPT, ())):
            if _is_sent_by(request, key):
                drop(request, key)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, **rest: Any) -> None:
    """Another person's forms do not stay in the session of whoever signs in."""
    if kept := request.session.get(KEPT):
        drop(request, *(key for key in kept if find(request, key) is None))


def _was_pressed(request: HttpRequest) -> bool:
    """By a person, who sees the page that follows; what a script sends, it keeps itself, and says that it does (browsers say it by
    Sec-Fetch-Mode, but for old ones and those over plain http)."""
    return (
        request.method == "POST"
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and "HX-Request" not in request.headers
        and "X-Naru-Script" not in request.headers
    )


def _seal(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False).encode()
    return cipher(KEPT).encrypt(zlib.compress(text)).decode()


def _open(sealed: str) -> Any:
    try:
        return json.loads(zlib.decompress(cipher(KEPT).decrypt(sealed.encode())))
    except InvalidToken:
        return None
