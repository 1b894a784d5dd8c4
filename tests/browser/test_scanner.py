"""The door's scanner in a real browser with a pretended camera, under the product's own content policy."""

import io
import random
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright

from conbillet.cli.browsers import find_or_obtain
from conbillet.core.references import new_reference
from conbillet.tickets.codes import TicketCode, sign
from conbillet.tickets.keys import SigningKey

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "conbillet" / "web" / "door" / "static"
POLICY = "default-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types 'none'"
PAGE = """<!doctype html><html lang="{language}"><title>Scanner</title><video></video><input type="file">
<script type="module" src="/page.js"></script></html>"""
SCRIPT = """
import { Scanner } from "/door/scanner.js";
const scanner = new Scanner(document.querySelector("video"));
window.codes = []; window.states = []; window.scanner = scanner;
scanner.addEventListener("code", (event) => codes.push(event.detail.text));
scanner.addEventListener("state", (event) => states.push(event.detail));
document.querySelector("input").addEventListener("change", (event) => scanner.readPicture(event.target.files[0]));
window.ready = true;
"""


def ticket_code() -> str:
    key = SigningKey("01ABCD", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    return sign(TicketCode(new_reference(12), new_reference(12), 1), key)


def drawn(text: str, module: int = 6) -> Image.Image:
    buffer = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(buffer, kind="png", scale=module, border=4)
    return Image.open(buffer).convert("L")


def camera_frame(code: Image.Image | None, turn: float) -> Image.Image:
    """What a phone's camera sees: grey, noisy, the code a little turned and not in the middle."""
    frame = Image.effect_noise((640, 480), 30).point(lambda value: 90 + value // 4)
    if code is not None:
        turned = code.rotate(turn, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
        frame.paste(turned, (640 - turned.width - 120, 40))
    return frame


@pytest.fixture(scope="module")
def code() -> str:
    return ticket_code()


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, code: str) -> Path:
    """A film that begins with an empty view and then shows the code; the pretended camera plays it round and round."""
    picture = drawn(code)
    film = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    with film.open("wb") as file:
        for number in range(60):
            frame = camera_frame(picture if number >= 15 else None, turn=random.Random(number).uniform(-12, 12))
            frame.convert("RGB").save(file, format="JPEG", quality=80)
    return film


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", "": "application/octet-stream"}

    def do_GET(self) -> None:
        made = {
            "/da": ("text/html", PAGE.format(language="da")),
            "/en": ("text/html", PAGE.format(language="en")),
            "/refused/da": ("text/html", PAGE.format(language="da")),
            "/refused/en": ("text/html", PAGE.format(language="en")),
            "/page.js": ("text/javascript", SCRIPT),
        }.get(self.path)
        if made is None:
            super().do_GET()
            return
        body = made[1].encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{made[0]}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        if self.path.startswith("/refused/"):
            self.send_header("Permissions-Policy", "camera=()")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, camera: Path) -> Iterator[Browser]:
    found = find_or_obtain()
    # The pretended device also answers the question for permission; a page that is to be refused says so by its policy.
    flags = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    browser = playwright.chromium.launch(
        executable_path=str(found.path), args=[*found.args, *flags], env=found.env, chromium_sandbox=False
    )
    yield browser
    browser.close()


def opened(browser: Browser, address: str, *, path: str = "/da") -> Page:
    page = browser.new_context(permissions=["camera"]).new_page()
    page.goto(f"{address}{path}")
    page.wait_for_function("() => window.ready")
    return page


def test_the_camera_reads_a_ticket_and_sends_it_once(chromium: Browser, address: str, code: str) -> None:
    page = opened(chromium, address)
    page.evaluate("scanner.start()")
    page.wait_for_function("() => codes.length > 0", timeout=20_000)
    time.sleep(1.2)
    assert page.evaluate("codes") == [code]
    assert [one["state"] for one in page.evaluate("states")] == ["starting", "scanning"]
    page.context.close()


def test_a_code_that_was_away_for_three_seconds_is_sent_again(chromium: Browser, address: str, code: str) -> None:
    page = opened(chromium, address)
    page.evaluate("scanner.start()")
    page.wait_for_function("() => codes.length > 0", timeout=20_000)
    page.evaluate("() => { const real = performance.now.bind(performance); performance.now = () => real() + 3500; }")
    page.wait_for_function("() => codes.length > 1", timeout=20_000)
    assert page.evaluate("codes") == [code, code]
    page.context.close()


def test_a_pause_looks_at_nothing_and_keeps_the_camera(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    page.evaluate("scanner.start().then(() => scanner.pause())")
    time.sleep(2.5)
    assert page.evaluate("codes") == []
    assert page.evaluate("document.querySelector('video').srcObject !== null")
    page.evaluate("scanner.resume()")
    page.wait_for_function("() => codes.length > 0", timeout=20_000)
    page.context.close()


def test_stopping_lets_go_of_the_camera_also_while_it_starts(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    page.evaluate("scanner.start()")
    page.wait_for_function("() => scanner.state === 'scanning'")
    page.evaluate("window.track = document.querySelector('video').srcObject.getVideoTracks()[0]; scanner.stop()")
    assert page.evaluate("[track.readyState, document.querySelector('video').srcObject]") == ["ended", None]
    page.evaluate("const starting = scanner.start(); scanner.stop(); starting")
    assert page.evaluate("[scanner.state, document.querySelector('video').srcObject]") == ["stopped", None]
    page.context.close()


def test_a_picture_is_read_without_a_camera(chromium: Browser, address: str, code: str, tmp_path: Path) -> None:
    picture = Image.new("RGB", (3000, 2000), "#cfd4dc")
    picture.paste(drawn(code, module=9).rotate(7, expand=True, fillcolor=255), (1500, 700))
    picture.save(tmp_path / "ticket.jpg", quality=85)
    page = opened(chromium, address, path="/refused/da")
    page.set_input_files("input", tmp_path / "ticket.jpg")
    page.wait_for_function("() => codes.length > 0", timeout=20_000)
    assert page.evaluate("codes") == [code]
    page.context.close()


@pytest.mark.parametrize(("kind", "problem"), [("empty", "no-code"), ("broken", "bad-picture")])
def test_a_useless_picture_is_explained(
    chromium: Browser, address: str, tmp_path: Path, kind: str, problem: str
) -> None:
    path = tmp_path / "picture.png"
    if kind == "empty":
        camera_frame(None, 0).save(path)
    else:
        path.write_bytes(b"not a picture")
    page = opened(chromium, address, path="/refused/da")
    page.set_input_files("input", path)
    page.wait_for_function("() => states.length > 0", timeout=20_000)
    [told] = page.evaluate("states")
    assert (told["problem"], told["state"]) == (problem, "stopped")
    assert len(told["message"]) > 20
    page.context.close()


@pytest.mark.parametrize(
    ("language", "words"), [("da", "ikke lov til at bruge kameraet"), ("en", "may not use the camera")]
)
def test_a_refused_permission_is_explained_in_the_pages_language(
    chromium: Browser, address: str, language: str, words: str
) -> None:
    page = opened(chromium, address, path=f"/refused/{language}")
    page.evaluate("scanner.start()")
    page.wait_for_function("() => scanner.state === 'problem'")
    told = page.evaluate("states.at(-1)")
    assert told["problem"] == "denied"
    assert words in told["message"]
    page.context.close()


@pytest.mark.parametrize(
    ("error", "problem"),
    [("NotFoundError", "no-camera"), ("NotReadableError", "in-use"), ("TypeError", "failed")],
)
def test_other_troubles_with_the_camera_are_told_apart(
    chromium: Browser, address: str, error: str, problem: str
) -> None:
    page = opened(chromium, address)
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }", error
    )
    page.evaluate("scanner.start()")
    assert page.evaluate("states.at(-1).problem") == problem
    page.evaluate("scanner.start()")
    assert page.evaluate("states.filter(one => one.problem).length") == 2
    page.context.close()


def test_the_browsers_own_detector_is_preferred_and_given_up_when_it_fails(
    chromium: Browser, address: str, code: str
) -> None:
    page = opened(chromium, address)
    page.evaluate(
        """() => {
          window.asked = 0;
          window.BarcodeDetector = class {
            static async getSupportedFormats() { return ["qr_code"]; }
            async detect() {
              asked += 1;
              if (asked > 1) throw new DOMException("no service", "NotSupportedError");
              return [{ rawValue: "FROM THE BROWSER" }];
            }
          };
        }"""
    )
    page.evaluate("scanner.start()")
    page.wait_for_function("() => codes.length > 1", timeout=20_000)
    assert page.evaluate("codes") == ["FROM THE BROWSER", code]
    assert page.evaluate("asked") == 2
    page.context.close()
