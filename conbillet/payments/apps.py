from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "conbillet.payments"
    label = "payments"
