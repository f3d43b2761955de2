"""All settings, from environment variables; secure unless a variable says otherwise.

Required: SECRET_KEY, FIELD_KEYS, DATABASE_URL. `docs/` and `.env.example` list the others.
`python -m cmbank.local` sets them all for a machine of one's own.
"""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cmbank import environment
from cmbank.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", default=str(BASE_DIR / ".local")))

# --- Security: everything on; INSECURE_HTTP=1 is for the loopback interface of one's own machine ----------
SECRET_KEY = environment.required(
    "SECRET_KEY", "Give it 50 or more random characters, and keep it secret and unchanged."
)
# What was the key before may still open what it closed, as long as it stands here.
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
FIELD_KEYS = environment.field_keys(
    "FIELD_KEYS",
    "Give it NAME:KEY, the key 32 random bytes in base64 (openssl rand -base64 32); when the key changes put"
    " the new one first: NEW:KEY,OLD:KEY. Without it identity data cannot be read.",
)
DEBUG = environment.flag("DEBUG", default=False)
INSECURE_HTTP = environment.flag("INSECURE_HTTP", default=False)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default="127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else environment.number("HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not INSECURE_HTTP
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.flag("BEHIND_TLS_PROXY", default=False):
    # Only behind a proxy that sets this header itself: a client could otherwise claim to be on TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- The house: apps in the order of their dependency, left to right ------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_fsm",
    "pgtrigger",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "managers",
    "ledger",
    "credit",
    "grading",
    "appraisal",
    "cmbank",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cmbank.middleware.ChosenLanguageMiddleware",
    "cmbank.middleware.refuse_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cmbank.middleware.read_grants_once",
    "cmbank.middleware.account_for_changes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "managers.signin.middleware.SessionClock",
    "managers.signin.middleware.Duties",
]
ROOT_URLCONF = "cmbank.urls"
WSGI_APPLICATION = "cmbank.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cmbank.context.shell",
            ]
        },
    }
]

# --- The bank: whose name stands on every paper ---------------------------------------------------------
BANK_NAME = environment.text("BANK_NAME", default="") or _("示范银行")

# --- People ---------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "managers.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "managers.passwords.ThreeKinds"},
    {"NAME": "managers.passwords.NotTheName"},
]
# How long a password holds; 0 for ever. See docs/decisions/0020.
PASSWORD_DAYS = environment.number("PASSWORD_DAYS", default=90)
# Off only for a demonstration: whoever holds a role that decides must have a second factor.
SECOND_FACTOR = environment.flag("SECOND_FACTOR", default=True)
# The idle end is counted by the server; what a page asks by itself does not count as activity.
SESSION_IDLE_SECONDS = environment.number("SESSION_IDLE_SECONDS", default=15 * 60)
# The absolute end, however busy.
SESSION_COOKIE_AGE = environment.number("SESSION_SECONDS", default=8 * 3600)
_lock = f"{environment.number('LOGIN_LOCK_SECONDS', default=15 * 60)}s"
ACCOUNT_ADAPTER = "managers.signin.adapters.AccountAdapter"
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    # A branch shares one address: it gets more tries than an account.
    "login": "120/m/ip",
    "login_failed": f"50/{_lock}/ip,{environment.number('LOGIN_FAILURES', default=5)}/{_lock}/key",
}
# How many proxies of the bank's own each add the address before them to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number(
    "PROXIES", default=1 if environment.flag("BEHIND_TLS_PROXY", default=False) else 0
)
MFA_ADAPTER = "managers.signin.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "cmbank"
# A phone's clock may be one step off.
MFA_TOTP_TOLERANCE = 1
OIDC = environment.single_sign_on()

# --- Language and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
# Dates read 2026-03-31 in both languages, in the admin too.
FORMAT_MODULE_PATH = ["cmbank.formats"]

