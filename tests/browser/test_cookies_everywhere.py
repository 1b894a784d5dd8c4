"""Every page of the house, as everybody who comes there: which cookies it sets, what it keeps, whom it contacts.

Hosts are watched by `watch.py` on every page; cookies must be declared in the data map and be set only when it says so.
"""

import pytest
from playwright.sync_api import BrowserContext

from conbillet.core.data_map import data_map
from tests.browser.sign_in import sign_in
from tests.browser.walk import NO_PAGE, Record, filled, patterns
from tests.everything import make_staff, values_for

# Pages that work for the role, as the beginning of their addresses: in these we also look with the browser's own eyes.
LOOKED_AT = {
    "anonymous": (
        "/",
        "/policy/",
        "/help/",
        "/newsletter/",
        "/accounts/",
        "/order/",
        "/ticket/",
        "/tickets/",
        "/invitation/",
        "/my/erased/",
    ),
    "buyer": ("/my/", "/accounts/"),
    "owner": ("/office/",),
    "door crew": ("/door/",),
    "staff": ("/desk/",),
}


@pytest.fixture
def visitor(new_context, live_world, live_house):
    """`visitor("owner")`: a browser of somebody of the cast."""

    def make(who: str, **options) -> BrowserContext:
        context = new_context(size="desktop", **options)
        if who == "anonymous":
            return context
        if who == "staff":
            person = make_staff()
        else:
            person = {"buyer": live_world.buyer, "owner": live_world.owner, "door crew": live_world.door_crew}[who]
        sign_in(context, person, url=live_house.url, second_factor=who != "buyer")
        return context

    return make


@pytest.fixture
def record(live_house) -> Record:
    return Record(dict(data_map.load().cookies), live_house.url)


@pytest.mark.asvs("14.3.3")
@pytest.mark.proves("cookie.consent", "cookie.login", "cookie.cloudflare", "cookie.stripe", "also.processors")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("who", list(LOOKED_AT))
def test_nothing_undeclared_anywhere(visitor, record, watch, live_world, live_house, who, script):
    watch.expect_console("Failed to load resource")
    context, values = visitor(who, java_script_enabled=script), values_for(live_world)
    page = context.new_page()
    opened, before = 0, live_house.log_sizes()
    for pattern, name in patterns():
        address = filled(pattern, name, values)
        if name == "account_logout":
            continue
        answer = context.request.get(live_house.url + address, max_redirects=0)
        assert answer.status < 500, f"{address} answers {answer.status}"
        record.answered(address, answer, signed_in=who != "anonymous")
        is_page = (
            answer.status == 200
            and "text/html" in answer.headers.get("content-type", "")
            and not NO_PAGE.search(pattern)
        )
        mine = any(address == start or start != "/" and address.startswith(start) for start in LOOKED_AT[who])
        shop = who == "anonymous" and address.startswith(f"/{live_world.organization.slug}/")
        if is_page and (mine or shop):
            page.goto(address)
            if script:  # without it no page can keep anything but cookies
                record.shown(page)
            opened += 1
    record.left_over(context)
    assert record.problems == []
    logged = "".join(live_house.log(name, before.get(name, 0)) for name in live_house.log_sizes())
    assert told_in(logged, values, live_world) == [], "the house's logs name people or secret links"
    assert opened >= {"anonymous": 20, "buyer": 14, "owner": 32, "door crew": 3, "staff": 10}[who], opened
    if who == "anonymous":
        assert record.ours == {"login"}, "signing in needs a form with a token, and reading needs none"


def told_in(logged: str, values: dict, world) -> list[str]:
    """Which of the cast's names and addresses, and of the secrets in links, stand in the text."""
    secret = [
        value
        for own in values.values()
        if isinstance(own, dict)
        for key, value in own.items()
        if key in {"access_key", "claim_key", "token", "key"}
    ]
    people = (world.buyer, world.owner, world.door_crew)
    words = [
        *secret,
        *(person.name for person in people),
        *(person.account.email for person in people),
        "ada@example.com",
    ]
    return [word for word in words if len(word) > 4 and word in logged]


def test_planted_a_name_or_a_secret_link_in_a_log_is_noticed(live_world):
    values = {"order:": {"reference": "ABCD", "access_key": "very-secret"}}
    assert told_in("GET /order/ABCD/very-secret/", values, live_world) == ["very-secret"]
    assert told_in(f"hello {live_world.buyer.account.email}", values, live_world) == [live_world.buyer.account.email]
    assert told_in("GET [order/<str:reference>/<str:access_key>/]", values, live_world) == []


@pytest.mark.proves("cookie.consent")
def test_the_answer_about_cookies_is_remembered_only_when_it_was_given(visitor, record, live_house):
    context = visitor("anonymous")
    page = context.new_page()
    page.goto("/policy/cookies/")
    assert context.cookies() == []
    page.locator("button[value=necessary]").click()
    assert [cookie["name"] for cookie in context.cookies()] == ["consent"]


PLANTED = {
    "sets a cookie that is not declared as ours: tracker": {"Set-Cookie": "tracker=1; Path=/"},
    "sets consent, though nobody has answered": {"Set-Cookie": "consent=1; Path=/"},
    "sets login for a visitor who only reads": {"Set-Cookie": "login=1; Path=/"},
    "sets a cookie that is not declared as ours: __stripe_mid": {"Set-Cookie": "__stripe_mid=1; Path=/"},
}


class Answer:
    """An answer of a house that keeps no promises."""

    def __init__(self, **headers: str) -> None:
        self.headers_array = [{"name": name, "value": value} for name, value in headers.items()]

    def text(self) -> str:
        return "<!doctype html><h1>Hej</h1>"


@pytest.mark.parametrize("complaint", list(PLANTED))
def test_planted_cookies_are_noticed(record, complaint):
    record.answered("/planted/", Answer(**PLANTED[complaint]), signed_in=False)
    assert record.problems == [f"/planted/ {complaint}"]


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("localStorage.setItem('who', '1')", "localStorage who"),
        ("sessionStorage.setItem('who', '1')", "sessionStorage who"),
        ("new Promise(done => { indexedDB.open('who').onsuccess = () => done(1) })", "indexedDB who"),
        ("document.cookie = 'who=1'", "an undeclared cookie was set: who"),
    ],
)
def test_planted_storage_is_noticed(visitor, record, watch, script, kept):
    context = visitor("anonymous")
    page = context.new_page()
    page.goto("/policy/")
    page.evaluate(script)
    record.shown(page)
    record.left_over(context)
    assert any(kept in problem for problem in record.problems), record.problems
    watch.found.clear()
    watch.contexts.clear()
