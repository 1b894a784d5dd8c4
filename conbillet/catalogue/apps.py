from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "conbillet.catalogue"
    label = "catalogue"
