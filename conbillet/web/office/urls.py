"""Paths of the office: `/office/` chooses an association, `/office/<organization>/…` works for it.

Each line below `<slug:organization>/` is a view made with `web.pages.office_page`, which checks role and second factor.
Other groups of pages add their own lines here.
"""

from django.urls import path

from .views import (
    agreement,
    attendees,
    certificates,
    choose,
    dashboard,
    event_refunds,
    events,
    order_actions,
    orders,
    organization,
    products,
    quotas,
    receipts,
    refunds,
    stripe,
    transfers,
)

app_name = "office"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("start/", choose.start, name="start"),
    path("<slug:organization>/", dashboard.home, name="home"),
    path("<slug:organization>/settings/", organization.settings, name="settings"),
    path("<slug:organization>/agreement/", agreement.agreement, name="agreement"),
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
    path("<slug:organization>/events/<slug:event>/refunds/", event_refunds.event_refunds, name="event_refunds"),
    path("<slug:organization>/events/<slug:event>/attendees/", attendees.attendees, name="attendees"),
    path("<slug:organization>/events/<slug:event>/attendees.csv", attendees.export, {"form": "csv"}, name="attendees_csv"),
    path("<slug:organization>/events/<slug:event>/attendees.xlsx", attendees.export, {"form": "xlsx"}, name="attendees_xlsx"),
    path("<slug:organization>/events/<slug:event>/figures/", dashboard.figures, name="figures"),
    path("<slug:organization>/orders/", orders.orders, name="orders"),
    path("<slug:organization>/orders/<slug:reference>/", orders.order, name="order"),
    path("<slug:organization>/orders/<slug:reference>/resend/", order_actions.resend, name="resend_order"),
    path("<slug:organization>/orders/<slug:reference>/email/", order_actions.email, name="replace_email"),
    path("<slug:organization>/orders/<slug:reference>/people/<int:person>/", order_actions.name, name="correct_name"),
    path("<slug:organization>/orders/<slug:reference>/cancel/", order_actions.cancel, name="cancel_order"),
    path("<slug:organization>/orders/<slug:reference>/received/", order_actions.received, name="received"),
    path("<slug:organization>/orders/<slug:reference>/refund/", refunds.refund, name="refund"),
    path("<slug:organization>/orders/<slug:reference>/refunds/<int:refund>/repeat/", order_actions.repeat, name="repeat_refund"),
    path("<slug:organization>/certificates/", certificates.certificates, name="certificates"),
    path("<slug:organization>/certificates/<slug:reference>/", certificates.certificate, name="certificate"),
    path("<slug:organization>/certificates/<slug:reference>/outcome/", certificates.settle, name="settle_certificate"),
    path("<slug:organization>/transfers/", transfers.transfers, name="transfers"),
    path("<slug:organization>/transfers/confirm/", transfers.confirm, name="confirm_transfers"),
    path("<slug:organization>/receipts/", receipts.receipts, name="receipts"),
    path("<slug:organization>/receipts/<int:number>.pdf", receipts.receipt, name="receipt"),
    path("<slug:organization>/receipts/journal-<int:year>.csv", receipts.journal, name="journal"),
]
