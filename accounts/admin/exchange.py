"""Master data by file: CSV (UTF-8 or CP949) and XLSX, read with limits; what a spreadsheet would run is written as text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from typing import Any

import tablib
import xlsxwriter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX, Format
from import_export.forms import ImportForm

from accounts.admin.base import StaffAdmin

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
RUNS = ("=", "+", "-", "@", "\t", "\r")


class BadFile(ValueError):
    """The file cannot be read; the text says why and what to do."""


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, as people write it by hand."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell


def plain(cell: Any) -> Any:
    """The way back: the apostrophe is not part of the text."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in {each[0] for each in RUNS}:
        return cell[1:]
    return "" if cell is None else cell


def table(rows: list[list[Any]]) -> tablib.Dataset:
    """A data set of equally long rows; empty rows are left out. `BadFile` without a header or with too many rows."""
    kept = [[plain(cell) for cell in row] for row in rows if any(cell not in (None, "") for cell in row)]
    if not kept:
        raise BadFile(_("The file is empty."))
    if len(kept) > MOST_ROWS + 1:
        raise BadFile(_("The file has more than %(rows)d rows. Split it.") % {"rows": MOST_ROWS})
    headers = [str(cell).strip() for cell in kept[0]]
    while headers and not headers[-1]:
        headers.pop()
    dataset = tablib.Dataset(headers=headers)
    for row in kept[1:]:
        dataset.append((row + [""] * len(headers))[: len(headers)])
    return dataset


class KoreanCsv(CSV):
    """Reads what Korean offices save; writes UTF-8 with the mark that Excel needs."""

    def get_read_mode(self) -> str:
        return "rb"

    def is_binary(self) -> bool:
        return True

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
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
            return table(list(csv.reader(io.StringIO(text), delimiter=delimiter)))
        except csv.Error as error:
            raise BadFile(_("The file cannot be read as CSV: %(reason)s.") % {"reason": error}) from error

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(dataset.headers or [])
        writer.writerows([[harmless(cell) for cell in row] for row in dataset])
        return out.getvalue().encode("utf-8-sig")


class Workbook(XLSX):
    """Reads the first sheet row by row, with limits on what unpacks; writes text as text."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        import openpyxl  # type: ignore[import-untyped]

        try:
            with zipfile.ZipFile(io.BytesIO(in_stream)) as archive:
                if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                    raise BadFile(_("The file unpacks to too much. Save only the one sheet that is needed."))
            book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            rows = sheet.iter_rows(
                min_row=1, max_row=MOST_ROWS + 2, min_col=1, max_col=MOST_COLUMNS, values_only=True
            )
            return table([list(row) for row in rows])
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(_("This is not an XLSX file, or it is damaged. Save it again as XLSX.")) from error

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            days = book.add_format({"num_format": "yyyy-mm-dd"})
            for number, row in enumerate([dataset.headers or [], *dataset]):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(number, column, value, days)
                    else:
                        sheet.write(number, column, value)
        return out.getvalue()


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


class LimitedImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        """Master data is small: what is larger is not read at all."""
        upload = self.cleaned_data["import_file"]
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(
                gettext_lazy("The file is larger than 5 MB. Split it, then choose a part.")
            )
        return upload


class ExchangeAdmin(ImportExportMixin, StaffAdmin):  # type: ignore[misc, type-arg]
    """Import with preview and row errors, export of the rows one sees; rights as the access table says."""

    formats = FORMATS
    import_formats = FORMATS
    export_formats = FORMATS
    import_form_class = LimitedImportForm
    import_error_display = ("message", "row")

    def has_import_permission(self, request: HttpRequest, *args: Any) -> bool:
        return StaffAdmin.has_import_permission(self, request, *args)

    def has_export_permission(self, request: HttpRequest, *args: Any) -> bool:
        return StaffAdmin.has_export_permission(self, request, *args)

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if isinstance(e, BadFile):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)
