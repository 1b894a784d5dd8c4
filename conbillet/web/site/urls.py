"""Paths about the site itself. Included before the shop, whose addresses are whatever is left."""

from django.urls import path

from .views import cases, chat, chat_help, cookies, help, machines, newsletter, package, policy, reminders

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
    path("help/no-reminders/<str:token>/", reminders.no_reminders, name="no_reminders"),
    path("help/find-order/", help.find_order, name="find_order"),
    path("help/package/", package.package, name="package_code"),
    path("help/case/<slug:reference>/<slug:key>/", cases.case, name="case"),
    path("support/", chat.begin, name="chat_begin"),
    path("support/with/<slug:slug>/", chat.begin, name="chat_with"),
    path("order/<str:reference>/<str:access_key>/support/", chat.about_order, name="chat_about_order"),
    path("support/<slug:reference>/", chat.chat, name="chat"),
    path("support/<slug:reference>/news/", chat.news, name="chat_news"),
    path("support/<slug:reference>/typing/", chat.typing, name="chat_typing"),
    path("support/<slug:reference>/address/", chat.leave_address, name="chat_address"),
    path("support/<slug:reference>/end/", chat.end, name="chat_end"),
    path("support/<slug:reference>/rating/", chat.rate, name="chat_rate"),
    path("support/<slug:reference>/delete/", chat.delete, name="chat_delete"),
    path("support/<slug:reference>/order/", chat_help.order, name="chat_order"),
    path("support/<slug:reference>/resend/", chat_help.resend, name="chat_resend"),
    path("support/<slug:reference>/name/", chat_help.rename, name="chat_rename"),
    path("support/<slug:reference>/cancel/", chat_help.cancel, name="chat_cancel"),
    path("support/<slug:reference>/files/<slug:file>/", chat.file, name="chat_file"),
    path(".well-known/security.txt", machines.security_txt),
    path("robots.txt", machines.robots_txt),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    path("favicon.svg", machines.favicon),
    path("favicon.ico", machines.favicon),
    path("healthz", machines.healthz),
    path("readyz", machines.readyz),
]
