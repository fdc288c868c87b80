"""A finding fits a watch-list by its place, its mode, what it is, how many it counts and how sure it is."""

import numpy as np
import pytest

from desk.watch.matching import fits, same_change
from desk.watch.model import watch_list
from geodata.core.errors import WrongValue

LINES = {"sea-route": [np.array([[10.7, 34.7], [12.6, 35.5]])], "land-away": [np.array([[44.0, 30.0], [46.0, 31.0]])]}


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    corners = [[west, south], [east, south], [east, north], [west, north]]
    return {"name": "area", "corners": corners}


def test_a_list_without_places_fits_everything(found):
    assert fits(watch_list({"name": "all"}), found(), LINES)
    assert fits(watch_list({"name": "all"}), found(level="mode", node_id="sea"), LINES)


@pytest.mark.parametrize(
    ("area", "special", "expected"),
    [
        (box(11, 35, 12, 36), {}, True),  # the middle of its incidents, 11.7 35.1, lies in it
        (box(12, 35, 12.3, 35.5), {}, True),  # not the middle, but the line does
        (box(13, 35, 14, 36), {}, False),
        (box(12, 35, 12.3, 35.5), {"level": "known route"}, False),  # has routes in several seas: the middle alone
        (box(11, 35, 12, 36), {"level": "known route"}, True),
        (box(11, 35, 12, 36), {"level": "country", "corridor_ids": ()}, True),
        (box(-180, -89, 180, 89), {"level": "mode"}, False),  # what is told of all the world lies in no area
        (box(-180, -89, 180, 89), {"box": None, "at": (0.0, 0.0), "corridor_ids": ()}, False),
    ],
)
def test_a_finding_fits_an_area_where_its_incidents_or_routes_lie(found, area, special, expected):
    assert fits(watch_list({"name": "area", "areas": [area]}), found(**special), LINES) is expected


@pytest.mark.parametrize(
    ("said", "special", "expected"),
    [
        ({"routes": ["sea-0123"]}, {"corridor_ids": ("sea-0123",)}, True),
        ({"routes": ["sea-0123"]}, {"corridor_ids": ("sea-0123", "sea-4567"), "level": "branch"}, False),
        ({"countries": ["ITA"]}, {}, True),
        ({"countries": ["GRC"]}, {}, False),
        ({"pairs": [["TUN", "ITA"]]}, {}, True),
        ({"pairs": [["ITA", "TUN"]]}, {}, False),
        ({"pairs": [["TUN", "ITA"]]}, {"level": "known route"}, False),
        ({"countries": ["GRC"], "pairs": [["TUN", "ITA"]]}, {}, True),  # one of its places is enough
        ({"modes": ["sea"]}, {}, True),
        ({"modes": ["land", "air"]}, {}, False),
        ({"kinds": ["rise"]}, {}, True),
        ({"kinds": ["new"]}, {}, False),
        ({"kinds": ["new"]}, {"usual": 0.04}, True),
        ({"kinds": ["fall"]}, {"direction": "fewer"}, True),
        ({"kinds": ["rise", "new"]}, {"direction": "fewer"}, False),
        ({"least_incidents": 40}, {}, True),
        ({"least_incidents": 41}, {}, False),
        ({"least_confidence": "high"}, {"confidence": "high"}, True),
        ({"least_confidence": "high"}, {"confidence": "medium"}, False),
        ({"least_confidence": "medium"}, {"confidence": "low"}, False),
    ],
)
def test_each_rule_lets_through_what_it_names(found, said, special, expected):
    assert fits(watch_list({"name": "rule"} | said), found(**special), LINES) is expected


def test_a_change_is_the_same_while_it_begins_within_six_months(found):
    def same(since: str, **special: object) -> bool:
        return same_change("sea-route", "more", "2025-04", found(since=since, **special))

    assert same("2025-10")
    assert same("2024-10")
    assert not same("2025-11")
    assert not same("2025-04", direction="fewer")
    assert not same("2025-04", node_id="sea-other")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"name": " "}, "a name is one line of letters"),
        ({"name": "a\nb"}, "a name is one line of letters"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"kinds": ["shifted"]}, "Input should be 'new', 'rise' or 'fall'"),
        ({"countries": ["Italy"]}, "should match pattern"),
        ({"areas": [{"name": "a", "corners": [[0, 0], [1, 1], [200, 0]]}]}, "corners are lon, lat in degrees"),
        ({"view": "mode=boat"}, "was left out"),
        ({"timing": {"zone": "Europe/Atlantis"}}, "a time zone is named as Europe/Rome or UTC"),
        ({"timing": {"zone": "../../etc/passwd"}}, "a time zone is named as Europe/Rome or UTC"),
        ({"timing": {"quiet_from": "22:00"}}, "quiet hours are two different times"),
        ({"timing": {"quiet_from": "22:00", "quiet_to": "24:00"}}, "quiet hours are two different times"),
        ({"channel": "feed", "address": "https://example.org"}, "a feed has no address"),
        ({"channel": "webhook", "address": "ftp://example.org"}, "a webhook is an https address"),
        ({"channel": "webhook", "address": "https://user:secret@example.org"}, "a webhook is an https address"),
        ({"channel": "slack", "address": "https://exa mple.org"}, "a webhook is an https address"),
        ({"channel": "webhook", "address": "https://example.org/\r\nX: y"}, "a webhook is an https address"),
        ({"channel": "email", "address": "desk"}, "one address of e-mail"),
        ({"channel": "email", "address": "a@example.org, b@example.org"}, "one address of e-mail"),
        ({"channel": "email", "address": "a@example.org\r\nBcc: b@example.org"}, "one address of e-mail"),
        ({"channel": "email", "address": "Desk <a@example.org>"}, "one address of e-mail"),
    ],
)
def test_what_a_list_may_not_say_is_one_sentence_without_the_address(said, rule):
    with pytest.raises(WrongValue) as refused:
        watch_list({"name": "list"} | said)
    assert rule in str(refused.value)
    assert "example.org" not in refused.value.what
    assert "\n" not in str(refused.value)
