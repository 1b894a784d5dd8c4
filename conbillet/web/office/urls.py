"""Paths of the office: `/office/` chooses an association, `/office/<organization>/…` works for it.

Each line below `<slug:organization>/` is a view made with `web.pages.office_page`, which checks role and second factor.
Other groups of pages add their own lines here.
"""

from django.urls import path

from .views import choose, organization, stripe

app_name = "office"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("start/", choose.start, name="start"),
    path("<slug:organization>/", organization.home, name="home"),
    path("<slug:organization>/settings/", organization.settings, name="settings"),
    path("<slug:organization>/roles/", organization.roles, name="roles"),
    path("<slug:organization>/roles/<int:role>/", organization.role, name="role"),
    path("<slug:organization>/invitations/<int:invitation>/withdraw/", organization.withdraw, name="withdraw_invitation"),
    path("<slug:organization>/payments/", stripe.payments, name="payments"),
    path("<slug:organization>/payments/connect/", stripe.connect, name="connect"),
    path("<slug:organization>/payments/returned/", stripe.returned, name="returned"),
]
