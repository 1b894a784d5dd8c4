from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "conbillet.tickets"
    label = "tickets"
