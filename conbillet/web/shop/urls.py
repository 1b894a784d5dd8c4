"""Paths of the public shop. Included last: an association's address is whatever no other room has taken."""

from django.conf import settings
from django.urls import path

from .views import event, front, media, theme

app_name = "shop"

urlpatterns = [
    path("", front.front, name="front"),
    path("theme/<slug:organization>.css", theme.accent, name="theme"),
    path("media/<path:name>", media.picture, name="media"),
]

if settings.CONBILLET_DEMO:
    from .views import design

    urlpatterns.append(path("design/", design.gallery, name="design"))

urlpatterns += [
    path("<slug:organization>/", front.organization, name="organization"),
    path("<slug:organization>/<slug:event>/", event.page, name="event"),
    path("<slug:organization>/<slug:event>/calendar.ics", event.calendar, name="calendar"),
]
