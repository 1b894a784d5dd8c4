"""Paths of the public shop. Included last: an association's address is whatever no other room has taken."""

from django.conf import settings
from django.urls import path

from .views import cart, checkout, event, front, media, order, theme, ticket

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
    path("order/<str:reference>/<str:access_key>/", order.order, name="order"),
    path("order/<str:reference>/<str:access_key>/state.json", order.state, name="order_state"),
    path("order/<str:reference>/<str:access_key>/pay/", order.start_payment, name="pay"),
    path("order/<str:reference>/<str:access_key>/leave/", order.leave, name="leave_order"),
    path("order/<str:reference>/<str:access_key>/email/", order.mend, name="mend_email"),
    path("order/<str:reference>/<str:access_key>/resend/", order.resend, name="resend"),
    path("order/<str:reference>/<str:access_key>/tickets.pdf", order.tickets, name="tickets_pdf"),
    path("order/<str:reference>/<str:access_key>/receipt-<int:number>.pdf", order.receipt, name="receipt_pdf"),
    path("ticket/<str:reference>/<str:access_key>/", ticket.one, name="ticket"),
    path("tickets/<str:order_reference>/<str:claim_key>/", ticket.of_person, name="participant"),
    path("<slug:organization>/", front.organization, name="organization"),
    path("<slug:organization>/<slug:event>/", event.page, name="event"),
    path("<slug:organization>/<slug:event>/calendar.ics", event.calendar, name="calendar"),
    path("<slug:organization>/<slug:event>/cart/", cart.cart, name="add_to_cart"),
    path("<slug:organization>/<slug:event>/checkout/", checkout.checkout, name="checkout"),
]
