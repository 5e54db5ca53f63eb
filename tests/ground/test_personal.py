"""Every column that could name a person has a verdict, and what goes by age goes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from companies.tasks import forget
from config.celery import app
from ground.database import is_history
from ground.forgetting import LAST_USE
from ground.models import Message, OutboxEvent
from ground.personal import Goes, personal_columns

# Columns of text, e-mail or JSON that are not declared as personal, each with its verdict. Columns with a closed list of
# choices name nobody and stand nowhere. A new column is red here until somebody decides.

FACTS = """
Code lists, facts of firms, papers and figures: codes, titles, numbers, places, what machines wrote.
    accounts_agency: code name_ko name_en
    accounts_approval: subject digest
    accounts_organization: name_ko name_en
    companies_certificate: number
    companies_claim: stated_name
    companies_company: business_number corporate_number name_ko name_en website
    companies_consenttext: code title_ko title_en body_ko body_en items_ko items_en
    companies_destructionrecord: subject columns record_ids
    companies_financialmark: document cure_document
    companies_merge: document choices moved
    companies_place: address
    companies_companyindustry: digits
    companies_product: code name_ko name_en category hs_code
    companies_registerchange: key
    companies_sight: cause
    companies_statuscheck: tax_type why_not
    companies_succession: document
    companies_support: business_number body program document
    companies_supportlist: body
    guidance_concern: title_ko title_en
    guidance_mailingrule: values
    guidance_regulatoryitem: title_ko title_en countries products law article body_name stated_source
    guidance_regulatorywording: title_ko title_en countries products law article body_name stated_source
    ground_country: code name_ko name_en
    ground_currency: code name_ko name_en
    ground_handled_event: handler
    ground_holiday: name_ko name_en
    ground_industry: id code name_ko name_en
    ground_message: sender language
    ground_outbox_event: topic payload
    ground_province: code name_ko name_en short_ko
    ground_storedfile: content_type sha256 path finding signature
    guidance_booklet: version
    guidance_guidevideo: title_ko title_en address captions_ko captions_en transcript_ko transcript_en
    guidance_edition: digest content
    guidance_briefing: title_ko title_en text_ko text_en place_ko place_en online_url recording_url
    guidance_briefingmaterial: title_ko title_en
    guidance_briefingquestion: label_ko label_en choices_ko choices_en
    guidance_briefingsession: title_ko title_en
    guidance_registration: language code consent_text
    programs_answer: currency codes
    programs_application: receipt
    programs_assignment: reference
    programs_call: code notice_number title_ko title_en notice_ko notice_en
    programs_component: name_ko name_en
    programs_criterion: code values name_ko name_en source
    programs_keptoutcomes: question
    programs_keptregister: server snapshot
    programs_kepttaking: server snapshot question
    programs_listing: sku reference
    programs_market: site_code zone
    programs_memorandum: title_ko title_en place duties_ko duties_en
    guidance_statementversion: text_ko text_en products evidence_ko evidence_en source source_url changed_ko changed_en
    guidance_statementfigure: label_ko label_en unit_ko unit_en
    programs_memorandumparty: name_ko name_en
    programs_countrychoice: name_ko name_en kept
    programs_indicator: code name_ko name_en unit_ko unit_en
    programs_indicatorvalue: source
    programs_noticeversion: title_ko title_en notice_ko notice_en
    programs_paper: number title_ko title_en
    programs_participation: number text_ko text_en text_sha256
    programs_platform: code name_ko name_en
    programs_program: code name_ko name_en summary_ko summary_en legal_basis zone
    programs_programpartner: part_ko part_en
    programs_programshare: part_ko part_en
    programs_providercontract: number
    programs_productline: currency
    programs_question: code label_ko label_en hint_ko hint_en currency choices asked_if
    programs_requireddocument: code name_ko name_en hint_ko hint_en certificate_kind
    programs_scoreitem: code name_ko name_en
    programs_screened: reasons seen evidence
    programs_override: said_sha256
    programs_section: code title_ko title_en hint_ko hint_en
    programs_selection: digest
    programs_store: code name zone
    programs_submission: receipt content_sha256
    programs_task: subject_ko subject_en
    reports_assignmentlist: name rows
    reports_batch_sum: ledger
    reports_bulkassignment: groups left
    reports_customsrecord: source
    reports_difference: causes
    reports_samplingplan: basis seed
    reports_sampledorder: reference
    reports_customslist: profile refusal_code refusal_ko refusal_en found types unpaid_types notes removed_columns lines_sha256 uploaded_sha256
    reports_customs_seen: line_key
    reports_customs_line: line_key declaration_number line_number issuer business_number hs_code destination country transaction_type currency
    reports_exchangerate: source
    reports_closedmonth: figures rows_sha256 refusal reason found
    reports_importbatch: profile refusal_code refusal_ko refusal_en totals by_company notes lines_sha256 uploaded_sha256 removed_columns told_twice kept_by_company
    reports_payout_line: line_key order_reference source_reference description description_class
    reports_fileprofile: name
    reports_filesample: facts draft
    reports_payoutproof: statement_number
    reports_ordermark: order_reference
    reports_payoutlist: name rows
    reports_payoutterm: source
    reports_cohort_store: lines terms rates
    reports_cohort_cell: outcome
    reports_paid_month: lines rates
    reports_counted_store: moment state
    reports_order_count: moment product_group
    reports_customs_sum: grade export_kind outcome
    reports_short_stock: state
    reports_sharedsupport: document outside_body outside_program
    reports_cohort_company: outcome
    reports_shipment: sku declaration_number correction_number
    reports_profileversion: code mapping facts
    reports_rejection: column code reason_ko reason_en
    reports_rateattempt: left_out why_not
    reports_grouplist: product_group
    reports_reportrun: definition data data_sha256 marks
    reports_setaside: sku listing_reference
    reports_rollup_cell: basis grade
    reports_rollup_month: snapshot
    reports_rollup_group: basis product_group
    reports_rollup_orders: basis
    reports_sales_line: line_key order_reference pack_reference sku listing_reference title status_text status_class kind
    reports_seen_line: line_key
    reports_statereading: text comparable
