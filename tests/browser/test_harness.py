"""The watch notices what it is there to notice (each planted here), and stays silent otherwise."""

import pytest
from playwright.sync_api import Error, Page, Route

from tests.browser.house import LiveHouse
from tests.browser.watch import Watch

QUIET_PAGE = "<!doctype html><html lang=da><title>t</title><main><h1>Hej</h1></main>"


@pytest.fixture
def show(page: Page, live_house: LiveHouse):
    """Show a page of our own making at the house's address."""

    def show(body: str, **headers: str) -> None:
        answer = {"Content-Type": "text/html; charset=utf-8", **headers}

        def fulfil(route: Route) -> None:
            route.fulfill(body=body, headers=answer)

        page.route("**/planted", fulfil)
        page.goto("/planted")
        page.wait_for_load_state("networkidle")

    return show


def caught(watch: Watch) -> str:
    """What the watch found; taken from it, so that it does not fail this test too."""
    found = "\n".join(watch.problems())
    watch.found.clear()
    watch.contexts.clear()
    return found


def test_a_quiet_page_passes(show, watch: Watch, page: Page, axe, fits) -> None:
    show(QUIET_PAGE)
    axe(page)
    fits(page)
    assert watch.problems() == []


@pytest.mark.asvs("14.2.3")
def test_notices_a_foreign_host(show, watch: Watch) -> None:
    show(QUIET_PAGE + '<img alt="" src="https://example.org/pixel.png">')
    assert "a foreign host was contacted: https://example.org/pixel.png" in caught(watch)


def test_notices_a_local_port_that_is_not_ours(show, watch: Watch, live_house: LiveHouse) -> None:
    show(QUIET_PAGE + f'<img alt="" src="{live_house.stripe.url}/x.png">')
    assert "a foreign host was contacted" in caught(watch)


def test_a_declared_origin_and_an_expected_error_pass(page: Page, watch: Watch, live_house: LiveHouse) -> None:
    watch.allow_origin(live_house.stripe.url + "/anything")
    watch.expect_console("Failed to load resource.*404")
    page.goto(live_house.stripe.url + "/no-such-page")
    assert watch.problems() == []


def test_notices_a_violated_content_policy(show, watch: Watch) -> None:
    policy = {"Content-Security-Policy": "default-src 'none'"}
    show(QUIET_PAGE + "<script>document.title = 'inline'</script>", **policy)
    assert "Content Security Policy" in caught(watch)


def test_notices_a_trusted_types_violation(show, watch: Watch) -> None:
    policy = {"Content-Security-Policy": "require-trusted-types-for 'script'"}
    show(QUIET_PAGE + "<script>document.querySelector('h1').innerHTML = '<b>x</b>'</script>", **policy)
    assert "TrustedHTML" in caught(watch)


def test_notices_a_script_that_fails(show, watch: Watch) -> None:
    show(QUIET_PAGE + "<script>undefined.property</script>")
    assert "a script failed" in caught(watch)


def test_notices_an_undeclared_cookie(show, watch: Watch) -> None:
    show(QUIET_PAGE + "<script>document.cookie = 'tracker=1'</script>")
    assert "undeclared cookie was set: tracker" in caught(watch)


def test_a_declared_cookie_passes(show, watch: Watch) -> None:
    show(QUIET_PAGE + "<script>document.cookie = 'consent=1'</script>")
    assert watch.problems() == []


def test_axe_notices_a_picture_without_words(show, page: Page, axe) -> None:
    show(QUIET_PAGE + '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_axe_works_under_trusted_types(show, page: Page, axe) -> None:
    show(QUIET_PAGE, **{"Content-Security-Policy": "default-src 'none'; require-trusted-types-for 'script'"})
    axe(page)


def test_fits_notices_what_is_too_wide(show, page: Page, fits) -> None:
    show(QUIET_PAGE + '<meta name=viewport content="width=device-width"><div style="width: 500px">wide</div>')
    with pytest.raises(AssertionError, match="500 px wide|px wide in a window of 390"):
        fits(page)


def test_the_house_lives_on_the_database_that_the_test_sees(live_house: LiveHouse, live_world) -> None:
    from conbillet.organizations.models import Organization

    assert Organization.objects.filter(pk=live_world.organization.pk).exists()
    assert live_house.stripe.objects("account")


def test_a_killed_program_can_be_started_again(live_house: LiveHouse, show, page: Page) -> None:
    live_house.kill("web")
    try:
        with pytest.raises(Error, match="ERR_CONNECTION_(REFUSED|RESET)"):  # reset: taken on by a socket that is going
            page.goto("/")
    finally:
        live_house.start("web")
    show(QUIET_PAGE)


def test_somebody_signed_in_is_that_person(live_house: LiveHouse, live_world, signed_in) -> None:
    page = signed_in(live_world.owner, second_factor=True)
    answer = page.request.get("/my/", max_redirects=0)
    assert answer.status == 200


def test_nobody_is_signed_in_by_default(page: Page) -> None:
    answer = page.request.get("/my/", max_redirects=0)
    assert answer.status == 302


def test_pictures_are_taken_where_asked(show, screenshot, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    show(QUIET_PAGE)
    screenshot("nowhere")
    monkeypatch.setenv("CONBILLET_SCREENSHOTS", str(tmp_path / "pictures"))
    screenshot("planted")
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["planted.png"]
