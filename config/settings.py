"""Settings. Production is told everything by the environment (docs/operations.md); the embedded default needs nothing."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import django_stubs_ext
import environ
import pghistory
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ground.antivirus import BadAddress, require_address

django_stubs_ext.monkeypatch()

# A third of a start would go into looking for garbage among what stays anyway; config.apps switches it on again.
gc.disable()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

if env("NARU_ENV", default="") not in {"", "production"}:
    raise ImproperlyConfigured('NARU_ENV is "production" or left out (a trial on this machine).')
IS_PRODUCTION = env("NARU_ENV", default="") == "production"
IS_EMBEDDED = env.bool("NARU_EMBEDDED", default=False)
IS_DEMONSTRATION = env.bool("NARU_DEMO", default=False)
DATA_DIR = Path(env("NARU_DATA", default=str(BASE_DIR / ".naru")))
EMBEDDED_SECRET = "embedded-only-never-in-production-0123456789-abcdefghijklmnop"  # noqa: S105

THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]", "testserver"]

DEBUG = False
SECRET_KEY = env("NARU_SECRET_KEY", default="" if IS_PRODUCTION else EMBEDDED_SECRET)
SECRET_KEY_FALLBACKS = env.list("NARU_OLD_SECRET_KEYS", default=[])
ALLOWED_HOSTS = env.list("NARU_HOSTS", default=[] if IS_PRODUCTION else THIS_MACHINE)
NARU_PORT = env.int("NARU_PORT", default=8000)
NARU_ADDRESS = env("NARU_ADDRESS", default=f"http://127.0.0.1:{NARU_PORT}")

if IS_PRODUCTION:
    if not SECRET_KEY or SECRET_KEY == EMBEDDED_SECRET or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("NARU_SECRET_KEY must be a secret of your own of at least 50 characters.")
    if IS_EMBEDDED or not env("DATABASE_URL", default="") or not env("BROKER_URL", default=""):
        raise ImproperlyConfigured(
            "Production needs DATABASE_URL and BROKER_URL of real servers; the embedded ones are for trials only."
        )
    if IS_DEMONSTRATION:
        raise ImproperlyConfigured("NARU_DEMO and NARU_ENV=production exclude each other.")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("NARU_HOSTS must name the hosts that this installation answers for.")
elif SECRET_KEY == EMBEDDED_SECRET and not set(ALLOWED_HOSTS) <= set(THIS_MACHINE):
    raise ImproperlyConfigured(
        "NARU_HOSTS names other hosts than this machine: set NARU_SECRET_KEY, or NARU_ENV=production (docs/operations.md)."
    )

# Proxies of our own in front: how many entries of X-Forwarded-For are theirs (config/tracing.py).
NARU_PROXIES = env.int("NARU_PROXIES", default=1 if IS_PRODUCTION else 0)

# Database: the web and the worker are plain; the owner migrates.
NARU_DB_ROLE = env("NARU_DB_ROLE", default="web")
NARU_WEB_ROLE = env("NARU_WEB_ROLE", default="naru_web")
_url = (
    "DATABASE_OWNER_URL" if NARU_DB_ROLE == "owner" and "DATABASE_OWNER_URL" in os.environ else "DATABASE_URL"
)
DATABASES = {"default": env.db_url(_url, default="postgres://naru_web@/naru")}
DATABASES["default"]["ENGINE"] = "ground.postgres"
DATABASES["default"]["CONN_MAX_AGE"] = 600  # a new one has forgotten every table and every planned question
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["TEST"] = {"NAME": env("NARU_TEST_DB", default="test_naru")}
if env.bool("NARU_DB_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 4, "timeout": 5}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery carries event ids, nothing else; nothing is lost without it (ground/outbox.py).
CELERY_BROKER_URL = env("BROKER_URL", default="redis://127.0.0.1:6379/0")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "config.apps.NaruAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "import_export",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
    "ground.apps.GroundConfig",
    "accounts.apps.AccountsConfig",
    "companies.apps.CompaniesConfig",
    "programs.apps.ProgramsConfig",
    "guidance.apps.GuidanceConfig",
    "reports.apps.ReportsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SessionActivity",
    "config.tracing.RequestLog",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.history",
    "config.middleware.AccessMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "ground.drawing.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "ground.fixed.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sessions.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
MFA_ADAPTER = "config.accounts.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"reset_password_from_key": "accounts.doors.NewPasswordForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupNameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Naru"
USERSESSIONS_TRACK_ACTIVITY = True
NARU_STAFF_MFA = env.bool("NARU_STAFF_MFA", default=not IS_DEMONSTRATION)
if IS_PRODUCTION and not NARU_STAFF_MFA:
    raise ImproperlyConfigured("NARU_STAFF_MFA=0 and NARU_ENV=production exclude each other.")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_SAVE_EVERY_REQUEST = False
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "ground_login_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Languages and time
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Asia/Seoul"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Files
STATIC_URL = "static/"
STATIC_ROOT = Path(env("NARU_STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": env("NARU_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json(
            "NARU_STORAGE_OPTIONS",
            default={
                "location": str(DATA_DIR / "files"),
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        ),
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# Mail: writing one is writing an outbox row; the worker sends through NARU_MAIL_TRANSPORT.
EMAIL_BACKEND = "ground.mail.OutboxBackend"
NARU_MAILBOX = DATA_DIR / "mailbox"
_mail = env("NARU_MAIL_URL", default="")
if _mail:
    NARU_MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    globals().update(
        {key: value for key, value in env.email_url_config(_mail).items() if key != "EMAIL_BACKEND"}
    )
elif IS_PRODUCTION:
    raise ImproperlyConfigured(
        "NARU_MAIL_URL must name the mail server, for example smtp+tls://user:key@host:587."
    )
else:
    NARU_MAIL_TRANSPORT = "ground.mailbox.FolderBackend"
DEFAULT_FROM_EMAIL = env("NARU_MAIL_FROM", default="나루 Naru <no-reply@naru.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Public services
NARU_TAX_OFFICE_URL = env("NARU_TAX_OFFICE_URL", default="https://api.odcloud.kr/api/nts-businessman/v1")
NARU_TAX_OFFICE_KEY = env("NARU_TAX_OFFICE_KEY", default="")
NARU_EXIM_BANK_URL = env(
    "NARU_EXIM_BANK_URL", default="https://oapi.koreaexim.go.kr/site/program/financial/exchangeJSON"
)
NARU_EXIM_BANK_KEY = env("NARU_EXIM_BANK_KEY", default="")
NARU_CUSTOMS_RATES_URL = env(
    "NARU_CUSTOMS_RATES_URL",
    default="https://apis.data.go.kr/1220000/retrieveTrifFxrtInfo/getRetrieveTrifFxrtInfo",
)
NARU_CUSTOMS_RATES_KEY = env("NARU_CUSTOMS_RATES_KEY", default="")

# The antivirus scanner that files in quarantine wait for; without one they pass as "not scanned".
NARU_CLAMD = env("NARU_CLAMD", default="")
if NARU_CLAMD:
    try:
        require_address(NARU_CLAMD)
    except BadAddress:
        raise ImproperlyConfigured(
            "NARU_CLAMD must name the scanner: tcp://host:3310 or unix:/run/clamav/clamd.ctl."
        ) from None

# Appearance
NARU_OPERATOR_IS_PUBLIC_BODY = env.bool("NARU_OPERATOR_IS_PUBLIC_BODY", default=False)

# Browser's side
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if IS_PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("NARU_ORIGINS", default=[])
SILENCED_SYSTEM_CHECKS: list[str] = []

# History
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "naru_now()"
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()

# Import and export
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True

# Logs
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
        }
    },
    "filters": {"without_paths": {"()": "config.tracing.WithoutPaths"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_paths"]}
    },
    "root": {"handlers": ["console"], "level": env("NARU_LOG_LEVEL", default="WARNING")},
}
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # only a UUID gets there (config/tracing.py)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

SITE_NAME = _("Naru")
