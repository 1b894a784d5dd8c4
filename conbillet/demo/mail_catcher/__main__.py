"""`python -m conbillet.demo.mail_catcher`: start the mail catcher."""

from __future__ import annotations

import argparse
from pathlib import Path

from conbillet.demo.http import Request, Response, Router, Server, asset_handler, is_cross_origin, run_until_told
from conbillet.demo.mail_catcher.api import Api
from conbillet.demo.mail_catcher.pages import Pages
from conbillet.demo.mail_catcher.smtp import Faults, start_smtp
from conbillet.demo.mail_catcher.storage import Storage

ASSETS = Path(__file__).parent.parent / "assets"
MEGABYTE = 1024 * 1024


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="conbillet.demo.mail_catcher", description="A mail server for demo and tests."
    )
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--data", type=Path, required=True, help="folder for the mails")
    parser.add_argument("--max-messages", type=int, default=5000, help="the oldest mails go beyond this number")
    parser.add_argument("--max-megabytes", type=int, default=500, help="… or beyond this size of all")
    parser.add_argument("--max-message-megabytes", type=int, default=25, help="larger mails are refused")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent process does")
    return parser.parse_args()


def main() -> None:
    """Start, say so, and run until told to stop."""
    arguments = read_arguments()
    storage = Storage(arguments.data, most=arguments.max_messages, most_bytes=arguments.max_megabytes * MEGABYTE)
    faults, router = Faults(), Router()
    Api(storage, faults).routes(router)
    Pages(storage).routes(router)
    router.add("GET", "/assets/{name}", asset_handler(ASSETS, "demo.css", "mail.css"))

    def handle(request: Request) -> Response:
        if request.method != "GET" and is_cross_origin(request):
            return Response(b"This form belongs to another page.", 403)
        return router(request)

    largest = arguments.max_message_megabytes * MEGABYTE
    start_smtp(arguments.host, arguments.smtp_port, storage, faults, largest=largest)
    # Whoever waits for the HTTP port may send mail as soon as it answers.
    Server(arguments.host, arguments.http_port, handle).start()
    run_until_told(
        f"mail catcher: http://localhost:{arguments.http_port} (SMTP on port {arguments.smtp_port})",
        until_stdin_closes=arguments.until_stdin_closes,
        on_stop=lambda: None,
    )


if __name__ == "__main__":
    main()
