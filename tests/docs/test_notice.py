"""NOTICE names what of others the product carries and needs, each with a licence."""

import re
import tomllib

from docs.notice import NOTICE, ROOT, licence


def test_every_reference_file_and_every_library_stands_in_the_notice():
    text = NOTICE.read_text(encoding="utf-8")
    files = tomllib.loads((ROOT / "geodata/reference/SOURCES.toml").read_text(encoding="utf-8"))
    assert [name for name in files if f"  {name}: " not in text] == []
    needed = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in needed if f"  {name.lower()}: " not in text] == [], "python -m docs.notice"


def test_no_library_is_without_a_licence():
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in pinned if licence(name) == "see its own files"] == []
