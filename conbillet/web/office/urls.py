"""Paths of the office: `/office/` chooses an association, `/office/<organization>/…` works for it.

Each line below `<slug:organization>/` is a view made with `web.pages.office_page`, which checks role and second factor.
Other groups of pages add their own lines here.
"""

from django.urls import path

from .views import choose, events, organization, products, quotas, stripe

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
    path("<slug:organization>/events/", events.events, name="events"),
    path("<slug:organization>/events/new/", events.new, name="new_event"),
    path("<slug:organization>/events/<slug:event>/", events.overview, name="event"),
    path("<slug:organization>/events/<slug:event>/edit/", events.edit, name="edit_event"),
    path("<slug:organization>/events/<slug:event>/picture/", events.picture, name="event_picture"),
    path("<slug:organization>/events/<slug:event>/copy/", events.copy, name="copy_event"),
    path("<slug:organization>/events/<slug:event>/preview/", events.preview, name="preview_event"),
    path("<slug:organization>/events/<slug:event>/state/<slug:do>/", events.state, name="event_state"),
    path("<slug:organization>/events/<slug:event>/products/add/<slug:kind>/", products.add, name="add_product"),
    path("<slug:organization>/events/<slug:event>/products/<int:product>/", products.edit, name="product"),
    path("<slug:organization>/events/<slug:event>/products/<int:product>/withdraw/", products.withdraw, name="withdraw_product"),
    path("<slug:organization>/events/<slug:event>/products/<int:product>/move/", products.move, name="move_product"),
    path("<slug:organization>/events/<slug:event>/quotas/add/", quotas.add, name="add_quota"),
    path("<slug:organization>/events/<slug:event>/quotas/<int:quota>/", quotas.edit, name="quota"),
    path("<slug:organization>/events/<slug:event>/quotas/<int:quota>/remove/", quotas.remove, name="remove_quota"),
]
