"""Documents: for each one a file (chosen or photographed) and the days printed on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ground import words
from programs.domain.intake_documents import Change, Days
from programs.forms.intake import StepForm
from programs.models import Document, RequiredDocument

ACCEPT = "application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png,.hwp,.hwpx,.docx,.xlsx"


def _date(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d"),
    )


def _file(label: Any, attrs: dict[str, str]) -> forms.FileField:
    return forms.FileField(label=label, required=False, allow_empty_file=True, widget=forms.FileInput(attrs))


def removal_field() -> forms.BooleanField:
    return forms.BooleanField(label=_("Do not hand this in"), required=False)


@dataclass(frozen=True)
class DocumentRow:
    """One document on the page: what is asked, what is there, the inputs."""

    required: RequiredDocument
    current: Document | None
    file: forms.BoundField
    photo: forms.BoundField
    days: list[tuple[Any, forms.BoundField]]
    remove: forms.BoundField | None
    beside: Any = None


class DocumentsForm(StepForm):
    """All documents of a step in one form: each is taken by itself, one bad file spoils no other."""

    def __init__(
        self,
        required: Iterable[RequiredDocument],
        current: Mapping[UUID, Document],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.required = list(required)
        self.current = current
        self.beside: Mapping[str, Any] = {}
        for each in self.required:
            code, name = each.code, {"name": words.plain(each, "name")}
            self.fields[f"file_{code}"] = _file(_("%(name)s: file") % name, {"accept": ACCEPT})
            self.fields[f"photo_{code}"] = _file(
                _("%(name)s: photo") % name, {"accept": "image/jpeg,image/png", "capture": "environment"}
            )
            if each.has_validity:
                self.fields[f"from_{code}"] = _date(_("%(name)s: valid from") % name)
                self.fields[f"until_{code}"] = _date(_("%(name)s: valid until") % name)
            if not each.is_required and each.pk in current:
                self.fields[f"remove_{code}"] = removal_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for each in self.required:
            if not each.has_validity or f"until_{each.code}" not in cleaned:
                continue
            first, last = cleaned.get(f"from_{each.code}"), cleaned[f"until_{each.code}"]
            has_file = self._upload(each) is not None or each.pk in self.current
            if has_file and last is None and not cleaned.get(f"remove_{each.code}"):
                self.add_error(f"until_{each.code}", _("Type the last day on which it is valid."))
            elif first and last and last < first:
                self.add_error(f"until_{each.code}", _("The last day lies before the first."))
        return cleaned

    def _upload(self, each: RequiredDocument) -> Any:
        return self.files.get(self.add_prefix(f"file_{each.code}")) or self.files.get(
            self.add_prefix(f"photo_{each.code}")
        )

    def _days(self, each: RequiredDocument) -> Days | None:
        """The days typed for a document, or None when they are not in order."""
        names = (f"from_{each.code}", f"until_{each.code}")
        if any(name in self.errors for name in names):
            return None
        return Days(valid_from=self.cleaned_data.get(names[0]), valid_until=self.cleaned_data.get(names[1]))

    def changes(self) -> list[Change]:
        """What was changed and is in order, document by document. A file is taken even when its days are not yet."""
        found = []
        for each in self.required:
            upload, days, there = self._upload(each), self._days(each), self.current.get(each.pk)
            if self.cleaned_data.get(f"remove_{each.code}"):
                found.append(Change(each, is_taken_away=True))
            elif upload is not None:
                found.append(Change(each, upload, days or Days()))
            elif there and each.has_validity and days is not None:
                new = Days(there.issued_on, days.valid_from, days.valid_until)
                if new != Days(there.issued_on, there.valid_from, there.valid_until):
                    found.append(Change(each, None, new))
        return found

    def refuse(self, required_id: UUID, sentence: Any, fields: tuple[str, ...]) -> None:
        """Put a refusal beside the document that it is about."""
        each = next(each for each in self.required if each.pk == required_id)
        part = "until" if "until" in fields and each.has_validity else "file"
        self.add_error(f"{part}_{each.code}", sentence)

    @property
    def rows(self) -> list[DocumentRow]:
        return [
            DocumentRow(
                required=each,
                current=self.current.get(each.pk),
                file=self[f"file_{each.code}"],
                photo=self[f"photo_{each.code}"],
                days=[
                    (label, self[f"{part}_{each.code}"])
                    for part, label in (("from", _("Valid from")), ("until", _("Valid until")))
                    if each.has_validity
                ],
                remove=self[f"remove_{each.code}"] if f"remove_{each.code}" in self.fields else None,
                beside=self.beside.get(each.code),
            )
            for each in self.required
        ]

    @staticmethod
    def saved(current: Iterable[Document]) -> dict[str, Any]:
        """First values: the days of the documents that are there (with what is required)."""
        first: dict[str, Any] = {}
        for document in current:
            first[f"from_{document.required.code}"] = document.valid_from
            first[f"until_{document.required.code}"] = document.valid_until
        return first
