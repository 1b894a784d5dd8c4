"""`make bench` (or `python -m bench`): build two databases, put loads on the house, print and write what it costs.

`--only small` leaves out the database with 200,000 tickets; `--quick` puts a fifth of the load on everything.
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from . import databases, measures
from .databases import DATA, Database
from .house import House, Load
from .report import Report

SMALL, LARGE = "small", "large"


@contextmanager
def cluster() -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--only", choices=[SMALL, LARGE])
    arguments.add_argument("--quick", action="store_true")
    args = arguments.parse_args()
    few = 5 if args.quick else 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    report = Report()
    costs: dict[str, dict[str, float]] = {}
    with cluster() as postgres:
        assert postgres.pid is not None, "another program runs the bench's database"
        for label in (SMALL, LARGE) if args.only is None else (args.only,):
            began = time.monotonic()
            database = databases.ensure(postgres, label)
            seconds = time.monotonic() - began
            print(f"\n{databases.SIZES[label]:,} tickets (database ready after {seconds:.0f} s)", flush=True)
            costs[label] = measure(database, postgres.pid, report, few, whole=label == SMALL or args.only is not None)
    if len(costs) == 2:
        growth(report, costs[SMALL], costs[LARGE])
    report.write(DATA / "report.md")
    print(f"\n{report.text()}\nWritten to {DATA / 'report.md'}")


def measure(database: Database, postgres: int, report: Report, few: int, *, whole: bool) -> dict[str, float]:
    """CPU milliseconds by operation. With `whole` also what does not depend on how much was sold."""
    size = f"{databases.SIZES[database.label]:,}"
    found = measures.domain(database, postgres, clients=1, rounds=9 if few == 1 else 3)
    report.plain(
        f"purchase by calls ({size})",
        found.cpu,
        f"python {found.python:.1f} · postgres {found.postgres:.1f}",
        per_second=f"{found.per_second:,.0f}",
        queries=str(found.queries),
    )
    costs = {"purchase by calls": found.cpu}
    if whole:
        report.plain("floor: pgbench, default protocol", found.floor_plain, "pgbench and postgres", queries="1")
        report.plain("floor: pgbench, prepared", found.floor_prepared, "pgbench and postgres", queries="1")
        report.goal(
            "purchase by calls",
            "12 × pgbench's floor",
            f"{found.ratio_plain:.1f} × ({found.ratio_prepared:.1f} × the prepared one)",
            found.ratio_plain <= 12,
        )
    with House(database, postgres).open() as house:
        measures.open_shop(house)
        costs |= over_http(house, report, few, whole=whole)
    return costs


def over_http(house: House, report: Report, few: int, *, whole: bool) -> dict[str, float]:
    size = f"{databases.SIZES[house.database.label]:,}"
    costs: dict[str, float] = {}

    def noted(name: str, load: Load) -> Load:
        if failed := {word: times for word, times in load.outcomes.items() if word != "done"}:
            raise SystemExit(f"{name}: {failed}")
        report.row(f"{name} ({size})", load)
        costs[name] = load.ours
        return load

    event = str(house.prepare("shop")["event"])
    shop = measures.pages(house, {"bare page": "/bench/bare/", "event page": event}, count=1500 // few)
    bare, page = noted("bare page", shop["bare page"]), noted("event page", shop["event page"])
    purchase = noted("HTML purchase", measures.purchases(house, count=300 // few))
    check_in = noted("check-in", measures.check_ins(house, count=400 // few))
    office = house.prepare("office")
    lists = measures.pages(house, office["pages"], count=100 // few, cookies=office["cookies"])
    for name, load in lists.items():
        noted(f"office: {name}", load)
    if whole:
        share = page.per_second / bare.per_second
        report.goal("event page's throughput", "½ of the bare page's", f"{share:.2f}", share >= 0.5)
        report.goal("event page's queries", "1", f"{page.queries or 0:.0f}", (page.queries or 0) <= 1)
        report.goal("HTML purchase, CPU", "30 ms", f"{purchase.ours:.1f} ms", purchase.ours <= 30)
        report.goal("HTML purchase, requests", "8", str(purchase.requests), purchase.requests <= 8)
        report.goal("check-in, CPU", "3 ms", f"{check_in.ours:.2f} ms", check_in.ours <= 3)
        apart(house, report, few, purchase)
    return costs


def apart(house: House, report: Report, few: int, purchase: Load) -> None:
    """What is reported apart, the race, and memory after all this."""
    mail, ticket = house.mails(100 // few), measures.pdf(house, count=100 // few)
    parts = f"worker {mail['worker']:.1f} · postgres {mail['postgres']:.1f}"
    report.plain("apart: confirmation mail with two PDFs", mail["worker"] + mail["postgres"], parts)
    report.plain("apart: fake Stripe, for one purchase", purchase.cpu["stripe"], "")
    report.plain("ticket as PDF", ticket["cpu"], f"{ticket['wall']:.1f} ms by the clock")
    report.goal("a ticket as PDF", "15 ms", f"{ticket['cpu']:.1f} ms", ticket["cpu"] < 15)
    race = measures.race(house, buyers=1500 // few, places=500 // few)
    what = f"{race.buyers:,} buyers for {race.places} places, 32 at a time"
    said = f"{race.sold} sold, {race.tickets} tickets, {race.sold_out} told that it is sold out"
    more = f", {race.deadlocks} deadlocks, {race.others or 'no other error'}, {race.wall:.0f} s"
    report.goal(what, f"exactly {race.places}", said + more, race.is_fair)
    memory = measures.web_memory(house)
    report.goal("web worker's memory", "150 MB", f"{memory:.0f} MB", memory < 150)


def growth(report: Report, small: dict[str, float], large: dict[str, float]) -> None:
    for name in small:
        if name != "bare page":
            ratio = large[name] / small[name]
            report.goal(f"{name}: 200,000 against 1,000", "1.2 ×", f"{ratio:.2f} ×", ratio <= 1.2)


if __name__ == "__main__":
    main()
