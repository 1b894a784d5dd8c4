"""The design system's app: base templates, components, style sheets and small scripts for all pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "conbillet.web"
    label = "web"
