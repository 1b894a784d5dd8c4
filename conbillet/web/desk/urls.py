"""Paths of the platform's desk, `/desk/…`."""

from django.urls import path

from .views import associations, cases, health

app_name = "desk"

urlpatterns = [
    path("", cases.open_list, name="home"),
    path("cases/closed/", cases.closed_list, name="closed"),
    path("cases/<slug:reference>/", cases.case, name="case"),
    path("health/", health.health, name="health"),
    path("health/retry/<int:job>/", health.retry, name="retry"),
    path("associations/", associations.associations, name="associations"),
]
