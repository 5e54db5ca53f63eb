"""Addresses of the programs floor."""

from django.urls import URLPattern, path

from programs.views import (
    application,
    application_correct,
    application_steps,
    call,
    call_self_check,
    delivery,
    evaluation,
    inquiry,
    listing,
    participation,
    support,
)

urlpatterns: list[URLPattern] = [
    path("calls/", call.call_list, name="call_list"),
    path("calls/<uuid:pk>/", call.call_show, name="call_show"),
    path("calls/<uuid:pk>/calendar.ics", call.call_calendar, name="call_calendar"),
    path("calls/<uuid:pk>/versions/<int:number>/", call.call_version, name="call_version"),
    path("calls/<uuid:pk>/results/", call.call_results, name="call_results"),
    path("calls/<uuid:pk>/check/", call_self_check.call_self_check, name="call_self_check"),
    path("calls/<uuid:pk>/ask/", inquiry.call_ask, name="call_ask"),
    path("inquiries/<uuid:pk>/withdraw/", inquiry.inquiry_withdraw, name="inquiry_withdraw"),
    path("calls/<uuid:pk>/apply/", application.application_start, name="application_start"),
    path("applications/", application.application_list, name="application_list"),
    path("applications/<uuid:pk>/", application.application_show, name="application_show"),
    path(
        "applications/<uuid:pk>/baseline/",
        application_steps.application_baseline,
        name="application_baseline",
    ),
    path(
        "applications/<uuid:pk>/questions/",
        application_steps.application_questions,
        name="application_questions",
    ),
    path(
        "applications/<uuid:pk>/documents/",
        application_steps.application_documents,
        name="application_documents",
    ),
    path(
        "applications/<uuid:pk>/contact/", application_steps.application_contact, name="application_contact"
    ),
    path("applications/<uuid:pk>/check/", application_steps.application_check, name="application_check"),
    path("applications/<uuid:pk>/submit/", application_steps.application_submit, name="application_submit"),
    path(
        "applications/<uuid:pk>/keep/<str:step>/",
        application_steps.application_autosave,
        name="application_autosave",
    ),
    path("applications/<uuid:pk>/recall/", application.application_recall, name="application_recall"),
    path("applications/<uuid:pk>/withdraw/", application.application_withdraw, name="application_withdraw"),
    path(
        "applications/<uuid:pk>/correct/", application_correct.application_correct, name="application_correct"
    ),
    path("applications/<uuid:pk>/papers/", application_steps.application_papers, name="application_papers"),
    path("receipts/<uuid:pk>/", application.application_receipt, name="application_receipt"),
    path(
        "receipts/<uuid:pk>/receipt.pdf", application.application_receipt_pdf, name="application_receipt_pdf"
    ),
    path("evaluation/", evaluation.evaluation_list, name="evaluation_list"),
    path("evaluation/calls/<uuid:pk>/", evaluation.evaluation_declare, name="evaluation_declare"),
    path("evaluation/applications/<uuid:pk>/", evaluation.evaluation_score, name="evaluation_score"),
    path("agreements/", participation.participation_list, name="participation_list"),
    path("agreements/<uuid:pk>/", participation.participation_show, name="participation_show"),
    path("agreements/<uuid:pk>/accept/", participation.participation_accept, name="participation_accept"),
    path("agreements/<uuid:pk>/decline/", participation.participation_decline, name="participation_decline"),
    path("agreements/<uuid:pk>/go-on/", participation.participation_go_on, name="participation_go_on"),
    path("agreements/<uuid:pk>/end/", participation.participation_end, name="participation_end"),
    path(
        "agreements/<uuid:pk>/end/take-back/",
        participation.participation_end_take_back,
        name="participation_end_take_back",
    ),
    path("deliveries/<uuid:pk>/", delivery.delivery_done, name="delivery_done"),
    path("company/<uuid:pk>/support/", support.support_list, name="support_list"),
    path("company/<uuid:pk>/support/support.<str:form>", support.support_export, name="support_export"),
    path("listings/", listing.listing_list, name="listing_list"),
]
