"""Addresses of the reports floor."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