"""

WRITTEN = """
Free text of people: reasons, notes, answers, file names. The page asks for facts of the company; what names a person all
the same is corrected by the one who may write there, and stands in the record that it is about.
    accounts_approval: reason answer_reason
    companies_ban: reason
    companies_certificatejudgment: reason
    companies_claim: reason
    companies_destructionrecord: reason
    companies_distinctpair: reason
    companies_letter: cause subject body
    companies_merge: reason
    ground_storedfile: name
    guidance_briefing: contact_ko contact_en cancellation_reason
    guidance_briefingsession: speaker_ko speaker_en
    guidance_surveyanswer: text
    guidance_finding: text source source_url
    guidance_researchtask: question_ko question_en reason
    guidance_review: reason
    guidance_statementversion: withdrawn_because
    guidance_concern: reference text
    guidance_mailing: name subject body
    guidance_regulatoryitem: hinders_ko hinders_en body_contact
    guidance_regulatorystep: note reason
    guidance_regulatorywording: text_ko text_en
    programs_answer: text
    programs_call: cancellation_reason closing_reason contact_ko contact_en
    programs_conflict: reason
    programs_countrychoice: reason
    programs_delivery: note
    programs_endrequest: reason answer
    programs_document: refused_because
    guidance_guidequestion: question_ko question_en answer_ko answer_en correction
    programs_inquiry: question_ko question_en answer_ko answer_en correction
    programs_listingstep: reason
    programs_entryonbehalf: reason
    programs_noticeversion: contact_ko contact_en reason
    programs_override: reason
    programs_returnitem: note
    programs_payment: purpose
    programs_resultnotice: text_ko text_en
    programs_returnrequest: note
    programs_score: comment
    programs_submission: content
    reports_declaration: note
    reports_exchangerate: reason
    reports_closedmonth: reopen_reason
    reports_importbatch: origin_note undo_reason
    reports_differencedecision: reason
    reports_differencequestion: text answer
    reports_customslist: origin_note undo_reason rejects
    reports_monthexcuse: reason
    reports_payoutproof: dispute_reason reopen_reason
    reports_samplefinding: note
    reports_samplingplan: reason
    reports_ordermark: reason end_reason
    reports_payoutterm: withdraw_reason
    reports_sharedsupport: reason end_reason
    reports_shipment: end_reason
    reports_setaside: reason
    reports_rejection: value
    reports_statereading: reason
    reports_tolerance: reason
