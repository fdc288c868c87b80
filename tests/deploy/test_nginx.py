"""A real nginx with our file in front of a real server."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.served import PRODUCT, ROOT, running
from desk.shares import Shares
from tests.desk.test_shares import PAGE, TOLD
from tests.workspaces import demonstration

pytestmark = pytest.mark.long

NAME, SECRET = "monitor.example.org", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Start both; give the port of nginx, the workspace and the folder of its logs."""
    assert shutil.which("nginx"), "this test needs Debian's package nginx-light"
    folder: Path = tmp_path_factory.mktemp("nginx")
    home = demonstration(folder / "workspace", 200, 3)
    key, certificate = folder / "key.pem", folder / "fullchain.pem"
    named = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *named],
        check=True,
        capture_output=True,
    )
    port = free_port()
    login = {"ROUTES_LOGIN": "proxy", "ROUTES_PROXY_SECRET": SECRET, "ROUTES_ORIGINS": f"https://{NAME}:{port}"}
    with running(PRODUCT, ROUTES_HOME=home, **login) as url:
        text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
        text = (
            text.replace("443", str(port)).replace("http://127.0.0.1:8501", url).replace("/var/log/nginx", str(folder))
        )
        text = text.replace("/etc/ssl/monitor", str(folder))
        kept = folder / "nginx.conf"
        kept.write_text(f"daemon off; pid {folder}/pid; events {{}} http {{ {text} }}", encoding="utf-8")
        command = ["nginx", "-e", folder / "error.log", "-c", kept]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        server = subprocess.Popen(command)
        try:
            for _ in range(100):
                with socket.socket() as line:
                    if line.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port, home, folder
        finally:
            server.terminate()
            server.wait()


def ask(port: int, path: str, name: str = NAME, **headers: str) -> httpx.Response:
    """Ask under a name of the server, as a browser does."""
    with httpx.Client(verify=False) as client:
        headers = {"Host": f"{name}:{port}", **{key.replace("_", "-"): value for key, value in headers.items()}}
        extensions = {"sni_hostname": NAME}
        return client.get(f"https://127.0.0.1:{port}{path}", headers=headers, extensions=extensions)


def test_a_share_opens_and_stands_in_no_log(front):
    port, home, folder = front
    token, _ = Shares(home).new(PAGE, TOLD, "analyst")
    answer = ask(port, f"/s/{token}")
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    time.sleep(0.3)
    logged = "".join(path.read_text(errors="replace") for path in folder.glob("*.log"))
    assert '"GET /s/..." 200' in logged
    assert token not in logged


def test_another_host_is_refused(front):
    assert ask(front[0], "/data/head", name="evil.example").status_code == 421


def test_nobody_signs_in_by_headers_of_their_own(front):
    port = front[0]
    forged = {"X_Forwarded_User": "root", "X_Forwarded_Groups": "administrator,analyst"}
    assert ask(port, "/data/head", **forged, X_Routes_Proxy_Secret=SECRET).status_code == 401
    assert ask(port, "/metrics").status_code == ask(port, "/health").status_code == 404


def test_a_websocket_comes_to_the_server_which_asks_who_it_is(front):
    port = front[0]
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    address, origin = f"wss://{NAME}:{port}/_stcore/stream", f"https://{NAME}:{port}"
    with socket.create_connection(("127.0.0.1", port)) as line, pytest.raises(InvalidStatus) as refused:
        connect(address, origin=origin, subprotocols=["streamlit"], sock=line, ssl=trusting, proxy=None)
    assert refused.value.response.status_code == 403
