"""Wiring of the five apps: settings, URLs, Celery, schedule, local runner."""

from cmbank.celery import app as celery_app

__all__ = ["celery_app"]
