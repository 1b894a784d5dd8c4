"""What is measured, one function each. `docs/performance.md` says what the figures mean."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

import psycopg

from conbillet.payments.actions.receive_webhook import KINDS

from . import cpu, floor
from .databases import CHECKOUT, Database, environment
from .house import House, Load


@dataclass
class Domain:
    """A purchase by calls: CPU of Python and PostgreSQL, beside the floors that ran in turn with it."""

    queries: int
    python: float
    postgres: float
    per_second: float
    floor_plain: float
    floor_prepared: float
    ratio_plain: float
    ratio_prepared: float

    @property
    def cpu(self) -> float:
        return self.python + self.postgres


def domain(database: Database, postgres: int, *, clients: int, rounds: int = 9, each: int = 200) -> Domain:
    """Purchases and floors take turns, with as many clients each, so that a noisy moment hits both; medians of the rounds."""
    floor.make_tables(database)
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.domain"],
            env=environment(database),
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(clients)
    ]
    found: list[tuple[float, ...]] = []
    share = each // clients
    try:
        queries = [int(_line(program)) for program in programs][0]
        for _ in range(rounds):
            plain = floor.purchase_ms(database, postgres, mode="simple", clients=clients)
            prepared = floor.purchase_ms(database, postgres, mode="prepared", clients=clients)
            with cpu.Meter({"postgres": postgres}) as meter:
                for program in programs:
                    assert program.stdin
                    program.stdin.write(f"{share}\n")
                    program.stdin.flush()
                said = [json.loads(_line(program)) for program in programs]
            python = statistics.mean(one["cpu"] for one in said)
            server = meter.ms(share * clients)["postgres"]
            per_second = clients * 1000 / max(one["wall"] for one in said)
            found.append(
                (python, server, per_second, plain, prepared, (python + server) / plain, (python + server) / prepared)
            )
    finally:
        for program in programs:
            program.communicate()
    return Domain(queries, *(statistics.median(column) for column in zip(*found, strict=True)))


def _line(program: "subprocess.Popen[str]") -> str:
    assert program.stdout
    return program.stdout.readline()


def open_shop(house: House) -> None:
    """The fake Stripe knows the associations' accounts, and sends what our endpoint is set to."""
    for slug in ("nordlys",):
        house.stripe.account(id=f"acct_demo{slug}")
    house.stripe.webhooks_to(f"http://localhost:{house.ports.web}/hooks/stripe/", events=sorted(KINDS))


def pages(house: House, paths: dict[str, str], *, count: int, rounds: int = 3, **plan: object) -> dict[str, Load]:
    """The pages in turns; of each the round with the median throughput, with its SQL statements."""
    taken: dict[str, list[Load]] = {name: [] for name in paths}
    for path in paths.values():
        house.load("page", 40, paths=[path], **plan)
    for _ in range(rounds):
        for name, path in paths.items():
            taken[name].append(house.load("page", count, paths=[path], **plan))
    found = {}
    for name, loads in taken.items():
        found[name] = sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]
        without_worker(found[name])
        found[name].queries = house.counted("page", paths=[paths[name]], **plan)
    return found


def without_worker(load: Load) -> None:
    """No job follows from these; what the worker does meanwhile is its house-keeping."""
    load.cpu.pop("worker")


def purchases(house: House, *, count: int, clients: int = 2) -> Load:
    """From the event's page to the paid order's, webhook and worker included, mails not."""
    plan = house.prepare("shop")
    house.load("purchase", 60, settle=True, **plan)
    there = house.load("purchase", count, clients=clients, settle=True, **plan)
    back = house.load("come_back", len(there.results), clients=clients, paths=there.results)
    whole = there.plus(back)
    whole.queries = house.counted("purchase", **plan) + house.counted("come_back", count=1, paths=there.results[-1:])
    # The buyer's own requests are the same each time; the webhooks came besides.
    whole.requests = whole.requests // count + 1
    return whole


def check_ins(house: House, *, count: int) -> Load:
    plan = house.prepare("door", str(count + 60))
    warm_up = 50
    house.load("check_in", warm_up, **plan)
    load = house.load("check_in", count, first=warm_up, **plan)
    without_worker(load)
    load.queries = house.counted("check_in", first=warm_up + count, **plan)
    return load


@dataclass
class Race:
    buyers: int
    places: int
    sold: int
    tickets: int
    sold_out: int
    others: dict[str, int]
    deadlocks: int
    wall: float

    @property
    def is_fair(self) -> bool:
        everybody = self.sold + self.sold_out == self.buyers
        return self.sold == self.tickets == self.places and everybody and not self.others and not self.deadlocks


def race(house: House, *, buyers: int, places: int, clients: int = 32) -> Race:
    """Too many buyers for too few places, at the same time, over HTTP, all the way to paid tickets."""
    plan = house.prepare("race", str(places))
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:

        def number(sql: str, *values: object) -> int:
            row = owner.execute(sql, values).fetchone()
            assert row is not None
            return int(row[0])

        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        before = number(deadlocks)
        load = house.load("race", buyers, clients=clients, settle=True, **plan)
        others = dict(load.outcomes)
        others.pop("done", 0)
        sold_out = others.pop("sold out", 0)
        return Race(
            buyers,
            places,
            number("SELECT sold FROM catalogue_quota WHERE id = %s", plan["quota"]),
            number("SELECT count(*) FROM tickets_ticket WHERE event_id = %s", plan["event_id"]),
            sold_out,
            others,
            number(deadlocks) - before,
            load.wall,
        )


def pdf(house: House, *, count: int) -> dict[str, float]:
    """CPU and wall milliseconds of one ticket as PDF."""
    found: dict[str, float] = json.loads(house.run(["-m", "bench.pdf", str(count)]).splitlines()[-1])
    return found


def web_memory(house: House) -> float:
    """MB of the largest process of the web server: one worker with all its pages."""
    return cpu.resident_mb(house.programs["web"].pid)[0]
