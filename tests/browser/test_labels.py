"""Names of routes: in 40 views none lies nearer to another line than to its own; a leader counts by where it ends."""

NEAREST = """() => {
  const { labels, corridors } = monitor;
  const away = ([left, top, right, bottom], [x, y]) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  const to = (box, lines) => {
    let least = Infinity;
    for (const points of lines) {
      for (let at = 1; at < points.length; at++) {
        const [[ax, ay], [bx, by]] = [points[at - 1], points[at]];
        const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay)));
        for (let step = 0; step <= steps && steps < 20000; step++) {
          least = Math.min(least, away(box, [ax + ((bx - ax) * step) / steps, ay + ((by - ay) * step) / steps]));
        }
      }
    }
    return least;
  };
  return labels.chips.map(({ box, id, leader }) => {
    const own = corridors.shown.find(({ corridor }) => corridor.id === id);
    const place = leader ? [...leader, ...leader] : box;
    const others = corridors.shown.filter((shape) => shape !== own).map(({ lines }) => to(place, lines));
    return { id, own: to(place, own.lines), other: Math.min(...others, 1e9), leader: Boolean(leader) };
  });
}"""


def test_no_name_lies_nearer_to_another_line_than_to_its_own(seen):
    frame = seen.open("?lat=30&lon=15&z=4")
    found = []
    for zoom in (3, 4.5, 6, 7.5):
        for lat in (33.0, 37.0):
            for lon in (-14.0, 2.0, 12.0, 20.0, 27.0):
                frame.evaluate(
                    f"monitor.map.setView([{lat}, {lon}], {zoom}, {{ animate: false }}); monitor.labels.refresh()"
                )
                found += frame.evaluate(NEAREST)
    assert len(found) > 40
    assert [one for one in found if one["own"] >= one["other"]] == []
