"""Master data by file: CSV (UTF-8 or CP949) and XLSX, read with limits; what a spreadsheet would run is written as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import tablib
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX, Format
from import_export.forms import ImportForm, SelectableFieldsExportForm

from accounts.admin.base import StaffAdmin
from ground import sheets
from ground.long_lists import MOST_IN_MEMORY, streamed
from ground.templatetags.naru import amount
from ground.workbooks import harmless, runs, workbook

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LIMITS = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
REFUSALS = {
    sheets.DAMAGED: gettext_lazy("This is not an XLSX file, or it is damaged. Save it again as XLSX."),
    sheets.TOO_LONG: gettext_lazy("The file has more than %(rows)d rows. Split it."),
    sheets.TOO_WIDE: gettext_lazy(
        "The file has more than %(columns)d columns. Delete what stands to the right of the table."
    ),
    sheets.FORMULA: gettext_lazy(
        "A formula stands in cell %(cell)s. Paste its value instead: choose Paste special, then Values."
    ),
    sheets.TOO_MUCH: gettext_lazy(
        "Reading was stopped because the file asks for too much memory or time. Copy the table into a new workbook and save that."
    ),
}


class BadFile(ValueError):
    """The file cannot be read; the text says why and what to do."""


def plain(cell: Any) -> Any:
    """The way back: the apostrophe is not part of the text."""
    if isinstance(cell, str) and cell[:1] == "'" and runs(cell.lstrip("'")):
        return cell[1:]
    return "" if cell is None else cell


class Table(tablib.Dataset):  # type: ignore[misc]
    """`numbers`: where each row stands in the file, the first row of which is 1."""

    numbers: list[int]


def table(rows: Iterable[list[Any]]) -> Table:
    """A data set of equally long rows; empty rows are left out and counted. `BadFile` without a header, with too many rows or
    columns; no more is read than that takes."""
    kept: list[list[Any]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows, start=1):
        cells = [plain(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise BadFile(REFUSALS[sheets.TOO_WIDE] % LIMITS)
        kept.append(cells)
        numbers.append(number)
        if len(kept) > MOST_ROWS + 1:
            raise BadFile(REFUSALS[sheets.TOO_LONG] % LIMITS)
    if not kept:
        raise BadFile(_("The file is empty."))
    headers = [str(cell).strip() for cell in kept[0]]
    while headers and not headers[-1]:
        headers.pop()
    dataset = Table(headers=headers)
    dataset.numbers = numbers[1:]
    for row in kept[1:]:
        dataset.append((row + [""] * len(headers))[: len(headers)])
    return dataset


class KoreanCsv(CSV):
    """Reads what Korean offices save; writes UTF-8 with the mark that Excel needs."""

    def get_read_mode(self) -> str:
        return "rb"

    def is_binary(self) -> bool:
        return True

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Table:
        content = in_stream if isinstance(in_stream, bytes) else str(in_stream).encode()
        for encoding in ("utf-8-sig", "cp949"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
        else:
            raise BadFile(_("The file is neither UTF-8 nor CP949 text. Save it as CSV UTF-8."))
        if "\x00" in text:
            raise BadFile(_("This is not a CSV file. Save it as CSV UTF-8."))
        head = text[:4096].partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        try:
            return table(csv.reader(io.StringIO(text), delimiter=delimiter))
        except csv.Error as error:
            raise BadFile(_("The file cannot be read as CSV: %(reason)s.") % {"reason": error}) from error

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(dataset.headers or [])
        writer.writerows([[_written(harmless(cell)) for cell in row] for row in dataset])
        return out.getvalue().encode("utf-8-sig")


def _written(cell: Any) -> Any:
    """An amount or a rate without an exponent, however small."""
    return format(cell, "f") if isinstance(cell, Decimal) else cell


class Workbook(XLSX):
    """Reads the first sheet in the sandbox, with limits; writes text as text."""

    has_formulas = True
    """Whether a formula counts as the value it was saved with, or is refused."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Table:
        try:
            rows = sheets.first_sheet(
                in_stream, rows=MOST_ROWS + 1, columns=MOST_COLUMNS, has_formulas=self.has_formulas
            )
        except sheets.SheetRefused as refused:
            raise BadFile(REFUSALS[refused.code] % {**LIMITS, "cell": refused.cell}) from refused
        return table(rows)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return workbook(dataset.headers or [], dataset)


class WorkbookOfValues(Workbook):
    """For a list on which people decide: what stands in a cell is what somebody wrote there."""

    has_formulas = False


FORMATS: list[type[Format]] = [KoreanCsv, Workbook]


class MasterResource(resources.ModelResource):  # type: ignore[type-arg]
    """Rows are found by their key, changed or added, never deleted; what is alike is skipped."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """A key that cannot be read is a mistake of its row, not of the file."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError as error:
            raise ValidationError({name: str(error) for name in self.get_import_id_fields()}) from error


def require_small(upload: Any) -> None:
    """A list is small: what is larger is not read at all."""
    if upload.size > LARGEST_FILE:
        raise forms.ValidationError(
            gettext_lazy("The file is larger than 5 MB. Split it, then choose a part.")
        )


class LimitedImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        require_small(self.cleaned_data["import_file"])
        return self.cleaned_data["import_file"]


class ExchangeExportForm(SelectableFieldsExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].help_text = _(
            "A list of more than %(most)s rows is written as CSV, whichever is chosen: it is sent while it is written."
        ) % {"most": amount(MOST_IN_MEMORY)}


class ExchangeAdmin(ImportExportMixin, StaffAdmin):  # type: ignore[misc, type-arg]
    """Import with preview and row errors, export of the rows one sees; rights as the access table says."""

    formats = FORMATS
    import_formats = FORMATS
    export_formats = FORMATS
    import_form_class = LimitedImportForm
    export_form_class = ExchangeExportForm
    import_error_display = ("message", "row")

    def has_import_permission(self, request: HttpRequest, *args: Any) -> bool:
        return StaffAdmin.has_import_permission(self, request, *args)

    def has_export_permission(self, request: HttpRequest, *args: Any) -> bool:
        return StaffAdmin.has_export_permission(self, request, *args)

    def _do_file_export(
        self, file_format: Format, request: HttpRequest, queryset: QuerySet[Any], export_form: Any = None
    ) -> HttpResponseBase:
        """A list of any length is written as CSV while it is sent, whatever format was asked for."""
        own: Any = self
        mixin: Any = super()
        if not queryset[MOST_IN_MEMORY:].exists():
            made: HttpResponseBase = mixin._do_file_export(file_format, request, queryset, export_form)
            return made
        if not self.has_export_permission(request):
            raise PermissionDenied
        given = own.get_export_resource_kwargs(request, export_form=export_form)
        resource = own.choose_export_resource_class(export_form, request)(**given)
        names = own.get_export_resource_fields_from_form(export_form)
        rows = (
            resource.export_resource(each, selected_fields=names) for each in resource.iter_queryset(queryset)
        )
        head = resource.get_export_headers(selected_fields=names)
        return streamed(head, rows, self.get_export_filename(request, queryset, KoreanCsv()))

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if isinstance(e, BadFile):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)
