"""Parts that are edited with a program or a call: their agency is the record's, their files come as uploads."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.stored import file_link
from ground import files
from ground.errors import RuleBroken
from ground.models import StoredFile


class OfRecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks constraints with the record's own agency, which stands in no form."""

    record_field = "program"

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        if "agency" not in self.fields and getattr(self.instance, "agency_id", None):
            return excluded - {"agency"}
        return excluded

    def _post_clean(self) -> None:
        if "agency" not in self.fields and hasattr(self.instance, "agency_id"):
            record = self.cleaned_data.get(self.record_field) or getattr(
                self.instance, self.record_field, None
            )
            if record is not None:
                self.instance.agency_id = record.agency_id
        super()._post_clean()  # type: ignore[misc]


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether a code is free the verb says: only of codes that the agency may give itself."""

    def validate_unique(self) -> None:
        return


class UploadWidget(forms.FileInput):
    """Shows the file that is there above the field for a newer one."""

    current: StoredFile | None = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        field = super().render(name, None, attrs, renderer)
        if self.current is None:
            return field
        return format_html("{} {}", file_link(self.current), field)


class WithFileForm(OfRecordForm):
    """A part with a file: a newer upload takes its place, the older one stays in the history."""

    accepted: ClassVar[tuple[files.FileType, ...]] = files.DOCUMENTS
    limit: ClassVar[int] = files.DOCUMENT_LIMIT

    upload = forms.FileField(
        label=_("file"),
        required=False,
        widget=UploadWidget(attrs={"accept": "application/pdf,image/*,.hwp,.hwpx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["upload"].widget
        if isinstance(widget, UploadWidget) and self.instance.pk and self.instance.file_id:
            widget.current = self.instance.file

    def clean_upload(self) -> Any:
        upload: Any = self.cleaned_data.get("upload")
        if upload is not None:
            try:
                files.require_acceptable(upload, self.accepted, self.limit)
            except RuleBroken as error:
                raise forms.ValidationError(str(error.sentence)) from None
        return upload

    def keep_upload(self) -> None:
        """Store the upload and hang it on the part, in the caller's transaction."""
        upload = self.cleaned_data.get("upload")
        if upload is not None:
            self.instance.file = files.keep(upload, kind=StoredFile.Kind.PAPER)


def typed_forms(formset: Any) -> list[Any]:
    """The rows of an inline that the person may change and did; Django passes over what is only shown."""
    return [
        form
        for form in formset.forms
        if form.has_changed()
        and getattr(form, "cleaned_data", None) is not form.initial
        and not formset._should_delete_form(form)
    ]
