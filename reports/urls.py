"""Addresses of the reports floor."""

from django.urls import path

from reports.views import (
    cohorts,
    customs,
    declaration,
    difference_answer,
    home,
    marks,
    overview,
    payout_lists,
    provider,
    report,
    sales,
    shipments,
    templates,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("overview/", overview.overview, name="overview"),
    path("sales/", sales.sales_list, name="sales_list"),
    path("sales/upload/", sales.sales_upload, name="sales_upload"),
    path("sales/files/<uuid:pk>/", sales.sales_file, name="sales_file"),
    path("sales/files/<uuid:pk>/confirm/", sales.sales_file_confirm, name="sales_file_confirm"),
    path("sales/files/<uuid:pk>/cancel/", sales.sales_file_cancel, name="sales_file_cancel"),
    path("sales/questions/<uuid:pk>/", difference_answer.difference_answer, name="difference_answer"),
    path("sales/template/<str:language>.<str:ending>", templates.sales_template, name="sales_template"),
    path("sales/marks/", marks.order_marks, name="order_marks"),
    path("sales/marks/<uuid:pk>/take-back/", marks.order_mark_take_back, name="order_mark_take_back"),
    path("shipments/", shipments.shipments_page, name="shipments"),
    path("shipments/<uuid:pk>/", shipments.shipment, name="shipment"),
    path("exports/", customs.customs_lists_page, name="customs_lists"),
    path("exports/<uuid:pk>/", customs.customs_list, name="customs_list"),
    path("exports/<uuid:pk>/confirm/", customs.customs_list_confirm, name="customs_list_confirm"),
    path("exports/<uuid:pk>/cancel/", customs.customs_list_cancel, name="customs_list_cancel"),
    path("exports/<uuid:pk>/rejects/", customs.customs_list_rejects, name="customs_list_rejects"),
    path("exports/<uuid:pk>/mend/", customs.customs_list_mend, name="customs_list_mend"),
    path("exports/template/<str:language>.<str:ending>", customs.customs_template, name="customs_template"),
    path("sales/files/<uuid:pk>/mend/", sales.sales_file_mend, name="sales_file_mend"),
    path("sales/files/<uuid:pk>/rejects.csv", sales.sales_file_rejects, name="sales_file_rejects"),
    path("sales/<uuid:pk>/money/", cohorts.participation_money, name="participation_money"),
    path("sales/<uuid:pk>/<str:month>/", declaration.declaration_edit, name="declaration_edit"),
    path("sales/<uuid:pk>/<str:month>/none/", declaration.declaration_none, name="declaration_none"),
    path(
        "sales/<uuid:pk>/<str:month>/take-back/",
        declaration.declaration_take_back,
        name="declaration_take_back",
    ),
    path("payouts/<uuid:pk>/confirm/", provider.payout_confirm, name="payout_confirm"),
    path("payouts/<uuid:pk>/dispute/", provider.payout_dispute, name="payout_dispute"),
    path("provider/", provider.provider_home, name="provider_home"),
    path("provider/payouts/", provider.payout_state, name="payout_state"),
    path("provider/payouts/list/", payout_lists.payout_list_upload, name="payout_list_upload"),
    path(
        "provider/payouts/list.<str:ending>", payout_lists.payout_list_template, name="payout_list_template"
    ),
    path("provider/payouts/list/<uuid:pk>/", payout_lists.payout_list, name="payout_list"),
    path("reports/", report.report_list, name="report_list"),
    path("reports/<uuid:pk>/", report.report_show, name="report_show"),
]
