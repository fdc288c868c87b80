"""Pages of others in the browser of an analyst can neither read, nor load, nor change anything of ours."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.served import chromium as another_chromium
from pages.server.door import ORIGIN

TRIES = """
async ([origin, socket]) => {
  const tried = (name, start) => new Promise((done) => {
    start((what) => done([name, what]));
    setTimeout(() => done([name, "nothing came"]), 8000);
  });
  const element = (tag, facts) => (done) => {
    const made = Object.assign(document.createElement(tag), facts);
    made.onload = () => done("loaded");
    made.onerror = () => done("failed");
    document.body.append(made);
  };
  const ask = (path, how) => (done) => fetch(origin + path, how).then(async (answer) =>
    done(answer.type === "opaque" ? "unreadable" : `${answer.status}`), () => done("failed"));
  return Object.fromEntries(await Promise.all([
    tried("read", ask("/data/head")),
    tried("ask", ask("/data/export?format=csv", { mode: "no-cors" })),
    tried("post", ask("/api/incidents", { mode: "no-cors", method: "POST", body: "[]" })),
    tried("put", ask("/_stcore/upload_file/a/b", { method: "PUT", body: "x" })),
    tried("image", element("img", { src: origin + "/assets/icon.svg" })),
    tried("script", element("script", { src: origin + "/vendor/leaflet/leaflet.js" })),
    tried("socket", (done) => {
      const line = new WebSocket(socket, ["streamlit"]);
      line.onopen = () => done("opened");
      line.onerror = () => done("failed");
    }),
  ]));
}
"""


@pytest.fixture(scope="module")
def pointed(chromium: Browser) -> Iterator[Browser]:
    """Return a browser in which a foreign name points at this machine."""
    names = "--host-resolver-rules=MAP evil.example 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"
    with another_chromium(chromium.browser_type, names) as started:
        yield started


class Blank(BaseHTTPRequestHandler):
    """Answers with a page that holds nothing."""

    def do_GET(self) -> None:
        """Answer whatever is asked for."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><body>")

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Serve a blank page of somebody else on another port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Blank) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def page_of_others(chromium: Browser, origin: str) -> tuple[Page, dict[str, int]]:
    """Open a page at an origin that is not ours; return it, and the status of every answer that comes from then on."""
    page = chromium.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{origin}/attack")
    answers: dict[str, int] = {}
    page.on("response", lambda response: answers.update({urlsplit(response.url).path: response.status}))
    return page, answers


def test_a_page_under_a_name_that_points_at_this_machine_gets_nothing(pointed, dashboard):
    port = urlsplit(dashboard).port
    page, answers = page_of_others(pointed, f"http://evil.example:{port}")
    tries = page.evaluate(TRIES, [f"http://evil.example:{port}", f"ws://evil.example:{port}/_stcore/stream"])
    assert {name: what for name, what in tries.items() if what not in ("421", "failed")} == {}
    assert set(answers.values()) == {421}
    assert len(answers) == 6
    page.close()


def test_a_page_on_another_port_of_this_machine_gets_nothing(pointed, dashboard, elsewhere):
    page, answers = page_of_others(pointed, elsewhere)
    own = urlsplit(dashboard).netloc
    tries = page.evaluate(TRIES, [f"http://{own}", f"ws://{own}/_stcore/stream"])
    assert set(tries.values()) == {"failed"}
    for content in (
        f'<form method="post" action="http://{own}/api/incidents"><button>go</button></form>',
        f'<form action="http://{own}/data/export"><input name="format" value="csv"><button>go</button></form>',
    ):
        page.goto(f"{elsewhere}/attack")
        page.set_content(content)
        page.get_by_role("button").click()
        page.get_by_text(ORIGIN).wait_for()
    assert answers["/api/incidents"] == answers["/data/export"] == 403
    page.close()


def test_a_link_on_another_site_opens_a_page_of_ours_which_works(pointed, dashboard, elsewhere):
    page, answers = page_of_others(pointed, elsewhere)
    page.set_content(f'<a href="{dashboard}/incidents">to the incidents</a>')
    page.get_by_role("link").click()
    page.get_by_role("tab", name="History").click()
    page.get_by_text("to undo an import").wait_for()
    assert 403 not in answers.values()
    page.close()
