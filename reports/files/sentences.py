"""Every sentence that reading a file can say to a person: what is wrong, where, and what to do next.

A sentence is a code with parameters; it becomes text only when it is shown, in the reader's language. So it
can cross a process, be stored beside a rejected row and be read again later in another language.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

Parameter = str | int


def _(text: str) -> str:
    """Marks a text for the catalogs. The sandbox's child, started for each file, does without translations."""
    return text


# Parameters are written {so}; numbers arrive already written with their separators.
TEXTS: dict[str, str] = {
    # The file as a whole
    "empty": _(
        "The file is empty (0 bytes). Download it from the marketplace again and upload the new file."
    ),
    "too_big": _(
        "The file has {size} MB; at most {limit} MB are taken. Export a shorter period and upload the parts."
    ),
    "not_a_table": _(
        "This is neither an XLSX workbook nor a CSV file. Upload the file exactly as the marketplace gave it."
    ),
    "old_excel": _(
        "This is an old Excel file (.xls). Download the report again as .xlsx and upload that file."
    ),
    "encrypted": _(
        "The file is protected by a password and cannot be read. Download it again and upload it without a"
        " password."
    ),
    "macros": _(
        "The workbook contains macros. Upload the file exactly as the marketplace gave it, without changes."
    ),
    "other_container": _(
        "This is not an XLSX workbook. If it is a packed folder, unpack it, and upload the report in it "
        "exactly as the marketplace gave it."
    ),
    "cut_short": _(
        "The file ends before it should: it was cut off on the way. Download it again and upload the new "
        "file."
    ),
    "damaged": _("The file is damaged and cannot be read. Download it again and upload the new file."),
    "unpacks_too_large": _(
        "The file unpacks to far more than a sales report holds. Nothing was read. Download the report "
        "again and upload it exactly as the marketplace gave it."
    ),
    "too_long": _(
        "The sheet reaches down to row {rows}; at most {limit} rows are read. Export a shorter period and "
        "upload the parts, and delete stray values far below the table."
    ),
    "too_wide": _(
        "The sheet reaches over {columns} columns; at most {limit} are read. Download the report again and"
        " upload it exactly as the marketplace gave it."
    ),
    "too_slow": _(
        "Reading was stopped because the file took longer than a sales report may. Download the report "
        "again, or export a shorter period, and upload that file."
    ),
    "too_hungry": _(
        "Reading was stopped because the file asks for more memory than a sales report may, often because "
        "of a stray value far from the table. Download the report again and upload it exactly as the "
        "marketplace gave it."
    ),
    "unreadable": _(
        "The file could not be read. Download the report again and upload it exactly as the marketplace "
        "gave it. If it fails again, send the file to the agency."
    ),
    "not_blanked": _(
        "The buyers' columns could not be taken out of this file without changing what else it says, so it "
        "was not taken. Download the report again and upload it exactly as the marketplace gave it."
    ),
    "encoding_unknown": _(
        "The characters of the file are in no encoding that can be told for certain. Do not open and save "
        "the report in a spreadsheet first: download it again and upload it unchanged, or save it as “CSV "
        "UTF-8”."
    ),
    "encoding_ambiguous": _(
        "The characters of the file could be Korean (CP949) or Western (Windows-1252), and guessing would "
        "change names. Download the report again and upload it unchanged, or save it as “CSV UTF-8”."
    ),
    "no_header": _(
        "No heading row of a known report was found in the first {rows} rows. Upload the report exactly as you "
        "were given it, or use Naru's template."
    ),
    "wrong_market": _(
        "This sales report is in {currency}: it belongs to another country's panel. Upload the report of "
        "Mercado Libre Chile or Mexico, whose amounts are in CLP or MXN."
    ),
    "wrong_program": _("This is a file of {program}. Upload it where files of {program} are taken."),
    "wrong_profile": _(
        "This file is a “{found}” file, but “{asked}” was asked for. Choose the right kind, or let it be "
        "found by the headings."
    ),
    "panel_as_csv": _(
        "This is the sales report of Mercado Libre saved as CSV. Download it from the panel as Excel "
        "(XLSX) and upload that file."
    ),
    "release_as_workbook": _(
        "This is Mercado Pago's release report as a workbook. Download it as CSV and upload that file "
        "unchanged."
    ),
    "missing_columns": _(
        "The heading row (row {row}) lacks these columns: {columns}. Download the report again with all "
        "columns."
    ),
    "total_row_missing": _(
        "The file has an opening balance but no closing total: its end is missing. Download it again and "
        "upload the new file."
    ),
    "total_row_mismatch": _(
        "The file's own total is {total}, but opening balance and rows add up to {sum}. Rows are missing "
        "or were changed. Download it again and upload it unchanged."
    ),
    "pasted_together": _(
        "The file holds two reports pasted together (a second opening balance in row {row}). Upload each "
        "report by itself."
    ),
    "fractions_everywhere": _(
        "Every amount has decimals, but CLP has none. The file is in another currency or was changed. "
        "Download the report of Mercado Libre Chile again and upload it unchanged."
    ),
    "several_profiles": _(
        "The headings fit several kinds of file ({profiles}), and none is guessed. Choose the kind of "
        "file and upload it again."
    ),
    "several_sheets": _(
        "Several sheets of this workbook hold rows ({sheets}), and none of them is left out. Save each sheet as a file of its "
        "own and upload them one by one."
    ),
    "column_twice": _(
        "The heading row (row {row}) has these columns more than once: {columns}. Which of them is meant "
        "is not guessed. Download the report again."
    ),
    "wrong_currencies": _(
        "The heading row (row {row}) names several currencies: {currencies}. Upload the report of one "
        "market at a time."
    ),
    "no_currency": _(
        "Neither the file nor its store says in which currency the amounts are. Set the store's currency, "
        "then upload the file again."
    ),
    "numbers_untold": _(
        "The amounts of this file could be read with a decimal point or with a decimal comma, and it is "
        "not guessed. Download the report again and upload it unchanged."
    ),
    "file_total": _(
        "Row {row} states a total of {total}, but the rows add up to {sum}. Rows are missing or were "
        "changed. Download the report again and upload it unchanged."
    ),
    "json_damaged": _(
        "This JSON cannot be read from line {line}, column {column} on. Download the file again and "
        "upload it unchanged."
    ),
    "json_deep": _(
        "This JSON is nested more than {limit} levels deep, which no report is. Download the file again "
        "and upload it unchanged."
    ),
    "json_twice": _(
        "This JSON has the name “{name}” twice in one record, and which value is meant is not guessed. "
        "Download the file again and upload it unchanged."
    ),
    # One row
    "missing_value": _(
        "This cell is empty. Complete the row in the marketplace's file, or download the file again."
    ),
    "number_shortened": _(
        "A spreadsheet shortened this long number, and the digits are lost. Download the report again and "
        "upload it without opening and saving it first."
    ),
    "too_long_text": _(
        "This value is longer than {limit} characters. Download the report again and upload it unchanged."
    ),
    "bad_amount": _(
        "This is not an amount that can be read for certain. Write it in digits only, such as 12345."
    ),
    "ambiguous_amount": _(
        "This could be thousands or decimals, and it is not guessed. Write the amount in digits only, such"
        " as 12345."
    ),
    "fraction": _(
        "{currency} has no decimals, but this amount has. Check the amount in the marketplace's panel."
    ),
    "huge_amount": _("This amount is too large to be true. Check the amount in the marketplace's panel."),
    "bad_units": _(
        "The units must be a whole number, at least 1 for a sold product. Check them in the marketplace's "
        "panel."
    ),
    "bad_date": _(
        "This date cannot be read. It should look like “30 de septiembre de 2025 19:29 hs.”. Download the "
        "report again."
    ),
    "bad_instant": _(
        "This moment cannot be read. It should look like “2025-09-30T19:29:00.000-04:00”. Download the "
        "report again."
    ),
    "no_zone": _(
        "This moment does not say its offset from world time (such as -04:00), and it is not guessed. "
        "Download the report again and upload it unchanged."
    ),
    "row_sum": _(
        "Products, fee, shipping income, shipping cost and refunds add up to {sum}, but Total says "
        "{total}. Check the sale in the marketplace's panel and download the report again."
    ),
    "payout_sum": _(
        "Credit less debit is {net}, but gross, fees, shipping and taxes add up to {sum}. Download the "
        "report again and upload it unchanged."
    ),
    "negative_side": _(
        "Credit and debit are never negative in this report. Download it again and upload it unchanged."
    ),
    "row_width": _(
        "This row has {cells} cells where the heading has {columns}. Download the report again and upload "
        "it unchanged."
    ),
    "unknown_record": _(
        "This kind of row is not known, so it is not counted. Tell the agency; the row can be imported "
        "once it is known."
    ),
    "bad_currency": _(
        "This is not the three-letter code of a currency. Download the report again and upload it unchanged."
    ),
    "money_missing": _(
        "This row has no amounts and stands below no pack. If it belongs to a pack, download the report "
        "again with the pack's first row."
    ),
    "pack_without_items": _(
        "This row holds the money of a pack of several products, but its products do not follow it. "
        "Download the report again over the whole period."
    ),
    "pack_incomplete": _(
        "This pack says that it has {said} products, but {found} follow it. Its money is not shared out "
        "until all are there. Download the report again over the whole period."
    ),
    "pack_without_price": _(
        "The money of this pack is shared out by price and units, but the product in row {row} has no "
        "price or no units. Check it in the marketplace's panel and download the report again."
    ),
    "pack_item_wrong": _(
        "This pack waits because row {row}, which belongs to it, cannot be read. Mend that row, or "
        "download the report again."
    ),
    "line_twice": _(
        "This is the same line of an order as row {row}, with other values. Download the report again, or keep the row that"
        " holds."
    ),
    "pack_rejected": _(
        "This product belongs to the pack in row {row}, which was rejected. See the reason given there."
    ),
    "decimals": _("This amount has more than {limit} decimals. Check the amount in the marketplace's panel."),
    "date_form": _(
        "This date is not written as in this report. It should look like “{example}”. Download the report "
        "again and upload it unchanged."
    ),
    "no_such_day": _("This day or hour does not exist. Check it where the file comes from."),
    "far_date": _("This date lies outside the years {first} to {last}. Check it in the marketplace's panel."),
    "parts_sum": _(
        "The parts of this row add up to {sum}, but the row says {total}. Check the row in the "
        "marketplace's panel and download the report again."
    ),
    "heading_again": _(
        "This row repeats the headings: two reports were pasted together. Upload each report by itself."
    ),
    "unreadable_row": _(
        "This row cannot be read for certain. Download the report again and upload it unchanged."
    ),
    # What a reader should know about a file that was read
    "note_range": _(
        "The file covers {days} days, about as much as one export holds. Check that nothing is missing "
        "before and after."
    ),
    "note_no_rows": _("The file has headings but no rows."),
    "note_other_sheets": _(
        "Only the sheet “{sheet}” was read. These sheets have rows, too, and were left out: {sheets}. If sales stand there, "
        "save each as a file of its own with its headings and upload it."
    ),
    "note_unknown_columns": _("These columns are not known and were kept aside: {columns}."),
    "note_clock_change": _(
        "{count} rows fall into the hour in which the clocks were changed; the earlier offset was taken. "
        "Their day is certain, their minute is not."
    ),
    "note_rejects_cut": _(
        "{count} rows were rejected; the first {told} are listed. Mend what they have in common and upload the file again."
    ),
    "note_repeated": _(
        "{count} rows repeat an earlier row in every column and were counted once (first: row {row})."
    ),
    "note_pack_refund": _(
        "{count} packs were refunded in part or in whole and their products stand in different states "
        "(first: row {row}). The refund was shared by price like all of the pack's money; check whom it "
        "concerns."
    ),
    "note_unknown_states": _("These states are not known and wait for a person: {states}."),
    "note_encoding": _("The file was read as {encoding} and was probably saved by a spreadsheet."),
    "note_parts": _(
        "In {count} rows the parts that are read do not add up to the amount paid (first: row {row}, {sum} against {total}). The "
        "amount paid counts; look whether the file has deductions in other columns."
    ),
    "note_no_totals": _(
        "The file has no opening balance and no closing total, so its completeness was not checked."
    ),
    "note_totals_unchecked": _("The closing total was not checked because some rows could not be read."),
    "note_reserve_open": _(
        "Reserved amounts do not cancel each other out; {amount} was still held when the file was made."
    ),
    "note_other": _(
        "{count} movements of a kind that is not known ({kinds}) are kept and in no total; together {amount}."
    ),
    "note_currencies": _("The file holds several currencies: {currencies}."),
    "note_skipped": _("{count} rows are neither sales nor money of sales and were left out."),
    "note_left_out": _(
        "{count} amounts under “{column}”, together {sum}, are in no figure: the file does not say who paid them."
    ),
    "note_repeats": _("{count} rows repeat an earlier row; each sale counts once."),
    "note_repeats_of_payouts": _("{count} rows repeat an earlier row; each movement counts once."),
    # A description of files that cannot be used
    "mapping_shape": _("This part of the description is missing or cannot be used: {where}."),
    "mapping_missing": _("The description does not say which columns hold these values: {fields}."),
    "mapping_days": _(
        "A file writes either the day or the month first, not both. Choose one of the two ways to write dates."
    ),
    "mapping_twice": _("The description names two columns for one value ({field}). Choose one of them."),
    "mapping_personal": _(
        "The column “{heading}” can name or find a person, so it is never read. Choose another column."
    ),
    # What a sample of an unknown file leaves open
    "ask_columns": _("Several columns could hold this value ({field}): {columns}. Choose one."),
    "ask_column": _("No heading says which column holds this value ({field}). Choose the column."),
    "ask_numbers": _("The amount “{value}” could have a decimal point or a decimal comma. Say which it is."),
    "ask_dates": _("The text “{value}” can be read as several dates. Say how the file writes its dates."),
    "ask_date_form": _(
        "The dates are in no one form, as “{value}” shows. Say how the file writes its dates."
    ),
    "ask_sign": _(
        "The column “{column}” has positive and negative amounts. Say whether a positive amount there is "
        "a cost."
    ),
    "ask_sign_of_none": _(
        "The column “{column}” has no amount in these rows. Say whether a positive amount there is a cost."
    ),
    "ask_status": _("What the state “{value}” means for a sale is not known. Choose its meaning."),
    "ask_key": _(
        "Order and product do not tell all rows apart: {count} rows share them. Say whether the row's "
        "number belongs to its key."
    ),
    "ask_kind": _("No heading says what kind of movement a row is. Choose what each row is."),
    "ask_kind_of": _("What kind of movement “{value}” is, is not known. Choose its meaning."),
    "ask_turned": _(
        "Rows of these kinds have positive amounts only: {kinds}. Say of which kinds a positive amount takes money away."
    ),
    "ask_key_of_payouts": _(
        "Number and kind of movement do not tell all rows apart: {count} rows share them. Say what else belongs to a row's key."
    ),
    "ask_key_of_none": _(
        "No heading names a number of the movement or order. Say what tells one row from all others."
    ),
    "ask_parts": _(
        "In {count} rows of the sample the parts do not add up to what was paid, first {sum} against {total}. Say whether such rows"
        " are rejected."
    ),
    "ask_no_currency": _(
        "Nothing in the file says in which currency its amounts are. Choose the currency, or that it is each "
        "store's own."
    ),
    "sample_json": _(
        "This is a JSON file. A profile can be made from a table only: an XLSX workbook or a CSV text."
    ),
    "sample_too_big": _(
        "The sample has {size} MB; at most {limit} MB are taken. Export a few days only and upload that file."
    ),
    "terms_unknown": _(
        "These terms of delivery are not known. Write one of the Incoterms, such as FOB or CIF, or leave the cell empty for FOB."
    ),
    "cif_parts": _(
        "The amount is {terms} and holds freight or insurance. State them in their columns (0 where there is none), or give FOB."
    ),
    "fob_negative": _(
        "FOB cannot be negative. Look at the amount, the freight and the insurance of this row."
    ),
    "proof_unknown": _(
        "This proof of an export is not known. Write export declaration, manifest clearance, purchase confirmation or local L/C."
    ),
    "ask_currency": _("The sign $ does not say whose dollars or pesos these are. Choose the currency."),
}


@dataclass(frozen=True, slots=True)
class Sentence(Promise):
    """A sentence that becomes text when it is shown. `code` is for tests, logs and counting."""

    code: str
    parameters: tuple[tuple[str, Parameter], ...] = ()

    def __str__(self) -> str:
        from django.utils.translation import gettext

        return gettext(TEXTS[self.code]).format(**dict(self.parameters))


def say(code: str, **parameters: Parameter) -> Sentence:
    """The sentence of `code`; `KeyError` when there is none."""
    if code not in TEXTS:
        raise KeyError(code)
    return Sentence(code, tuple(sorted(parameters.items())))
