"""Path → room of pages. Fixed words first; an association's address is whatever is left."""

from django.urls import include, path, re_path

from conbillet.web.me.views.invitation import invitation
from conbillet.web.me.views.profile import postcode

urlpatterns = [
    path("accounts/", include("conbillet.web.me.account_urls")),
    path("hooks/", include("conbillet.web.hooks.urls")),
    re_path(r"^postcode/(?P<digits>[0-9]{4})\.json$", postcode, name="postcode"),
    path("invitation/<slug:token>/", invitation, name="invitation"),
    path("my/", include("conbillet.web.me.urls")),
    path("office/", include("conbillet.web.office.urls")),
    path("door/", include("conbillet.web.door.urls")),
    path("desk/", include("conbillet.web.desk.urls")),
    path("", include("conbillet.web.site.urls")),
    path("", include("conbillet.web.shop.urls")),  # the last one, always
]

handler400 = "conbillet.web.site.views.errors.bad_request"
handler403 = "conbillet.web.site.views.errors.forbidden"
handler404 = "conbillet.web.site.views.errors.not_found"
handler500 = "conbillet.web.site.views.errors.broken"
