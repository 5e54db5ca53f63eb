"""Whoever adds a table that leads to a company says what becomes of it in a merge."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from companies import verdicts
from ground.database import is_history


def test_every_relation_to_a_company_has_a_verdict_and_no_verdict_is_of_something_else():
    assert {(model, rows.field) for model, rows in verdicts.everything()} == set(verdicts.relations())
    assert set(verdicts._verdicts) == set(verdicts.relations())


def test_what_hangs_on_a_table_with_a_verdict_follows_it_and_nothing_else_names_a_company():
    """A new table is put into one of these lists by whoever adds it, having thought of what a merge means for it."""
    assert {
        root._meta.label: [each._meta.label.partition(".")[2] for each in found]
        for root, found in verdicts.followers().items()
        if found
    } == {
        "companies.Certificate": ["CertificateJudgment"],
        "programs.Application": [
            "Answer", "Baseline", "Document", "Submission", "Draft", "Conflict", "Score", "SelectionRow",
            "Screened", "Override", "ReturnRequest", "ReturnItem", "Held", "Taken", "EntryOnBehalf",
        ],
        "programs.Participation": [
            "Delivery", "EndRequest", "Assignment", "Payment", "BulkAssignment", "CustomsRecord", "PayoutProof", "CustomsList", "SeenExport", "Difference",
            "DifferenceDecision", "DifferenceQuestion", "MonthExcuse", "MonthReminder", "SampledOrder",
            "SampleFinding", "Shipment",
        ],
        "programs.Store": [
            "StoreTax", "Assignment", "SetAside", "ImportBatch", "Rejection", "PayoutProof", "SeenLine",
            "PayoutTerm", "PayoutReminder", "CohortStore", "CohortCell", "FileProfile", "ProfileVersion", "FileSample", "RollupMonth", "PaidMonth", "CountedStore", "SampledOrder", "SampleFinding", "Shipment",
        ],
        "programs.Listing": ["ListingStep"],
    }  # fmt: skip
    without = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in FLOORS and not is_history(model._meta.db_table)
        for field in model._meta.concrete_fields
        if not (field.is_relation or field.primary_key) and may_name_a_company(field)
    }
    assert without == set(NO_COMPANY) | set(NAMED_AS_IT_WAS)


def may_name_a_company(field: Any) -> bool:
    of = getattr(field, "base_field", field)
    return isinstance(of, models.UUIDField | models.JSONField) or field.name == "business_number"


FLOORS = ("reports", "guidance", "programs", "companies", "accounts", "ground")
NAMED_AS_IT_WAS = {
    "companies.Company.business_number": "never changed",
    "companies.Support.business_number": "hangs on the number; support is counted over the line of companies",
    "companies.Letter.companies": "to whom it was written",
    "companies.DestructionRecord.record_ids": "what was destroyed",
    "accounts.Approval.subject_id": "an application, a payment, a succession …, which stay or stand in the way",
    "ground.OutboxEvent.key": "read anew by its handler",
    "ground.OutboxEvent.payload": "read anew by its handler",
    "programs.Submission.content": "what was handed in",
    "reports.AssignmentList.rows": "a file as it came; its numbers are read anew when it is applied",
    "reports.PayoutList.rows": "a file as it came; its numbers are read anew when it is stated",
    "reports.ImportBatch.by_company": "sums of the ledger, which stays",
    "reports.ImportBatch.kept_by_company": "counts only while the file's sums, which move, are those of then",
    "reports.ReportRun.data": "what a report said",
    "reports.CustomsList.rejects": "rows of a file as they came",
    "reports.CustomsLine.business_number": "the exporter as customs named it; whose line it is is judged anew",
}
NO_COMPANY = {
    "ground.OutboxEvent.context", "ground.Message.recipients", "ground.Message.headers", "companies.DestructionRecord.columns",
    "companies.Letter.about", "companies.Letter.form_key", "companies.Merge.choices", "companies.Merge.moved",
    "guidance.Edition.content", "guidance.GuideQuestion.form_key",
    "programs.CountryChoice.kept", "programs.Criterion.values", "programs.Question.choices", "programs.Question.asked_if",
    "programs.Application.form_key", "programs.Answer.codes", "programs.Submission.form_key", "programs.Draft.typed",
    "programs.Draft.aside", "programs.Task.subject_id", "programs.Inquiry.form_key", "programs.Screening.criteria",
    "programs.Screened.files", "programs.Holding.criteria", "programs.Upheld.without", "reports.ImportBatch.removed_columns", "reports.ImportBatch.totals", "reports.ImportBatch.told_twice",
    "reports.CustomsList.found", "reports.CustomsList.types", "reports.CustomsList.unpaid_types", "reports.CustomsList.notes",
    "reports.CustomsList.removed_columns", "reports.ImportBatch.notes", "reports.Difference.causes", "reports.SamplingPlan.basis",
    "reports.SamplingPlan.form_key", "reports.ReportRun.marks", "reports.BulkAssignment.left", "reports.BulkAssignment.groups",
    "reports.ClosedMonth.figures", "reports.ClosedMonth.refusal", "reports.ClosedMonth.found", "reports.ClosedMonth.look",
    "reports.ProfileVersion.mapping", "reports.ProfileVersion.facts",
    "reports.FileSample.facts", "reports.FileSample.draft", "guidance.Concern.form_key", "guidance.MailingRule.values",
}  # fmt: skip
