"""Addresses of the accounts floor."""

from django.urls import path

from accounts.views.language import language_set

urlpatterns = [path("language/", language_set, name="set_language")]
