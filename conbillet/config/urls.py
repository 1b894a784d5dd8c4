"""Path → room of pages. Fixed words first; an association's address is whatever is left."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("my/", include("conbillet.web.me.urls")),
    path("office/", include("conbillet.web.office.urls")),
]
