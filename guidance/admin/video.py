"""Videos of guides, each with captions and transcript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground import words
from ground.models import Country
from guidance.domain import videos
from guidance.forms.video import VideoForm
from guidance.models import Edition, GuideVideo
from programs.admin.indicator import own_programs
from programs.admin.verbs import RecordAdmin, Verb, writes_for


def _withdraw(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    videos.withdraw(row, by=by)
    return _("Withdrawn. Readers do not see it any more.")


@admin.register(GuideVideo)
class GuideVideoAdmin(RecordAdmin):
    form = VideoForm
    has_form = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("withdraw", _("Withdraw"), _withdraw, is_shown=lambda row: row.withdrawn_at is None,
             consequence=_("The page of the guide shows it no more; it cannot be shown again.")),
    ]  # fmt: skip
    list_display = ["name", "country", "program", "state_word"]
    list_display_links = ["name"]
    list_select_related = ["country", "program", "file"]
    list_filter = [("country", admin.RelatedOnlyFieldListFilter)]
    fieldsets = [
        (None, {"fields": ["program", "country", ("title_ko", "title_en"), "address", "upload"]}),
        (_("Korean"), {"fields": ["captions_ko", "transcript_ko"]}),
        (_("English"), {"fields": ["captions_en", "transcript_en"]}),
    ]

    @admin.display(description=_("title"), ordering="title_ko")
    def name(self, row: GuideVideo) -> str:
        return str(words.marked(row, "title"))

    @admin.display(description=_("state"))
    def state_word(self, row: GuideVideo) -> str:
        return str(self.badge(row)[0])

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.withdrawn_at:
            return _("withdrawn"), "neutral"
        if record.file is None or record.file.has_passed:
            return _("shown"), "ok"
        return record.file.get_passage_display(), "warn"

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_shown = obj is None or obj.withdrawn_at is None
        return super().has_change_permission(request, obj) and is_shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["program", "country"] if obj is not None else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = own_programs(request)
        if db_field.name == "country":
            told = Edition.objects.visible_to(request.user).order_by()
            kwargs["queryset"] = Country.objects.filter(pk__in=told.values("country"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        videos.save(obj, by=cast(User, request.user), upload=form.cleaned_data.get("upload"))