# --- PostgreSQL: the truth ------------------------------------------------------------------------------
_database = environment.database(
    environment.required("DATABASE_URL", "For instance postgres://USER:PASSWORD@HOST:5432/cmbank")
)
_timeouts = {
    "statement_timeout": environment.number("STATEMENT_TIMEOUT_SECONDS", default=900),
    "lock_timeout": environment.number("LOCK_TIMEOUT_SECONDS", default=10),
    "idle_in_transaction_session_timeout": environment.number("IDLE_TIMEOUT_SECONDS", default=300),
}
_database["OPTIONS"]["options"] = " ".join(f"-c {name}={value}s" for name, value in _timeouts.items())
DATABASES = {
    "default": _database
    | {"CONN_MAX_AGE": environment.number("CONNECTION_SECONDS", default=60), "CONN_HEALTH_CHECKS": True}
}
SESSION_ENGINE = "managers.sessionstore"

# --- Cache: its own instance, never the broker's (a cache evicts, a broker must not) ---------------------
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": environment.text("CACHE_URL", default="redis://127.0.0.1:6379/0"),
        "KEY_PREFIX": "cmbank",
    }
}

# --- Celery: a message is a hint, the truth is a row in PostgreSQL ---------------------------------------
CELERY_BROKER_URL = environment.text("BROKER_URL", default="redis://127.0.0.1:6380/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Four times the longest task: a shorter one runs the same task several times at once.
    "visibility_timeout": 4 * CELERY_TASK_TIME_LIMIT,
    # The default sweep left a killed worker's task lying for over a minute.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- Nights: how long a claim holds without a sign of life, and how much one transaction may look at -------
NIGHT_LEASE_SECONDS = environment.number("NIGHT_LEASE_SECONDS", default=30)
NIGHT_CHUNK_CHANGES = environment.number("NIGHT_CHUNK_CHANGES", default=60_000)
NIGHT_CHUNK_ASSIGNMENTS = environment.number("NIGHT_CHUNK_ASSIGNMENTS", default=250_000)

# --- Mail: who is told what became of the nights; nobody by default, then the log says it -----------------
ALERT_EMAILS = environment.words("ALERT_EMAILS")
# Where people reach the bank, as in https://cmbank.example: begins the links in their e-mails. Without it
# notices are shown in the house only.
SITE_URL = environment.text("SITE_URL", default="")
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", default="cmbank@localhost")
EMAIL_HOST = environment.text("EMAIL_HOST", default="localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", default=25)
EMAIL_HOST_USER = environment.text("EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD", default="")
EMAIL_USE_TLS = environment.flag("EMAIL_TLS", default=False)
# A mail server that does not answer must not hold a message's row for long.
EMAIL_TIMEOUT = 20

# --- Static files, served by the web process -------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = environment.flag("STATIC_FROM_SOURCE", default=False)
_static_root = Path(environment.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else _static_root
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if WHITENOISE_USE_FINDERS
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
MEDIA_ROOT = DATA_DIR / "files"
# What people hand in; nothing here is ever served but through managers.views.files.
UPLOAD_DIR = DATA_DIR / "uploads"

# --- Audit: where the heads of sealed days are exported to, and the role that may not alter what was kept --
AUDIT_DIR = DATA_DIR / "audit"
DB_APP_ROLE = environment.text("DB_APP_ROLE", default="cmbank_app")

# --- REST -----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "managers.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # OPTIONS would describe forms, and there are none.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_RATES": {"token": environment.text("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "managers.rest.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("客户经理考核数据接口"),
    "DESCRIPTION": _("只读。凭登录会话或 Bearer 令牌访问；金额为文本，日期为 ISO 8601。"),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Docstrings are for those who read the code.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "ENUM_NAME_OVERRIDES": {
        "AppraisalState": "appraisal.models.State",
        "FigureState": "ledger.api.STATES",
        "NodeOutcome": "grading.api.NODES",
        "StandardOutcome": "grading.api.STANDARDS",
        "VerdictOutcome": "grading.api.OUTCOMES",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "filter": True},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "managers.rest.openapi.document_problems",
    ],
}

# --- Log: one line an event on stderr -------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
