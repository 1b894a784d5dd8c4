"""Paths of my pages, `/my/…`. Other groups of pages (orders, tickets) add their own lines here."""

from django.urls import path

from .views import certificates, consents, data, deletion, memberships, orders, overview, profile, security, tickets

app_name = "me"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<str:reference>/", orders.order, name="order"),
    path("memberships/", memberships.memberships, name="memberships"),
    path("memberships/<int:member>/municipality/", memberships.municipality, name="choose_municipality"),
    path("memberships/<int:member>/leave/", memberships.leave, name="leave_membership"),
    path("profile/", profile.profile, name="profile"),
    path("security/", security.security, name="security"),
    path("security/elsewhere/", security.log_out_elsewhere, name="log_out_elsewhere"),
    path("security/devices/<int:device>/", security.log_out_device, name="log_out_device"),
    path("find-orders/", security.find_orders, name="find_orders"),
    path("data/", data.my_data, name="data"),
    path("data/package/", data.order_package, name="order_package"),
    path("data/package/<str:reference>/state.json", data.package_state, name="package_state"),
    path("data/package/<str:reference>/", data.package, name="package"),
    path("data/correct/", data.correct, name="correct"),
    path("data/correct/<slug:slug>/", data.correct, name="correct_at"),
    path("data/delete/", deletion.delete, name="delete"),
    path("erased/<str:reference>/<str:access_key>/", deletion.erased, name="erased"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("consents/", consents.consents, name="consents"),
]
