"""Lists that staff download, fill in and send back: which file it is, and where its columns stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.admin.exchange import BadFile, KoreanCsv, WorkbookOfValues, require_small

FORMATS = {"xlsx": WorkbookOfValues, "csv": KoreanCsv}
LANGUAGES = ("ko", "en")
Heads = Callable[[], dict[str, str]]
"""The heads of the columns in the reader's language, by what they hold."""


class FilledListForm(forms.Form):
    """The file; what `read` makes of it is kept under `rows`."""

    import_file = forms.FileField(
        label=_("The list that you filled in"),
        help_text=_("XLSX, or CSV as UTF-8 or CP949; at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    @classmethod
    def without_file(cls) -> Self:
        """For what is said of rows that were shown and confirmed: their file is not sent again, and not missed."""
        return cls({}, None, empty_permitted=True, use_required_attribute=False)

    def read(self, dataset: Any) -> list[Any]:
        raise NotImplementedError

    def clean_import_file(self) -> Any:
        upload = self.cleaned_data["import_file"]
        kind = FORMATS.get(upload.name.rpartition(".")[2].lower())
        if kind is None:
            raise forms.ValidationError(_("Choose the list as an XLSX or CSV file."))
        require_small(upload)
        try:
            self.rows = self.read(kind().create_dataset(upload.read()))
        except BadFile as error:
            raise forms.ValidationError(str(error)) from error
        return upload


def places(headers: Sequence[str], heads: Heads, wanted: Sequence[str]) -> dict[str, int]:
    """Where the wanted columns stand, whose heads may be in either language. `BadFile` where one is missing or stands
    twice."""
    names: dict[str, set[str]] = {name: set() for name in wanted}
    for language in LANGUAGES:
        with translation.override(language):
            for name, head in heads().items():
                if name in names:
                    names[name].add(head)
    places = {}
    for name in wanted:
        found = [place for place, head in enumerate(headers) if head in names[name]]
        if len(found) != 1:
            sentence = (
                _now("The column “%(column)s” is missing. Download the list again and fill that in.")
                if not found
                else _now("The column “%(column)s” stands there twice. Leave one of them.")
            )
            raise BadFile(sentence % {"column": heads()[name]})
        places[name] = found[0]
    return places
