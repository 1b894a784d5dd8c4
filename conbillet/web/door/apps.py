from django.apps import AppConfig


class DoorConfig(AppConfig):
    name = "conbillet.web.door"
    label = "door"
