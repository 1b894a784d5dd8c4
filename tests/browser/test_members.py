"""The register's pages in a browser: every size, checked by axe; a file is read in two steps; a year is counted."""

import pytest

from conbillet.core import clock
from conbillet.memberships.models import Member, MemberDocumentation
from conbillet.memberships.tests.test_importing import WHOLE, load
from tests.browser.sizes import VIEWPORTS


@pytest.mark.parametrize(("size", "scheme"), list(zip(VIEWPORTS, ("dark", "light", "light"), strict=True)))
def test_the_pages_fit_and_can_be_read_by_everybody(live_world, signed_in, axe, fits, screenshot, size, scheme):
    load(live_world, clock.now())
    page = signed_in(live_world.owner, second_factor=True, size=size, color_scheme=scheme)
    members = f"/office/{live_world.organization.slug}/members/"
    page.goto(f"{members}documentation/")
    page.get_by_role("button", name="Gem optællingen").first.click()
    kept = MemberDocumentation.objects.get(organization=live_world.organization)
    pages = {
        "list": members, "none": f"{members}?state=unpaid", "new": f"{members}new/", "file": f"{members}file/",
        "one": f"{members}2/", "documentation": f"{members}documentation/", "kept": f"{members}documentation/{kept.reference}/",
    }  # fmt: skip
    for name, address in pages.items():
        answer = page.goto(address)
        assert answer.status == 200, address
        fits(page)
        axe(page)
        screenshot(f"members-{name}-{size}-{scheme}", page)


def test_a_file_is_looked_at_then_stored(live_world, signed_in, screenshot, axe, watch):
    watch.expect_console("422")
    page = signed_in(live_world.owner, second_factor=True, size="phone")
    page.goto(f"/office/{live_world.organization.slug}/members/")
    page.get_by_role("link", name="Læs en fil").first.click()

    def choose(text: str) -> None:
        page.get_by_label("Filen (CSV)").set_input_files({"name": "m.csv", "mimeType": "text/csv", "buffer": text.encode()})
        page.get_by_role("button", name="Se på det").click()

    choose(WHOLE.replace("1997-11-30", "30/11"))
    page.get_by_text("Linje 3, birth_date:").wait_for()
    axe(page)
    screenshot("members-file-wrong", page)
    choose(WHOLE)
    page.get_by_text("Dette ville ske").wait_for()
    axe(page)
    screenshot("members-file-would", page)
    assert not Member.objects.filter(organization=live_world.organization).exists()
    page.get_by_role("button", name="Gem det").click()
    page.get_by_text("10 medlemmer og 10 medlemskaber er nye").wait_for()
    assert Member.objects.filter(organization=live_world.organization).count() == 10
