"""What every admin class of the staff site is: rows of the own agency only, rights from the access table, a readable
history, no deleting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django_stubs_ext import StrOrPromise

from ground.access import may
from ground.history import LATEST, history_of

M = TypeVar("M", bound=models.Model)


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rights come from the access table (`admin:app_model_…`), rows from `visible_to(user)` where the model has it.

    A reference model without `visible_to` shows all rows. Changing needs POST on the change page; nothing is deleted:
    records are switched off or ended by verbs. Forms that create or change call a verb in `save_model`.
    """

    actions = None
    list_per_page = 50
    save_on_top = False
    show_full_result_count = False
    empty_text: StrOrPromise = ""
    """What an empty list says: why nothing is there, and what comes first."""
    history_hanging: Sequence[str] = ()
    """Related names of the records that hang on this one: their changes stand on its history page, too."""

    def _route(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self._route("changelist"))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return may(request.user, self._route("add"), "POST")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self._route("change"), "POST")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_import_permission(self, request: HttpRequest, *args: Any) -> bool:
        return may(request.user, self._route("import"), "POST")

    def has_export_permission(self, request: HttpRequest, *args: Any) -> bool:
        return may(request.user, self._route("export"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        seen: QuerySet[Any] = rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows
        return seen

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices never offer another agency's rows."""
        target: Any = db_field.remote_field.model
        rows = target._default_manager.all()
        if "queryset" not in kwargs and hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A list is named after what it lists; Django would say what one may do with it, in no good Korean."""
        if any("\0" in each for values in request.GET.lists() for each in values[1]):
            return HttpResponseRedirect(
                f"{request.path}?{ERROR_FLAG}=1"
            )  # as of any value that no filter knows
        named = {"title": self.opts.verbose_name_plural, **(extra_context or {})}
        return super().changelist_view(request, named)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": record,
            "object": record,
            "opts": self.opts,
            "changes": history_of(record, hanging=self.history_hanging, reader=request.user),
            "limit": LATEST,
        }
        return TemplateResponse(request, "admin/object_history.html", context)


class StaffInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows shown or edited with their record; the record's rights count."""

    extra = 0
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may_change(self, request: HttpRequest) -> bool:
        meta = self.parent_model._meta
        return may(request.user, f"admin:{meta.app_label}_{meta.model_name}_change", "POST")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        target: Any = db_field.remote_field.model
        rows = target._default_manager.all()
        if "queryset" not in kwargs and hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
