"""What the desk costs: ``python -m benchmarks.desk [WORKSPACE]``; about two minutes.

25 people who are signed in ask for pictures of filters that nobody asked for before, one each four seconds; 50 open
one shared link at once, 1,000 openings by 50 follow, and a browser draws the link while 1,000 a minute go on; an entry
of the audit is timed by itself. The peer is the same server without a login, in the same run. Without a workspace, a
demonstration of 20,000 incidents is made.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from urllib.parse import urlencode, urlsplit

from benchmarks.map.windows import window
from benchmarks.served import PRODUCT, ROOT, browser, running
from geodata.core.audit import Audit

PAUSE_SECONDS = 4.0
"""Between two filters of one person, on average."""
PEOPLE, OPENERS, OPENINGS, DRAWN, ENTRIES = 25, 50, 1_000, 20, 500
GOALS = {"view": 0.5, "share": 2.0, "entry": 0.005}
"""Seconds: 95th percentiles of a picture and of an opening, and a mean entry."""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else _made(Path(folder) / "workspace")
        secret = secrets.token_hex(32)
        with running(PRODUCT, ROUTES_HOME=home) as url:
            bare = _people(url, home, lambda _: {})
            _shares(url, home)
        with running(PRODUCT, ROUTES_HOME=home, ROUTES_LOGIN="proxy", ROUTES_PROXY_SECRET=secret) as url:
            told = _people(url, home, lambda number: _headers(secret, number))
        print(f"95th percentile with a login against none: {told / bare:.2f}")
        print(f"entry of the audit: {_entry(Path(folder)) * 1000:.1f} ms (goal {GOALS['entry'] * 1000:.0f})")


def _made(home: Path) -> Path:
    subprocess.run([sys.executable, "-m", "geodata", "demo", "--home", str(home)], cwd=ROOT, check=True)
    return home


def _headers(secret: str, number: int) -> dict[str, str]:
    return {
        "X-Routes-Proxy-Secret": secret,
        "X-Forwarded-User": f"person-{number}@desk.test",
        "X-Forwarded-Groups": "analyst",
    }


def _people(url: str, home: Path, headers: Callable[[int], dict[str, str]]) -> float:
    """Let everybody look at pictures of filters that nobody asked for before; return the 95th percentile, seconds."""
    head = json.loads(_get(url, "/data/head", headers(0))[1])
    _get(url, f"/data/snapshot?version={head['version']}", headers(0))

    def looks(number: int) -> list[float]:
        times, pauses = [], random.Random(number)  # noqa: S311 - of people, not of secrets
        for west in range(-20, 40, 10):
            time.sleep(pauses.uniform(0.0, 2 * PAUSE_SECONDS))
            box = f"{west + number / 10},{10 + number / 10},{west + 25},{45}"
            query = urlencode({"region": box, "version": head["version"]})
            asked = ("/data/head", f"/data/hexes?{query}", f"/data/snapshot?{query}")
            times += [_get(url, address, headers(number))[0] for address in asked]
        return times

    with ThreadPoolExecutor(PEOPLE) as pool:
        times = sorted(one for found in pool.map(looks, range(PEOPLE)) for one in found)
    late = _late(times)
    print(f"{PEOPLE} people, {len(times)} requests, {home.name}: median {times[len(times) // 2]:.2f} s, ", end="")
    print(f"95th percentile {late:.2f} s (goal {GOALS['view']}); memory {_memory(url):.2f} GB")
    return late


def _shares(url: str, home: Path) -> None:
    command = [sys.executable, "-m", "desk", "share", "--title", "Benchmark", "--home", str(home)]
    link = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    opened = {"Accept-Encoding": "gzip"}
    size = len(gzip.decompress(_get(url, link, opened)[1]))
    for count in (OPENERS, OPENINGS):
        began = time.perf_counter()
        with ThreadPoolExecutor(OPENERS) as pool:
            times = sorted(pool.map(lambda _: _get(url, link, opened)[0], range(count)))
        took = time.perf_counter() - began
        print(f"{count} openings by {OPENERS} ({size / 2**20:.1f} MB each): {took:.1f} s, ", end="")
        print(f"95th percentile {_late(times):.2f} s")
    _drawn(url, link)


def _drawn(url: str, link: str) -> None:
    """Open a link in a browser, time after time, while others open it at the pace of the goal."""
    over, opened, seconds = Event(), [0], []

    def others() -> None:
        while not over.wait(60 / OPENINGS):
            pool.submit(_get, url, link, {"Accept-Encoding": "gzip"})
            opened[0] += 1

    with ThreadPoolExecutor(OPENERS) as pool, browser() as chromium:
        pool.submit(others)
        for _ in range(DRAWN):
            with window(chromium) as page:
                page.goto(url + link, wait_until="commit")
                page.wait_for_function("() => window.paintings.some((one) => one.version !== undefined && one.painted)")
                ready = page.evaluate(
                    "() => window.paintings.find((one) => one.painted).painted - performance.timeOrigin"
                )
                seconds.append(ready / 1000)
        over.set()
    print(
        f"{DRAWN} openings in a browser beside {opened[0]} others: median {sorted(seconds)[DRAWN // 2]:.2f} s, ", end=""
    )
    print(f"95th percentile {_late(seconds):.2f} s to the drawn map (goal {GOALS['share']})")


def _entry(home: Path) -> float:
    audit = Audit(home)
    began = time.perf_counter()
    for number in range(ENTRIES):
        audit.enter("benchmark", "read", f"incident {number}")
    return (time.perf_counter() - began) / ENTRIES


def _get(url: str, address: str, headers: dict[str, str]) -> tuple[float, bytes]:
    place = urlsplit(url)
    began = time.perf_counter()
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    try:
        line.request("GET", address, headers={"Sec-Fetch-Site": "same-origin"} | headers)
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise RuntimeError(f"{address}: {answer.status} {content[:200]!r}")
    return time.perf_counter() - began, content


def _late(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _memory(url: str) -> float:
    """Return the resident memory of the server, GB, by the port that it listens on."""
    port = f":{urlsplit(url).port:04X} "
    inodes = {row.split()[9] for row in Path("/proc/net/tcp").read_text().splitlines()[1:] if port in row}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            open_ = {str(link.readlink()) for link in (process / "fd").iterdir()}
            if any(f"socket:[{inode}]" in open_ for inode in inodes - {"0"}):
                status = (process / "status").read_text()
                return int(status.partition("VmRSS:")[2].split()[0]) / 2**20
        except OSError:
            continue
    return 0.0


if __name__ == "__main__":
    main()
