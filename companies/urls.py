"""Addresses of the companies floor."""

from django.urls import URLPattern, path

from companies.views import company, consent, facts, history, mailing, member, product

urlpatterns: list[URLPattern] = [
    path("company/", company.company_show, name="company_show"),
    path("company/register/", company.company_register, name="company_register"),
    path("company/invitations/<str:token>/", member.invitation_accept, name="invitation_accept"),
    path("company/<uuid:pk>/edit/", company.company_edit, name="company_edit"),
    path("company/<uuid:pk>/contacts/<str:kind>/", company.contact_edit, name="contact_edit"),
    path("company/<uuid:pk>/places/add/", facts.place_add, name="place_add"),
    path("company/<uuid:pk>/places/<uuid:place>/end/", facts.place_end, name="place_end"),
    path("company/<uuid:pk>/industries/", facts.industry_edit, name="industry_edit"),
    path(
        "company/<uuid:pk>/industries/<uuid:entry>/remove/",
        facts.industry_remove,
        name="industry_remove",
    ),
    path("company/<uuid:pk>/figures/", facts.figure_edit, name="figure_edit"),
    path("company/<uuid:pk>/certificates/add/", facts.certificate_add, name="certificate_add"),
    path("company/<uuid:pk>/size/", history.size_edit, name="size_edit"),
    path("company/<uuid:pk>/marks/", history.mark_declare, name="mark_declare"),
    path("company/<uuid:pk>/support/add/", history.support_add, name="support_add"),
    path("company/<uuid:pk>/support/complete/", history.support_declare, name="support_declare"),
    path(
        "company/<uuid:pk>/support/<uuid:support>/remove/",
        history.support_remove,
        name="support_remove",
    ),
    path("company/<uuid:pk>/products/", product.product_list, name="product_list"),
    path("company/<uuid:pk>/products/add/", product.product_add, name="product_add"),
    path("company/<uuid:pk>/products/<uuid:product>/", product.product_edit, name="product_edit"),
    path("company/<uuid:pk>/products/<uuid:product>/switch/", product.product_switch, name="product_switch"),
    path("company/<uuid:pk>/members/", member.member_list, name="member_list"),
    path("company/<uuid:pk>/members/invite/", member.member_invite, name="member_invite"),
    path(
        "company/<uuid:pk>/members/<uuid:member>/role/",
        member.member_change_role,
        name="member_change_role",
    ),
    path("company/<uuid:pk>/members/<uuid:member>/end/", member.member_end, name="member_end"),
    path(
        "company/<uuid:pk>/invitations/<uuid:invitation>/withdraw/",
        member.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("company/<uuid:pk>/consents/", consent.consent_list, name="consent_list"),
    path("company/<uuid:pk>/consents/<uuid:text>/give/", consent.consent_give, name="consent_give"),
    path(
        "company/<uuid:pk>/consents/<uuid:consent>/withdraw/",
        consent.consent_withdraw,
        name="consent_withdraw",
    ),
    path("mails/<str:token>/end/", mailing.mails_end, name="mails_end"),
    path("companies/", company.company_list, name="company_list"),
    path("companies/<uuid:pk>/", company.company_facts, name="company_facts"),
]
