"""Paths of the public shop. Those of a sale stand first: each address that is tried before costs them time."""

from django.conf import settings
from django.urls import path, register_converter

from .addresses import AssociationConverter, EventConverter
from .views import cart, checkout, event, front, media, order, statistics, theme, ticket

register_converter(AssociationConverter, "association")
register_converter(EventConverter, "event")

app_name = "shop"

urlpatterns = [
    path("<association:organization>/<event:event>/", event.page, name="event"),
    path("<association:organization>/<event:event>/cart/", cart.cart, name="add_to_cart"),
    path("<association:organization>/<event:event>/checkout/", checkout.checkout, name="checkout"),
    path("order/<str:reference>/<str:access_key>/", order.order, name="order"),
    path("order/<str:reference>/<str:access_key>/state.json", order.state, name="order_state"),
    path("<association:organization>/<event:event>/calendar.ics", event.calendar, name="calendar"),
    path("<association:organization>/", front.organization, name="organization"),
    path("<association:organization>/statistics/", statistics.statistics, name="statistics"),
    path("", front.front, name="front"),
    path("theme/<slug:organization>.css", theme.accent, name="theme"),
    path("media/<path:name>", media.picture, name="media"),
]

if settings.CONBILLET_DEMO:
    from .views import design

    urlpatterns.append(path("design/", design.gallery, name="design"))

urlpatterns += [
    path("order/<str:reference>/<str:access_key>/pay/", order.start_payment, name="pay"),
    path("order/<str:reference>/<str:access_key>/leave/", order.leave, name="leave_order"),
    path("order/<str:reference>/<str:access_key>/email/", order.mend, name="mend_email"),
    path("order/<str:reference>/<str:access_key>/resend/", order.resend, name="resend"),
    path("order/<str:reference>/<str:access_key>/tickets.pdf", order.tickets, name="tickets_pdf"),
    path("order/<str:reference>/<str:access_key>/receipt-<int:number>.pdf", order.receipt, name="receipt_pdf"),
    path("ticket/<str:reference>/<str:access_key>/", ticket.one, name="ticket"),
    path("tickets/<str:order_reference>/<str:claim_key>/", ticket.of_person, name="participant"),
]
