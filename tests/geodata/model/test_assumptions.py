"""Facts: where journeys may lead is data, and what contradicts itself is refused in one sentence."""

import pytest

from geodata.core.errors import WrongValue
from geodata.model.assumptions import (
    facts_from,
    reference_facts,
)
from geodata.places.lookup import countries
from geodata.workspace.assumptions_store import AssumptionsStore

PLAIN = """
version = "test-1"
default = ["EU"]
[[bloc]]
code = "EU"
name = "Union"
members = ["ITA", "FRA"]
anchors = [{ name = "Milan", lon = 9.19, lat = 45.46 }]
closed = true
exits = ["GBR", "ALB"]
source = "a public list"
[[bloc]]
code = "GBR"
name = "United Kingdom"
members = ["GBR"]
anchors = [{ name = "London", lon = -0.13, lat = 51.51 }]
source = "a public list"
[[allowed]]
origins = ["TUN"]
destinations = ["EU"]
source = "a public list"
[starts]
source = "capitals"
[starts.places]
TUN = [10.18, 36.8]
"""


LANDING = """[[landing]]
name = "Rock"
west = 2.0
east = 1.0
south = 1.0
north = 2.0
source = "x"
"""


def test_the_facts_of_the_demonstration_are_read_and_state_their_version_and_sources():
    facts = reference_facts()
    assert facts.version
    assert all(entry.source for entry in (*facts.blocs, *facts.allowed, *facts.offsets, *facts.gateways))
    assert set(facts.starts.places) <= set(countries())
    assert facts.destinations("SYR") == ("EU", "GBR")


def test_a_country_without_an_entry_takes_the_default_and_one_within_a_bloc_its_exits():
    facts = facts_from(PLAIN)
    assert facts.destinations("LBY") == ("EU",)
    assert facts.destinations("FRA") == ("GBR",)
    assert facts.destinations("GBR") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["ITA", "FRA"]', '["ITA", "ATL"]', "'ATL' among the members of bloc EU is no country"),
        ('origins = ["TUN"]', 'origins = ["ITA"]', "Italy lies in EU, which is said to be a destination of its people"),
        ('destinations = ["EU"]', 'destinations = ["MARS"]', "'MARS' among the destinations of TUN is no bloc"),
        ('members = ["GBR"]', 'members = ["GBR", "ITA"]', "Italy belongs to two blocs"),
        ('code = "GBR"', 'code = "EU"', "bloc EU is stated twice"),
        ('origins = ["TUN"]', 'origins = ["TUN", "TUN"]', "Tunisia has two lists of destinations"),
        ('origins = ["TUN"]', 'origins = ["TUN", "LBY"]', "Libya is an origin without a start"),
        ('exits = ["GBR", "ALB"]', 'exits = ["FRA"]', "bloc EU has its own member FRA as an exit"),
        ("closed = true", "closed = false", "bloc EU has exits but is not closed"),
        ("lon = 9.19", "lon = 919.0", "bloc 1 anchors 1 lon: input should be less than or equal to 180"),
        ("[starts]", LANDING + "[starts]", "landing Rock has its east or north before its west or south"),
        ('version = "test-1"\n', "", "version is missing"),
        ("closed = true", "shut = true", "bloc 1 shut is not known here"),
        ("[starts]", "[starts", "it is no TOML"),
        ('default = ["EU"]', 'default = ["XX"]', "'XX' among the default destinations is no bloc"),
    ],
)
def test_facts_that_contradict_each_other_or_name_what_nobody_knows_are_refused_in_one_sentence(old, new, said):
    assert old in PLAIN
    with pytest.raises(WrongValue) as refused:
        facts_from(PLAIN.replace(old, new, 1), "my facts.toml")
    sentence = str(refused.value)
    assert sentence.startswith("my facts.toml: ")
    assert said in sentence
    assert sentence.endswith("these facts are not used.")


def test_every_fault_is_said_at_once():
    wrong = PLAIN.replace('["ITA", "FRA"]', '["ITA", "ATL"]').replace(
        'destinations = ["EU"]', 'destinations = ["MARS"]'
    )
    with pytest.raises(WrongValue, match=r"ATL.*MARS"):
        facts_from(wrong)


