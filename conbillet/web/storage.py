"""Static files under names that carry a hash of their content, so that browsers may keep them for a year."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFiles(ManifestStaticFilesStorage):
    # ES modules import each other by name; the names inside them must be hashed too.
    support_js_module_import_aggregation = True
    manifest_strict = True
