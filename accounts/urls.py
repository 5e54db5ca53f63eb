"""Addresses of the accounts floor."""

from django.urls import path

from accounts.views.kept import form_kept
from accounts.views.language import language_set

urlpatterns = [
    path("language/", language_set, name="set_language"),
    path("once-more/<slug:key>/", form_kept, name="form_kept"),
]
