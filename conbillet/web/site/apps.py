from django.apps import AppConfig


class SitePagesConfig(AppConfig):
    name = "conbillet.web.site"
    label = "site_pages"
