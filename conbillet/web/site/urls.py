"""Paths about the site itself. Included before the shop, whose addresses are whatever is left."""

from django.urls import path

from .views import cases, cookies, help, machines, newsletter, policy

app_name = "site"

urlpatterns = [
    path("policy/", policy.policy, name="policy"),
    path("policy.json", policy.policy_json, name="policy_json"),
    path("policy/terms/", policy.terms, name="terms"),
    path("policy/terms/<slug:day>/", policy.terms, name="terms_of"),
    path("policy/cookies/", cookies.cookies, name="cookies"),
    path("policy/changes/", policy.changes, name="changes"),
    path("policy/<slug:day>/", policy.archived, name="policy_of"),
    path("newsletter/", newsletter.newsletter, name="newsletter"),
    path("newsletter/<slug:reference>/<slug:key>/", newsletter.answer, name="newsletter_answer"),
    path("help/", help.help, name="help"),
    path("help/find-order/", help.find_order, name="find_order"),
    path("help/case/<slug:reference>/<slug:key>/", cases.case, name="case"),
    path(".well-known/security.txt", machines.security_txt),
    path("robots.txt", machines.robots_txt),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    path("favicon.svg", machines.favicon),
    path("favicon.ico", machines.favicon),
    path("healthz", machines.healthz),
    path("readyz", machines.readyz),
]