"""

SIGNING_IN = """
Signing in: ends with the session or the account; deleted when the person's data are destroyed. No history.
    account_emailaddress: email
    account_emailconfirmation: key
    accounts_user: password
    companies_invitation: token_sha256
    django_session: session_key session_data
    mfa_authenticator: data
    usersessions_usersession: ip session_key user_agent data
"""

FOREIGN = """
Tables of packages that nothing is written to.
    auth_group: name
    auth_permission: name codename
    django_admin_log: object_id object_repr change_message
    django_content_type: app_label model
    pghistory_context: metadata
"""


def columns(listed: str) -> set[tuple[str, str]]:
    found = set()
    for line in listed.splitlines():
        table, colon, names = line.strip().partition(": ")
        if line.startswith("    ") and colon:
            found |= {(table, name) for name in names.split()}
    return found


def could_name_a_person(field: models.Field) -> bool:
    texts = (
        models.CharField,
        models.TextField,
        models.JSONField,
        models.GenericIPAddressField,
        models.FileField,
    )
    held = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(held, texts) and not held.choices


def test_every_column_that_could_name_a_person_has_one_verdict():
    declared = {(model._meta.db_table, name) for model, name, _why in personal_columns()}
    listed = [columns(each) for each in (FACTS, WRITTEN, SIGNING_IN, FOREIGN)]
    judged = [*listed, declared]
    existing = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        if not is_history(model._meta.db_table) and model._meta.db_table != "pghistory_events"
        for field in model._meta.local_concrete_fields
        if could_name_a_person(field)
    }
    assert existing - set().union(*judged) == set(), "columns without a verdict"
    assert set().union(*listed) - existing == set(), "verdicts on columns that are gone"
    twice = {column for column in set().union(*judged) if sum(column in each for each in judged) > 1}
    assert twice == set()


def test_each_declaration_says_why_and_for_how_long():
    for model, name, column in personal_columns():
        assert str(column.purpose), (model, name)
        assert 0 < column.months <= 120, (model, name)
    by_age = {model for model, _name, _column in personal_columns(Goes.BY_AGE)}
    assert by_age == set(LAST_USE)


# What goes by age


def mail(**fields) -> Message:
    return Message.objects.create(
        **{
            "sender": "a@naru.example", "recipients": ["to@firm.example"], "subject": "제목", "body": "본문",
            "body_html": "<p>본문</p>", "headers": {"Reply-To": "to@firm.example"}, **fields,
        }
    )  # fmt: skip


def ago(days: int):
    return Now() - dt.timedelta(days=days)


@pytest.mark.django_db
def test_mails_and_done_work_are_wiped_once_their_months_are_over():
    old, young, unsent = mail(sent_at=ago(400)), mail(sent_at=ago(300)), mail(created_at=ago(400))
    done = OutboxEvent.objects.create(
        topic="x",
        context={"user": "1", "address": "192.0.2.1"},
        last_error="to@firm.example",
        done_at=ago(100),
    )
    fresh = OutboxEvent.objects.create(topic="x", context={"user": "1"}, done_at=ago(80))
    waiting = OutboxEvent.objects.create(topic="x", context={"user": "1"}, created_at=ago(100))
    forget()
    for each in (old, young, unsent, done, fresh, waiting):
        each.refresh_from_db()
    assert (old.recipients, old.subject, old.body, old.body_html, old.headers) == ([], "", "", "", {})
    assert old.wiped_at is not None
    assert (done.context, done.last_error) == ({}, "")
    for message in (young, unsent):
        assert (message.recipients, message.body, message.wiped_at) == (["to@firm.example"], "본문", None)
    assert fresh.context == waiting.context == {"user": "1"}
    wiped_at = old.wiped_at
    forget()
    old.refresh_from_db()
    assert old.wiped_at == wiped_at  # a second time nothing is written


def test_the_clock_calls_it_every_night():
    entry = app.conf.beat_schedule["forget"]
    assert entry["task"] == forget.name
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {10})
