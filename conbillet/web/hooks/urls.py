"""Paths of webhooks: what other programs, not people, post to us."""

from django.urls import path

from .views import stripe

app_name = "hooks"

urlpatterns = [
    # With and without the stroke: a redirect would lose the body of a POST.
    path("stripe/", stripe, name="stripe"),
    path("stripe", stripe),
]
