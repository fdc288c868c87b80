"""For whoever runs the server: whether it can do its work (``/health``), and its figures (``/metrics``).

Figures are Prometheus text, and name nobody: no persons, no links, no single incidents.

Sources: Prometheus text format; its conventions for names (base units, ``_total`` for what only grows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from desk.sessions import moment
from desk.state import rows_of
from desk.tables import DELIVERIES, SESSIONS, SHARES
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError
from pages.data.workspace_cache import Workspace, sight
from pages.server.measured import REGISTRY
from routes._version import __version__

UNWELL: Final = "The server cannot read what it works on; its log and `python -m geodata verify` say why.\n"
_NEVER: Final = {"Cache-Control": "no-store"}


def operation_routes(in_thread: Callable[[Callable[[Request], Response]], Any]) -> list[BaseRoute]:
    """Return the routes.

    Parameters
    ----------
    in_thread : function
        Makes a handler that runs beside the event loop and turns errors of ours into sentences.
    """
    return [Route("/health", in_thread(_health)), Route("/metrics", in_thread(_metrics))]


def _health(_: Request) -> Response:
    """Answer whether the ledger can be read and the tables of the desk can be used."""
    try:
        seen = sight()
        seen.version()
        rows_of(seen.home, select(func.count()).select_from(SHARES))
    except (RoutesError, OSError, SQLAlchemyError):
        return PlainTextResponse(UNWELL, 503, _NEVER)
    return PlainTextResponse("ok\n", headers=_NEVER)


def _metrics(_: Request) -> Response:
    content = generate_latest(REGISTRY)
    return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_NEVER)


class OfTheWorkspace(Collector):
    """Figures of the workspace, looked up when they are asked for; those that cannot be are left out."""

    def describe(self) -> list[Metric]:
        """Return nothing: nothing is looked up before somebody asks."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give the figures."""
        seen = sight()
        yield InfoMetricFamily("routes_product", "The product.", {"version": __version__})
        for name, of, told in (
            ("routes_ledger_readable", _ledger, "Whether the ledger can be read."),
            ("routes_desk_readable", _desk, "Whether the tables of the desk can be read."),
        ):
            try:
                yield from of(seen)
                readable = 1
            except (RoutesError, OSError, SQLAlchemyError):
                readable = 0
            yield GaugeMetricFamily(name, told, readable)
        with suppress(OSError):
            number = Audit(seen.home).number()
            yield GaugeMetricFamily("routes_audit_entries", "Entries of the audit.", number)


def _ledger(seen: Workspace) -> list[Metric]:
    version = seen.version()
    if version is None:
        return []
    found: list[Metric] = [
        GaugeMetricFamily("routes_ledger_version", "Newest version of the ledger.", version),
        GaugeMetricFamily("routes_incidents", "Incidents of that version.", seen.offers(version)["incidents"]),
        GaugeMetricFamily("routes_damaged_files", "Files of that version that are damaged.", len(seen.damage())),
    ]
    if history := seen.history():
        age = (datetime.now(UTC) - datetime.fromisoformat(history[0][1].at)).total_seconds()
        found.append(GaugeMetricFamily("routes_last_batch_age_seconds", "Since the newest batch came in.", age))
    shown, building = seen.laid_out(version), bool(seen.builder and seen.builder.stage)
    network = GaugeMetricFamily("routes_network", "The network that is shown, 0 for none yet.", labels=("network",))
    network.add_metric((shown,), 1 if shown else 0)
    return [*found, network, GaugeMetricFamily("routes_network_building", "Whether one is laid out.", int(building))]


def _desk(seen: Workspace) -> list[Metric]:
    now = moment()
    standing = {
        "routes_shares": ("Shared links that stand.", SHARES.c.ended_at.is_(None) & (SHARES.c.expires_at > now)),
        "routes_sessions": ("Sign-ins that stand.", (SESSIONS.c.ended_at == "") & (SESSIONS.c.ends_at > now)),
    }
    found: list[Metric] = [
        GaugeMetricFamily(name, told, rows_of(seen.home, select(func.count()).where(stands))[0][0])
        for name, (told, stands) in standing.items()
    ]
    by_state = select(DELIVERIES.c.state, func.count()).group_by(DELIVERIES.c.state)
    messages = GaugeMetricFamily("routes_watch_messages", "Messages of watch-lists by state.", labels=("state",))
    for state, count in {"waiting": 0, "given up": 0, **dict(map(tuple, rows_of(seen.home, by_state)))}.items():
        messages.add_metric((state,), count)
    return [*found, messages]


ProcessCollector(registry=REGISTRY)
REGISTRY.register(OfTheWorkspace())
