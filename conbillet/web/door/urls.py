"""Paths of the door: `/door/` chooses an event, `/door/<organization>/<event>/…` lets people in."""

from django.urls import path

from .views import checking, choosing, figures, handing, holder, paying, searching

app_name = "door"

urlpatterns = [
    path("", choosing.choose, name="choose"),
    path("<slug:organization>/", choosing.choose, name="events"),
    path("<slug:organization>/<slug:event>/", checking.scan, name="scan"),
    path("<slug:organization>/<slug:event>/check-in/", checking.check_in, name="check_in"),
    path("<slug:organization>/<slug:event>/undo/", checking.undo, name="undo"),
    path("<slug:organization>/<slug:event>/hand-out/", handing.hand_out, name="hand_out"),
    path("<slug:organization>/<slug:event>/search/", searching.search, name="search"),
    path("<slug:organization>/<slug:event>/ticket/<slug:reference>/", holder.holder, name="holder"),
    path("<slug:organization>/<slug:event>/pay/<slug:reference>/", paying.pay, name="pay"),
    path("<slug:organization>/<slug:event>/counters.json", figures.figures, name="counters"),
    path("<slug:organization>/<slug:event>/offline.json", figures.offline, name="offline"),
]
