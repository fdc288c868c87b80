"""A real PostgreSQL, started for tests."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Postgres:
    """A server of its own: its address, how to end it in the middle of something, and how to start it again."""

    address: str
    binaries: Path
    data: Path
    options: str

    def stop(self) -> None:
        """End it as a power cut does."""
        _run(self.binaries / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def start(self) -> None:
        """Start it, again on its port."""
        _run(self.binaries / "pg_ctl", "-D", self.data, "-o", self.options, "-w", "start")


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """Run a database server on a free port; its user ``planner`` may do everything, without a password."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "these tests need Debian's packages postgresql and postgresql-15-postgis-3: make postgres"
    for part in (folder, *folder.parents[:3]):
        part.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if os.getuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off"
    server = Postgres(f"postgresql://planner@127.0.0.1:{port}/postgres", found[-1].parent, data, options)
    _run(server.binaries / "initdb", "-D", data, "-U", "planner", "--auth=trust", "-E", "UTF8")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _run(*command: object) -> None:
    """Run a command of PostgreSQL, which does not run as root."""
    other = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
    quiet = subprocess.DEVNULL
    subprocess.run([*other, *map(str, command)], stdout=quiet, stderr=quiet, check=True, cwd="/")
