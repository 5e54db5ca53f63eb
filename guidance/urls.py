"""Addresses of the guidance floor."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
