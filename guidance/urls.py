"""Addresses of the guidance floor."""

from django.urls import URLPattern, path

from guidance.views import research

urlpatterns: list[URLPattern] = [
    path("research/", research.research_list, name="research_list"),
    path("research/<uuid:pk>/", research.research_show, name="research_show"),
    path("research/<uuid:pk>/hand-in/", research.research_hand_in, name="research_hand_in"),
    path("research/<uuid:pk>/findings/<uuid:finding>/", research.research_finding, name="research_finding"),
    path(
        "research/<uuid:pk>/findings/<uuid:finding>/drop/",
        research.research_finding_drop,
        name="research_finding_drop",
    ),
    path(
        "research/<uuid:pk>/files/<uuid:finding_file>/drop/",
        research.research_file_drop,
        name="research_file_drop",
    ),
]
