"""As `django-admin startproject` makes them, as far as they matter here."""

from pathlib import Path

SECRET_KEY = "for this run alone"
DEBUG = False
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "site_of_interop.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(__file__).parent / "db.sqlite3",
    }
}

from .oidc_settings import *  # noqa: E402, F403
