"""A house in production, as Django's own deployment check sees it, and what it does with an address without encryption."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "CONBILLET_BASE_URL": "https://billet.example",
    "CONBILLET_HOSTS": "billet.example",
    "CONBILLET_BEHIND_PROXY": "1",
    "DATABASE_URL": "postgresql://conbillet_app@/conbillet?host=/nonexistent",
    "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
    "PYTHONPATH": str(CHECKOUT),
}
ASK = """
import django; django.setup()
from django.test import Client
from django.conf import settings
for path, more in (("/robots.txt", {}), ("/robots.txt", {"HTTP_X_FORWARDED_PROTO": "https"}), ("/healthz", {})):
    answer = Client(HTTP_HOST="billet.example").get(path, **more)
    print(answer.status_code, answer.headers.get("Location", "-"), answer.headers.get("Strict-Transport-Security", "-"))
"""


def run(tmp_path: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, with the settings of production and nothing of the tests'."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CONBILLET_", "DATABASE_", "DJANGO_"))
    }
    environment = {
        **kept,
        **PRODUCTION,
        "CONBILLET_SECRET_KEY": secrets.token_urlsafe(48),
        "CONBILLET_DATA": str(tmp_path),
        **more,
    }
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


def deployment_check(tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **more)


@pytest.mark.asvs("13.4.2")
def test_djangos_deployment_check_finds_nothing(tmp_path):
    answer = deployment_check(tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "System check identified no issues (1 silenced)." in answer.stdout


@pytest.mark.parametrize(
    ("setting", "value", "finding"),
    [("CONBILLET_BASE_URL", "http://billet.example", "security.W004"), ("CONBILLET_BEHIND_PROXY", "", "security.W008"),
     ("CONBILLET_SECRET_KEY", "short", "security.W009")],
)  # fmt: skip
def test_planted_weak_settings_are_found(tmp_path, setting, value, finding):
    answer = deployment_check(tmp_path, **{setting: value})
    assert answer.returncode != 0 and finding in answer.stderr


@pytest.mark.asvs("4.1.2", "3.4.1")
def test_only_pages_lead_to_https(tmp_path):
    answer = run(tmp_path, "-c", ASK)
    plain, encrypted, machine = answer.stdout.splitlines()
    assert plain.startswith("301 https://billet.example/robots.txt")
    assert encrypted == "200 - max-age=63072000; includeSubDomains"
    assert machine.startswith("200 -")
