"""Paths of the office: `/office/` chooses an association, `/office/<organization>/…` works for it.

Each line below `<slug:organization>/` is a view made with `web.pages.office_page`, which checks role and second factor.
Other groups of pages add their own lines here.
"""

from django.urls import path

from .views import choose

app_name = "office"

urlpatterns = [
    path("", choose.choose, name="choose"),
]
