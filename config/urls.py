"""All addresses. Each has its entry in the access table (config/access.py)."""

from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("mailbox/", views.mailbox_show, name="mailbox"),
    path("files/<uuid:pk>/", views.file_download, name="file_download"),
    path("account/", include("allauth.urls")),
    path("staff/", admin.site.urls),
    path("", include("programs.urls")),
    path("", include("companies.urls")),
    path("", include("reports.urls")),
    path("", include("guidance.urls")),
    path("", include("accounts.urls")),
]
