"""A map that is left open for days: what it holds does not grow with ticks and moves."""

from playwright.sync_api import CDPSession

GROWTH_MB = 2.0


def heap_mb(session: CDPSession) -> float:
    """Return what scripts hold once all that nobody needs is gone."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 2**20


def test_memory_is_flat_over_a_hundred_ticks_and_two_hundred_moves_of_the_window(seen):
    frame = seen.open("?lat=35&lon=15&z=5")
    session = seen.page.context.new_cdp_session(seen.page)
    tick = "async (times) => { for (let at = 0; at < times; at++) await monitor.feed.tick(); }"
    move = """async (times) => {
      const { steps } = monitor.picture;
      for (let at = 0; at < times; at++) {
        monitor.setRange(at % (steps - 12), (at % (steps - 12)) + 12);
        await new Promise(requestAnimationFrame);
      }
    }"""
    for script, times in ((tick, 100), (move, 200)):
        frame.evaluate(script, 20)
        before = heap_mb(session)
        frame.evaluate(script, times)
        assert heap_mb(session) - before < GROWTH_MB
    assert seen.complaints == []
