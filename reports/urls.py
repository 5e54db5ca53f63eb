"""Addresses of the reports floor."""

from django.urls import path

from reports.views import home, overview

urlpatterns = [
    path("", home.home, name="home"),
    path("overview/", overview.overview, name="overview"),
]
