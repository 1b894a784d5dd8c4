from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "conbillet.web.desk"
    label = "desk"
