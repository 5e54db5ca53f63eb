"""Addresses of the guidance floor."""

from django.urls import URLPattern, path, register_converter

from guidance.views import (
    briefing,
    door,
    guide,
    guide_app,
    guide_company,
    guide_video,
    registration,
    regulatory,
    research,
)


class Code:
    """Of a program, country, version or language: nothing else stands in an address of a guide."""

    regex = "[A-Za-z0-9][A-Za-z0-9+-]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Code, "code")

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
    path("guides/", guide.guide_list, name="guide_list"),
    path("guides/worker.js", guide_app.guide_worker, name="guide_worker"),
    path("guides/versions.json", guide_app.guide_versions, name="guide_versions"),
    path("guides/app/<code:lang>/", guide_app.guide_app, name="guide_app"),
    path("guides/app/<code:lang>/app.webmanifest", guide_app.guide_manifest, name="guide_manifest"),
    path(
        "guides/<code:program>/booklet/<code:version>/<code:lang>.pdf",
        guide.guide_booklet,
        name="guide_booklet",
    ),
    path(
        "guides/questions/<uuid:pk>/withdraw/",
        guide_company.guidequestion_withdraw,
        name="guidequestion_withdraw",
    ),
    path(
        "guides/questions/<uuid:pk>/unpublish/",
        guide_company.guidequestion_unpublish,
        name="guidequestion_unpublish",
    ),
    path("guides/videos/<uuid:pk>/", guide_video.guide_video, name="guide_video"),
    path("guides/videos/<uuid:pk>/<code:lang>.vtt", guide_video.guide_captions, name="guide_captions"),
    path("guides/<code:program>/<code:country>/ask/", guide_company.guide_ask, name="guide_ask"),
    path(
        "guides/<code:program>/<code:country>/companies/<uuid:company>/favorite/",
        guide_company.guide_favorite,
        name="guide_favorite",
    ),
    path(
        "guides/<code:program>/<code:country>/companies/<uuid:company>/rate/",
        guide_company.guide_rate,
        name="guide_rate",
    ),
    path(
        "guides/<code:program>/<code:country>/companies/<uuid:company>/consent/",
        guide_company.guide_consent,
        name="guide_consent",
    ),
    path("guides/<code:program>/<code:country>/", guide.guide_show, name="guide_show"),
    path("guides/<code:program>/<code:country>/<int:number>/", guide.guide_edition, name="guide_edition"),
    path("guides/<code:program>/<code:country>/kept/<code:lang>/", guide_app.guide_kept, name="guide_kept"),
    path("briefings/", briefing.briefing_list, name="briefing_list"),
    path("briefings/<uuid:pk>/", briefing.briefing_show, name="briefing_show"),
    path("briefings/<uuid:pk>/calendar.ics", briefing.briefing_calendar, name="briefing_calendar"),
    path("briefings/<uuid:pk>/register/", briefing.briefing_register, name="briefing_register"),
    path("briefings/<uuid:pk>/written/", briefing.briefing_written, name="briefing_written"),
    path(
        "briefings/<uuid:pk>/materials/<uuid:material>/", briefing.briefing_material, name="briefing_material"
    ),
    path("briefings/<uuid:pk>/door/", door.briefing_door, name="briefing_door"),
    path("briefings/<uuid:pk>/door/walk-in/", door.briefing_walk_in, name="briefing_walk_in"),
    path("registrations/<uuid:pk>/cancel/", registration.registration_cancel, name="registration_cancel"),
    path("registrations/mine/<str:token>/", registration.registration_show, name="registration_show"),
    path("registrations/mine/<str:token>/survey/", registration.briefing_survey, name="briefing_survey"),
    path(
        "registrations/mine/<str:token>/materials/<uuid:material>/",
        registration.registration_material,
        name="registration_material",
    ),
    path("rules/", regulatory.regulatory_list, name="regulatory_list"),
    path("rules/raise/", regulatory.regulatory_raise, name="regulatory_raise"),
    path("rules/<uuid:pk>/", regulatory.regulatory_show, name="regulatory_show"),
    path("rules/<uuid:pk>/too/", regulatory.regulatory_too, name="regulatory_too"),
    path("concerns/<uuid:pk>/end/", regulatory.concern_end, name="concern_end"),
]