def test_an_offset_for_a_destination_that_nobody_goes_to_is_refused():
    offset = '[[offset]]\norigin = "TUN"\ndestination = "GBR"\nkm = 100.0\nsource = "x"\n[starts]'
    with pytest.raises(WrongValue, match="offset from TUN to GBR, where nobody from there is said to go"):
        facts_from(PLAIN.replace("[starts]", offset, 1))


def test_a_workspace_keeps_facts_of_its_own_and_the_ones_before_them(tmp_path):
    assert AssumptionsStore(tmp_path).facts() is reference_facts()
    text = AssumptionsStore(tmp_path).text()
    for version in ("theatre-1", "theatre-2"):
        text = text.replace(facts_from(text).version, version)
        AssumptionsStore(tmp_path).keep(text)
    assert AssumptionsStore(tmp_path).facts().version == "theatre-2"
    assert facts_from((tmp_path / "facts.toml.before").read_text(encoding="utf-8")).version == "theatre-1"


def test_facts_with_a_fault_are_not_kept(tmp_path):
    with pytest.raises(WrongValue, match="these facts are not used"):
        AssumptionsStore(tmp_path).keep("version = 3")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "facts.toml").write_bytes(b"\xff")
    with pytest.raises(WrongValue, match="cannot be read"):
        AssumptionsStore(tmp_path).facts()


def kept(home, *versions: str):
    for version in versions:
        AssumptionsStore(home).keep(PLAIN.replace("test-1", version))


def test_facts_are_taken_back_and_that_can_be_undone(tmp_path):
    kept(tmp_path, "first", "second")
    assert AssumptionsStore(tmp_path).before().version == "first"
    assert AssumptionsStore(tmp_path).restore().version == "first"
    assert (AssumptionsStore(tmp_path).facts().version, AssumptionsStore(tmp_path).before().version) == (
        "first",
        "second",
    )
    AssumptionsStore(tmp_path).restore()
    assert AssumptionsStore(tmp_path).facts().version == "second"
    names = ["facts.toml", "facts.toml.before"]
    assert {path.name for path in tmp_path.iterdir()} == {*(f".{name}.sha256" for name in names), *names}


def test_facts_that_are_left_for_those_of_the_product_can_be_had_back(tmp_path):
    assert AssumptionsStore(tmp_path).leave() is reference_facts()
    kept(tmp_path, "first")
    assert AssumptionsStore(tmp_path).has_own
    AssumptionsStore(tmp_path).leave()
    assert not AssumptionsStore(tmp_path).has_own
    assert AssumptionsStore(tmp_path).facts() is reference_facts()
    assert AssumptionsStore(tmp_path).restore().version == "first"
    assert AssumptionsStore(tmp_path).facts().version == "first"


def test_without_earlier_facts_or_with_a_fault_in_them_nothing_is_taken_back(tmp_path):
    kept(tmp_path, "first")
    assert AssumptionsStore(tmp_path).before() is None
    with pytest.raises(WrongValue, match="no facts were kept before these"):
        AssumptionsStore(tmp_path).restore()
    (tmp_path / "facts.toml.before").write_text("version = 3", encoding="utf-8")
    assert AssumptionsStore(tmp_path).before() is None
    with pytest.raises(WrongValue, match="these facts are not used"):
        AssumptionsStore(tmp_path).restore()
    assert AssumptionsStore(tmp_path).facts().version == "first"


def test_a_workspace_that_cannot_be_written_keeps_its_facts_and_says_so(tmp_path):
    kept(tmp_path, "first")
    (tmp_path / "facts.toml.before").mkdir()  # a folder in the way, which stops even root
    with pytest.raises(WrongValue, match="the workspace must be writable; the facts stay as they were"):
        kept(tmp_path, "second")
    with pytest.raises(WrongValue, match="the workspace must be writable"):
        AssumptionsStore(tmp_path).leave()
    assert AssumptionsStore(tmp_path).facts().version == "first"


def test_facts_that_are_no_text_are_refused_in_one_sentence(tmp_path):
    (tmp_path / "facts.toml").write_bytes(b"\xff")
    with pytest.raises(WrongValue, match="cannot be read"):
        AssumptionsStore(tmp_path).text()


def test_a_leg_is_known_by_the_name_of_its_route():
    facts = reference_facts()
    assert facts.route_of("sea", "MAR", "ESP", "Canary Islands") == "Western African (Canary Islands)"
    assert facts.route_of("sea", "MAR", "ESP") == "Western Mediterranean"
    assert facts.route_of("land", "MAR", "ESP") == ""
