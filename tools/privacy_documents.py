"""`python -m tools.privacy_documents`: write what docs/privacy has of the data map, in English and in Danish.

`tests/privacy/test_documents.py` fails when a file there is not what would be written now.
"""

import json
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "privacy"
# The documents name the example installation, whatever the settings of the machine that writes them say.
BASE_URL = "https://conbillet.example"
OPERATOR = {"name": "Noctem Solutions", "email": "hej@conbillet.example"}
MADE = "<!-- Made by `make documents`; do not edit. -->\n\n"


def documents() -> dict[str, str]:
    """Path below docs/privacy → text."""
    from django.conf import settings
    from django.test.utils import override_settings
    from django.utils.translation import override

    from conbillet.core.data_map import data_map
    from conbillet.web.records.documents import DOCUMENTS, document
    from conbillet.web.records.map_document import besides_document, tables_document

    map_ = data_map.load()
    with override_settings(CONBILLET_OPERATOR={**settings.CONBILLET_OPERATOR, **OPERATOR}, CONBILLET_BASE_URL=BASE_URL):
        with override("en"):
            found = {
                "data-map.md": MADE + tables_document(map_).rstrip("\n") + "\n",
                "data-map-besides.md": MADE + besides_document(map_).rstrip("\n") + "\n",
                "data-map.jsonld": json_ld(),
            }
        for name in DOCUMENTS:
            found[f"{name}.md"] = MADE + document(name, "en")
            found[f"da/{name}.md"] = MADE + document(name, "da")
        return found


def json_ld() -> str:
    """The map for machines, with the newest policy's clauses."""
    from conbillet.consents.policy_checks import newest
    from conbillet.consents.queries import texts
    from conbillet.web.site.json_ld import policy_as_json_ld

    found = policy_as_json_ld(newest(texts()), base_url=BASE_URL)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    os.environ.setdefault("CONBILLET_SECRET_KEY", "a key for documents only")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/nothing?host=/nonexistent")
    import django

    from conbillet.cli.translations import compile_all

    compile_all()
    django.setup()
    for name, text in documents().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"docs/privacy/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
