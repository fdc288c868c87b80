"""The audit: entries cannot be changed, dropped or moved unseen, and what cannot be entered is not done."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.core.audit import Audit, NotRecorded, Verdict

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def audit(tmp_path) -> Audit:
    made = Audit(tmp_path)
    for number in range(5):
        made.enter("analyst", "export", f"x-{number}", "briefing", rows=number)
    return made


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "desk" / "audit.jsonl"


def test_entries_are_numbered_chained_and_read_back_as_they_were_told(audit):
    found = list(audit.entries())
    assert [(one.number, one.subject, one.details["rows"]) for one in found] == [(n + 1, f"x-{n}", n) for n in range(5)]
    assert all(later.before == earlier.sha256 for earlier, later in itertools.pairwise(found))
    assert audit.verify() == Verdict(5, found[-1].sha256)


def test_any_flipped_byte_is_found(audit, file):
    content = file.read_bytes()
    for at in range(0, len(content), 7):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert audit.verify().fault, at
    file.write_bytes(content)
    assert not audit.verify().fault


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[1:], "entry 1 is missing or was moved"),
        (lambda lines: lines[:2] + lines[3:], "entry 3 is missing or was moved"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "entry 1 is missing or was moved"),
        (lambda lines: lines[:-1], "entries behind 4 are missing"),
        (lambda _: [], "entries behind 0 are missing"),
        (lambda lines: [*lines, "x"], "line 6 is no entry"),
    ],
)
def test_a_dropped_moved_or_foreign_line_is_found_and_nothing_is_entered_behind_it(audit, file, change, said):
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8")
    assert said in audit.verify().fault
    if change(lines)[-1:] != lines[-1:]:
        with pytest.raises(NotRecorded, match="not as it was left"):
            audit.enter("analyst", "read", "y")


def test_an_entry_made_anew_with_its_own_sum_is_found_by_the_next_one(audit, file):
    lines = file.read_text(encoding="utf-8").splitlines()
    told = json.loads(lines[2]) | {"subject": "another"}
    lines[2] = json.dumps(told, ensure_ascii=False, sort_keys=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert audit.verify().fault == "entry 3 was changed"


def test_a_head_that_is_gone_is_found(audit, tmp_path):
    (tmp_path / "desk" / "audit.head").unlink()
    assert "entries behind 5 are missing, or audit.head was changed" in audit.verify().fault
    with pytest.raises(NotRecorded, match=r"audit\.head is missing"):
        audit.enter("analyst", "read", "y")


def test_half_a_line_of_a_program_that_was_ended_is_cut_off(audit, file):
    with file.open("ab") as end:
        end.write(b'{"number": 6, "at"')
    assert not audit.verify().fault
    assert audit.enter("analyst", "read", "y").number == 6
    assert not audit.verify().fault


def test_an_entry_that_the_head_does_not_know_yet_counts(audit, file, tmp_path):
    head = tmp_path / "desk" / "audit.head"
    before = head.read_bytes()
    audit.enter("analyst", "read", "y")
    head.write_bytes(before)
    assert (audit.verify().entries, audit.verify().fault) == (6, "")
    assert audit.enter("analyst", "read", "z").number == 7
    assert not audit.verify().fault


def test_what_cannot_be_entered_is_told_in_a_sentence_and_leaves_no_half_an_entry(audit, file):
    before = file.read_bytes()
    program = (
        "import resource, sys; from pathlib import Path; from geodata.core.audit import Audit, NotRecorded\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 20}, -1))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try: Audit(Path(sys.argv[1])).enter('a', 'read', 'x')\n"
        "except NotRecorded as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file.parent.parent)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "what cannot be recorded is not done; nothing was shown or changed." in done.stdout
    assert file.read_bytes() == before


def test_two_programs_at_once_enter_one_behind_the_other(tmp_path):
    program = (
        "import sys; from pathlib import Path; from geodata.core.audit import Audit\n"
        "for n in range(40): Audit(Path(sys.argv[1])).enter(sys.argv[2], 'read', str(n))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name], cwd=ROOT) for name in "ab"]
    assert [one.wait() for one in running] == [0, 0]
    assert Audit(tmp_path).verify().entries == 80
    assert not Audit(tmp_path).verify().fault


def test_only_its_owner_reads_it(audit, file):
    assert file.stat().st_mode & 0o077 == 0


def test_a_message_of_syslog_holds_hostile_texts_within_their_quotes(tmp_path):
    made = Audit(tmp_path).enter('a"]', "read", "line\nbreak\\", "x" * 900)
    told = made.syslog("host")
    assert told.startswith(f'<133>1 {made.at} host routes - audit [entry@32473 number="1"')
    assert 'actor="a\\"\\]"' in told
    assert "\n" not in told
    assert len(made.purpose) == 500


def test_an_action_that_is_none_is_a_fault_of_the_program(tmp_path):
    with pytest.raises(ValueError, match="look"):
        Audit(tmp_path).enter("a", "look", "x")
