from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "conbillet.web.shop"
    label = "shop"
