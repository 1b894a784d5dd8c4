"""Settings of the house.

Whatever differs between two installations is read from the environment here, and nowhere else; `bin/conbillet doctor`
explains each. Production and demo run the same settings: the demo only points at its own fakes.
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import env

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CONBILLET_DATA = Path(env.text("CONBILLET_DATA", str(CHECKOUT / "var"))).resolve()
CONBILLET_KEYS = Path(env.text("CONBILLET_KEYS", str(CONBILLET_DATA / "keys"))).resolve()
# The texts of the policy and of the terms of sale; read, checked and published by `conbillet.consents`.
CONBILLET_POLICY = CHECKOUT / "policy"
CONBILLET_DEMO = env.flag("CONBILLET_DEMO")
CONBILLET_BASE_URL = env.text("CONBILLET_BASE_URL", "http://localhost:8000").rstrip("/")
CONBILLET_LIVE_URL = env.text("CONBILLET_LIVE_URL", "http://localhost:8001").rstrip("/")
CONBILLET_MAIL_CATCHER_URL = env.text("CONBILLET_MAIL_CATCHER_URL", "")
CONBILLET_OPERATOR = {
    "name": env.text("CONBILLET_OPERATOR_NAME", "Noctem Solutions (ConBillet)"),
    "email": env.text("CONBILLET_OPERATOR_EMAIL", "hej@conbillet.example"),
    "address": env.text("CONBILLET_OPERATOR_ADDRESS", ""),
    "cvr": env.text("CONBILLET_OPERATOR_CVR", ""),
}
CONBILLET_SUPERVISORY_AUTHORITY = "Datatilsynet, Carl Jacobsens Vej 35, 2500 Valby, +45 33 19 32 00, dt@datatilsynet.dk"

# Commands that serve nobody (lint, collectstatic) may run without a key; `bin/conbillet` makes one, and the web server
# refuses to start with this one (`config/wsgi.py`), since everybody knows it.
KNOWN_KEY = "no-server-runs-with-this-key"
SECRET_KEY = env.text("CONBILLET_SECRET_KEY", "") or KNOWN_KEY
DEBUG = False
ALLOWED_HOSTS = env.words("CONBILLET_HOSTS", "localhost,127.0.0.1,[::1]")
SECURE = CONBILLET_BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "conbillet.web",
    "conbillet.web.shop",
    "conbillet.web.me",
    "conbillet.web.office",
    "conbillet.web.door",
    "conbillet.web.desk",
    "conbillet.web.hooks",
    "conbillet.web.site",
    "conbillet.workflows",
    "conbillet.support",
    "conbillet.privacy",
    "conbillet.statistics",
    "conbillet.newsletters",
    "conbillet.tickets",
    "conbillet.sales",
    "conbillet.usage",
    "conbillet.catalogue",
    "conbillet.payments",
    "conbillet.memberships",
    "conbillet.certificates",
    "conbillet.consents",
    "conbillet.mail",
    "conbillet.organizations",
    "conbillet.accounts",
    "conbillet.core",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "conbillet.web.csp.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "conbillet.web.middleware.LanguageMiddleware",
    "conbillet.web.middleware.AddressMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "conbillet.web.middleware.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "conbillet.config.urls"
WSGI_APPLICATION = "conbillet.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conbillet.web.context.house",
            ],
            "builtins": [
                "conbillet.web.templatetags.conbillet",
                "django.templatetags.i18n",
                "conbillet.web.templatetags.known_texts",
                "conbillet.web.templatetags.addresses",
            ],
        },
    }
]
FORM_RENDERER = "conbillet.web.form_renderer.QuickRenderer"

# --- Database: PostgreSQL only. The web and the workers connect as the role `app`; migrations as the owner. -------------
DATABASES = {
    "default": {
        **env.database(env.text("DATABASE_URL", "postgresql://conbillet_app@/conbillet?host=/nonexistent")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
CONBILLET_DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["conbillet.accounts.backend.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "conbillet.accounts.password_rules.NotLikeYourself"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "conbillet.accounts.password_rules.NotFromABreach"},
    {"NAME": "conbillet.accounts.password_rules.NotAWordOfThisPlace"},
    {"NAME": "conbillet.organizations.password_rules.NotAnAssociation"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/my/"
LOGOUT_REDIRECT_URL = "/"
# Signing up, codes and e-mail addresses are our own pages (`web/me/views/sign_in.py`); allauth does the rest. Its own
# limits count in the cache of one process, so they are off: ours count in PostgreSQL (`core/rate_limits.py`).
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "conbillet.web.me.adapters.AccountAdapter"
MFA_ADAPTER = "conbillet.web.me.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "conbillet.web.me.forms.SecondFactorForm",
    "reauthenticate": "conbillet.web.me.forms.ConfirmSecondFactorForm",
    "activate_totp": "conbillet.web.me.forms.ActivateTOTPForm",
    "add_webauthn": "conbillet.web.me.forms.AddPasskeyForm",
    "edit_webauthn": "conbillet.web.me.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are our own: allauth keeps them readable
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False
MFA_REAUTHENTICATION_REQUIRED = False  # `web/me/fresh.py` asks, on every page that needs it
MFA_TOTP_ISSUER = "ConBillet"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False

# --- Cookies: three in all (login, consent, support), and none before it is needed ------------------------------------------
SESSION_ENGINE = "conbillet.web.sessions"
SESSION_COOKIE_NAME = "__Host-login" if SECURE else "login"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "conbillet.web.site.views.errors.forged"
CSRF_COOKIE_SECURE = SECURE
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONSENT_COOKIE_NAME = "__Host-consent" if SECURE else "consent"
SUPPORT_COOKIE_NAME = "__Host-support" if SECURE else "support"

# --- Headers -------------------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("CONBILLET_BEHIND_PROXY") else None
# Only with a proxy that says which scheme the visitor used can a page know that it was asked for without encryption. What
# machines ask for (health, hooks) is answered as it is: a redirect would hide that something was sent in the clear.
SECURE_SSL_REDIRECT = SECURE and SECURE_PROXY_SSL_HEADER is not None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^hooks/"]
CSRF_TRUSTED_ORIGINS = [CONBILLET_BASE_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF, CONBILLET_LIVE_URL],
        # Where our forms may lead by a redirect: paying, and an association's own account at Stripe.
        "form-action": [
            SELF,
            env.text("CONBILLET_STRIPE_CHECKOUT_ORIGIN", "https://checkout.stripe.com"),
            env.text("CONBILLET_STRIPE_CONNECT_ORIGIN", "https://connect.stripe.com"),
        ],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # No script of ours makes markup from text, so none may make a policy that would allow it.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
    }
}

# Proxies whose word about the visitor's address is taken: addresses or networks, and `cloudflare` for CloudFlare's own.
CONBILLET_TRUSTED_PROXIES = env.words("CONBILLET_TRUSTED_PROXIES")

# --- Payments --------------------------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env.text("CONBILLET_STRIPE_SECRET_KEY", "")
STRIPE_API_BASE = env.text("CONBILLET_STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_WEBHOOK_SECRETS = env.words("CONBILLET_STRIPE_WEBHOOK_SECRETS")
STRIPE_TIMEOUT_SECONDS = env.number("CONBILLET_STRIPE_TIMEOUT", 20)
CONBILLET_HOLD_MINUTES = env.number("CONBILLET_HOLD_MINUTES", 20)
CONBILLET_HOLDS_PER_NETWORK = env.number("CONBILLET_HOLDS_PER_NETWORK", 160)  # things put in carts in ten minutes

# --- Mail ------------------------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = env.text("CONBILLET_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("CONBILLET_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("CONBILLET_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("CONBILLET_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("CONBILLET_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("CONBILLET_SMTP_STARTTLS")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("CONBILLET_MAIL_FROM", "ConBillet <billet@conbillet.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Newsletters leave at this pace, mails a second over all issues together; 0 for as fast as the mail server takes them.
CONBILLET_NEWS_RATE = env.number("CONBILLET_NEWS_RATE", 20)
# What people write to us comes in through a mailbox (IMAP over TLS), or a pipe (`bin/conbillet mail receive`).
CONBILLET_INBOX_ADDRESS = env.text("CONBILLET_INBOX_ADDRESS", CONBILLET_OPERATOR["email"])
CONBILLET_INBOX_PLUS = env.flag("CONBILLET_INBOX_PLUS")  # its server delivers hej+anything@ to hej@
CONBILLET_IMAP = {
    "host": env.text("CONBILLET_IMAP_HOST", ""),
    "port": env.number("CONBILLET_IMAP_PORT", 993),
    "user": env.text("CONBILLET_IMAP_USER", ""),
    "password": env.text("CONBILLET_IMAP_PASSWORD", ""),
    "folder": env.text("CONBILLET_IMAP_FOLDER", "INBOX"),
    "security": env.text("CONBILLET_IMAP_SECURITY", "tls"),
    "ca_file": env.text("CONBILLET_IMAP_CA_FILE", ""),
    "keep": env.flag("CONBILLET_IMAP_KEEP"),  # leave mails there, as read, after they have become cases
}

# --- Backups (docs/backups.md): encrypted before they leave; the keys of persons in a place of the operator's own ------------
CONBILLET_BACKUP = {
    "repository": env.text("CONBILLET_BACKUP_REPOSITORY", ""),
    "keys_repository": env.text("CONBILLET_BACKUP_KEYS_REPOSITORY", ""),
    "access_key": env.text("CONBILLET_BACKUP_ACCESS_KEY", ""),
    "secret_key": env.text("CONBILLET_BACKUP_SECRET_KEY", ""),
    "ca_file": env.text("CONBILLET_BACKUP_CA_FILE", ""),
    "age_recipient": env.text("CONBILLET_BACKUP_AGE_RECIPIENT", ""),
    "database_url": env.text("CONBILLET_BACKUP_DATABASE_URL", ""),  # who may replicate; else the owner
    "spool": env.text("CONBILLET_BACKUP_SPOOL", ""),
}

# --- Languages and time -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
USE_THOUSAND_SEPARATOR = False

# --- Files -----------------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CONBILLET_DATA / "static"
MEDIA_ROOT = CONBILLET_DATA / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.text("CONBILLET_STATIC_STORAGE", "conbillet.web.storage.HashedStaticFiles")},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}}}

# --- Jobs: procrastinate enqueues on Django's own connection, so a rollback drops the job ------------------------------
PROCRASTINATE_IMPORT_PATHS = ["conbillet.config.jobs", "conbillet.config.schedule"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "_no_tasks_outside_config"

# --- Logs carry no personal data: no query parameters, no addresses, no request bodies -----------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "conbillet.core.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {"no_personal_data": {"()": "conbillet.core.logs.NoPersonalData"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_personal_data"]},
    },
    "root": {"handlers": ["stderr"], "level": env.text("CONBILLET_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "conbillet": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # The SDK tells at INFO and DEBUG what it sends, the buyer's address included.
        "stripe": {"level": "WARNING"},
    },
}
# W021, preloading: a list that is built into browsers binds a whole domain for years; that is for its owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
