"""Paths of the platform's desk, `/desk/…`."""

from django.urls import path

from .views import associations, authorities, breaches, cases, chat, health, log, looking_up, retention, rights, use

app_name = "desk"

urlpatterns = [
    path("", cases.open_list, name="home"),
    path("cases/closed/", cases.closed_list, name="closed"),
    path("cases/<slug:reference>/", cases.case, name="case"),
    path("cases/<slug:reference>/files/<slug:file>/", cases.file, name="case_file"),
    path("cases/<slug:reference>/sort/", rights.sort, name="case_sort"),
    path("cases/<slug:reference>/prove/", rights.prove, name="case_prove"),
    path("cases/<slug:reference>/identity/", rights.vouch, name="case_vouch"),
    path("cases/<slug:reference>/more-time/", rights.more_time, name="case_time"),
    path("cases/<slug:reference>/deletion/", rights.deletion, name="case_deletion"),
    path("cases/<slug:reference>/limit/", rights.limit, name="case_limit"),
    path("cases/<slug:reference>/limit/<int:limit>/lift/", rights.lift, name="case_lift"),
    path("cases/<slug:reference>/insight/", rights.insight, name="case_insight"),
    path("chat/", chat.queue, name="chats"),
    path("chat/past/", chat.past, name="past_chats"),
    path("chat/answers/", chat.answers, name="chat_answers"),
    path("chat/here/", chat.here, name="chat_here"),
    path("chat/<slug:reference>/", chat.conversation, name="chat"),
    path("chat/<slug:reference>/news/", chat.news, name="chat_news"),
    path("chat/<slug:reference>/typing/", chat.typing, name="chat_typing"),
    path("chat/<slug:reference>/case/", chat.case, name="chat_case"),
    path("chat/<slug:reference>/files/<slug:file>/", chat.file, name="chat_file"),
    path("authorities/", authorities.authorities, name="authorities"),
    path("authorities/new/", authorities.new, name="authority_new"),
    path("authorities/<slug:reference>/", authorities.authority, name="authority"),
    path("authorities/<slug:reference>/decision/", authorities.decide, name="authority_decide"),
    path("authorities/<slug:reference>/end/", authorities.end, name="authority_end"),
    path("authorities/<slug:reference>/package/", authorities.package, name="authority_package"),
    path("breaches/", breaches.breaches, name="breaches"),
    path("breaches/new/", breaches.new, name="breach_new"),
    path("breaches/<slug:reference>/", breaches.breach, name="breach"),
    path("breaches/<slug:reference>/report.pdf", breaches.report, {"form": "pdf"}, name="breach_pdf"),
    path("breaches/<slug:reference>/report.txt", breaches.report, {"form": "txt"}, name="breach_text"),
    path("look-up/", looking_up.look_up_page, name="look_up"),
    path("log/", log.log, name="log"),
    path("retention/", retention.retention, name="retention"),
    path("use/", use.use, name="use"),
    path("health/", health.health, name="health"),
    path("health/retry/<int:job>/", health.retry, name="retry"),
    path("associations/", associations.associations, name="associations"),
    path("associations/<slug:slug>/leave/", associations.leave, name="leave"),
]
