"""The load generator, in a process of its own so that its work is not counted: `python -m bench.client < plan.json`.

Prints `ready`, waits for a line, runs the journey `count` times with `clients` visitors at a time, prints what happened
as one line of JSON.
"""

import itertools
import json
import sys
import threading
import time
from collections import Counter

from .http import Browser
from .journeys import JOURNEYS, SoldOut


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    journey, count = JOURNEYS[plan["journey"]], plan["count"]
    numbers = itertools.count(plan.get("first", 0))
    last = plan.get("first", 0) + count
    outcomes: Counter[str] = Counter()
    times: list[float] = []
    results: list[str] = []
    visitors = [
        Browser(plan["port"], dict(plan.get("cookies", {})), dict(plan.get("headers", {})))
        for _ in range(plan.get("clients", 1))
    ]

    def visit(browser: Browser) -> None:
        while (number := next(numbers)) < last:
            began = time.perf_counter()
            try:
                said = journey(browser, plan, number)
            except SoldOut:
                outcomes["sold out"] += 1
            except Exception as problem:  # noqa: BLE001  every kind is counted and shown
                outcomes[f"{type(problem).__name__}: {problem}"] += 1
            else:
                outcomes["done"] += 1
                times.append(time.perf_counter() - began)
                if said is not None:
                    results.append(said)

    threads = [threading.Thread(target=visit, args=[browser]) for browser in visitors]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    times.sort()
    print(
        json.dumps(
            {
                "wall": wall,
                "outcomes": dict(outcomes),
                "requests": sum(browser.requests for browser in visitors),
                "queries": sum(browser.queries for browser in visitors),
                "results": results,
                "p50": times[len(times) // 2] if times else 0,
                "p95": times[int(len(times) * 0.95)] if times else 0,
            }
        ),
        flush=True,
    )


main()
