"""The web server alone, in production settings, static files included. Needs DATABASE_URL or a running demo's database.
CONBILLET_PORT and CONBILLET_BIND (default 127.0.0.1) say where it listens; put a proxy with HTTPS in front."""

import argparse

HELP = "run the web server alone (production)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2; about one for each core)")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli import services

    return services.become(lambda at: services.web(at, workers=args.workers), port=lambda at: at.web)
