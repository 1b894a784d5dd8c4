from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "conbillet.certificates"
    label = "certificates"
