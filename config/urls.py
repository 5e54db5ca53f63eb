"""All addresses. Each has its entry in the access table (config/access.py)."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from config import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("mailbox/", views.mailbox_show, name="mailbox"),
    path("files/<uuid:pk>/", views.file_download, name="file_download"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("staff/", admin.site.urls),
    path("", include("reports.urls")),
    path("", include("programs.urls")),
    path("", include("companies.urls")),
    path("", include("accounts.urls")),
]
