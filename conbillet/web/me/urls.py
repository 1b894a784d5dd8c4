"""Paths of my pages, `/my/…`. Other groups of pages (orders, tickets) add their own lines here."""

from django.urls import path

from .views import overview

app_name = "me"

urlpatterns = [
    path("", overview.overview, name="overview"),
]
