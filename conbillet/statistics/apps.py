"""The room of statistics without individuals."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "conbillet.statistics"
    label = "statistics"
    default_auto_field = "django.db.models.BigAutoField"
