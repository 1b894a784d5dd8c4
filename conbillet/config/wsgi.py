"""The web server's door to the house: static files first, then Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from conbillet.config.leash import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
if os.environ.get("CONBILLET_SUPERVISED"):
    die_with_parent()

django = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from conbillet.config.closed import refuse_if_restored  # noqa: E402
from conbillet.config.static_files import StaticFiles  # noqa: E402
from conbillet.usage import counter  # noqa: E402

if settings.SECRET_KEY == settings.KNOWN_KEY:
    raise ImproperlyConfigured("CONBILLET_SECRET_KEY is not set: anybody could sign what only this server may sign.")

refuse_if_restored()

# All pages are imported now: no visitor waits for it, and a mistake in one is seen at start. What is loaded by now
# stays, so the garbage collector need not look at it again.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)  # a page makes thousands of objects, and next to no cycles

counter.start(at_signals=True)
application = StaticFiles(django, root=settings.STATIC_ROOT, url=settings.STATIC_URL)
