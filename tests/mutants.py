"""Mutation testing: small faults are put into the code, one at a time, and the tests have to fail (make mutants).

The faults are cosmic-ray's; what is drawn and which tests run for it is decided here, as cosmic-ray runs one command
for all (docs/decisions/0019-mutants.md). All of it happens in a copy of the tree:

1. The tests of ``tests/mutants.toml`` run once under coverage, which tells which test reaches which line, itself or by
   a fixture that it shares with others.
2. Places in the code are drawn by a seed, and at each of them one change.
3. For each the tests run that reach its line: those of its own module first, the quickest first, until one fails.

Results are kept in ``.mutants`` by a digest of the tree, so that a run which was interrupted goes on where it stopped.
"""

import argparse
import ast
import gc
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import parso
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.number_replacer import NumberReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".mutants"
CONFIG = tomllib.loads((ROOT / "tests/mutants.toml").read_text())
OURS = ("geodata", "routes", "layers", "pages", "desk", "tests", "benchmarks", "docs")
SLOW_TO_IMPORT = (
    "airportsdata deltalake geopandas h3 h3ronpy hypothesis numpy polars polars_hash pyarrow.parquet pydantic pyogrio "
    "rich scipy.ndimage scipy.sparse.csgraph scipy.stats shapely typer"
)
"""What others wrote is imported once, before the forks; what is ours is imported in each, as one of it is changed."""
BROKEN = 70
"""How a child ends that could not even ask pytest."""
SMALL = 10
"""Whole numbers up to this become one more or one less; other numbers become double or half."""
TINY = 1e-6
"""Numbers up to this guard against a division by nothing: twice as much does the same."""
BINARY = ({"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}, {"BitOr", "BitAnd", "BitXor"}, {"LShift", "RShift"})
COMPARED = ({"Lt", "LtE", "Gt", "GtE"}, {"Eq", "NotEq"}, {"Is", "IsNot"})
TEXTS = {"say", "sentence", "mark", "counted", "warn", "debug", "info", "warning", "print"}
"""Calls that make the text of a message."""


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class NumberChange(NumberReplacer):
    """Change a number by enough to matter: 3 to 2 or 4, but 0.05 to 0.1 or 0.025, 1000 to 2000 or 500."""

    def mutate(self, node: parso.python.tree.Number, index: int) -> parso.python.tree.Number:
        """Return the number changed: more where the index is 0, less where it is 1."""
        number = ast.literal_eval(node.value)
        if number == 0 or (isinstance(number, int) and number <= SMALL):
            changed = number + (1, -1)[index]
        else:
            changed = number * 2 if index == 0 else number / 2 if isinstance(number, float) else number // 2
        return parso.python.tree.Number(f"{node.prefix}{changed}", node.start_pos)


def used(name: str) -> bool:
    """Tell whether an operator of cosmic-ray's is used; with ``same_kind`` those alone that put + for -, but not &."""
    kind, _, change = name.partition("_")
    if CONFIG["same_kind"] and kind == "ReplaceBinaryOperator":
        return any(set(change.split("_")) <= own for own in BINARY)
    if CONFIG["same_kind"] and kind == "ReplaceComparisonOperator":
        return any(set(change.split("_")) <= own for own in COMPARED)
    return kind not in {"NumberReplacer", "RemoveDecorator", "VariableReplacer", "VariableInserter"}


def operators() -> dict[str, Operator]:
    """Return cosmic-ray's operators by name, with numbers changed as above; decorators are left alone."""
    provider = OperatorProvider()
    return {"NumberChange": NumberChange(), **{name: provider[name]() for name in provider if used(name)}}


OPERATORS = operators()


@dataclass(frozen=True)
class Mutant:
    """One change to one file."""

    path: str
    line: int
    operator: str
    occurrence: int

    @property
    def package(self) -> str:
        """The folder of its file."""
        return self.path.rpartition("/")[0]

    def changed(self, code: str) -> str:
        """Return the code of its file with the change."""
        return mutate_code(code, OPERATORS[self.operator], self.occurrence)

    def shown(self, code: str) -> str:
        """Return the lines that differ, before and after."""
        old, new = code.splitlines(), self.changed(code).splitlines()
        lines = [(a.strip(), b.strip()) for a, b in zip(old, new, strict=False) if a != b]
        before, after = zip(*lines, strict=True) if lines else (("?",), ("?",))
        return f"{' '.join(before)}  ->  {' '.join(after)}"


def says_nothing(node: parso.tree.NodeOrLeaf, lines: list[str]) -> bool:
    """Return whether a change here cannot change what the code does.

    Annotations and aliases of types; decorators; texts (a message's call, an f-string, a raise); ``strict=`` of zip;
    numbers that only guard against a division by nothing; imports; a line marked ``pragma``.
    """
    if "# pragma" in lines[node.start_pos[0] - 1]:
        return True
    if node.type == "number" and 0 < abs(ast.literal_eval(node.value)) <= TINY:
        return True
    if node.type == "operator" and node.value == "|":
        beside = {node.get_previous_leaf().value, node.get_next_leaf().value}
        if beside & {"None", "str", "int", "float", "bytes", "bool", "]"} and ")" not in beside:
            return True
    below, above = node, node.parent
    while above is not None:
        if _of_no_effect(below, above):
            return True
        below, above = above, above.parent
    return False


def _of_no_effect(below: parso.tree.NodeOrLeaf, above: parso.tree.NodeOrLeaf) -> bool:
    """Return whether a part of a statement, within the next larger one, has no effect of its own."""
    named = {
        "annassign": lambda: below is above.children[1],
        "param": lambda: below is above.annotation,
        "funcdef": lambda: below is above.annotation,
        "argument": lambda: above.children[0].get_code().strip() == "strict",
        "trailer": lambda: above.get_previous_leaf().value in TEXTS,
        "if_stmt": lambda: above.children[1].get_code().strip() == "TYPE_CHECKING",
    }
    whole = {"decorator", "raise_stmt", "fstring", "fstring_expr", "import_from", "import_name", "tfpdef"}
    return above.type in whole or (above.type in named and named[above.type]())


def places(path: str) -> Iterator[list[Mutant]]:
    """Yield for every place of a file the changes that can be made there."""
    code = (ROOT / path).read_text()
    lines = code.splitlines()
    found = defaultdict(list)
    seen = Counter()
    for node in ast_nodes(get_ast(code)):
        if node.type in {"name", "string", "newline", "endmarker", "file_input"}:
            continue
        for name, operator in OPERATORS.items():
            for start, end in operator.mutation_positions(node):
                mutant = Mutant(path, start[0], name, seen[name])
                seen[name] += 1
                if not says_nothing(node, lines):
                    found[start, end].append(mutant)
    return iter(found.values())


def drawn(sample: int, seed: int) -> list[Mutant]:
    """Draw places, and at each of them one change: a plus that can become eleven others is one place."""
    files = sorted(str(file.relative_to(ROOT)) for path in CONFIG["paths"] for file in (ROOT / path).rglob("*.py"))
    every = [place for path in files if path not in CONFIG["left_out"] for place in places(path)]
    chance = random.Random(seed)
    tell(f"{len(every)} places where a change can be made; {min(sample, len(every))} are drawn with seed {seed}.")
    return [chance.choice(place) for place in chance.sample(every, min(sample, len(every)))]


def extent(path: str, line: int) -> set[int]:
    """Return the lines one of which runs when what stands in this line runs.

    Those of the statement; of the whole function where it is a default; of every function where it is of the module.
    """
    tree = ast.parse((ROOT / path).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    around = [node for node in functions if node.lineno <= line <= node.end_lineno]
    if not around:
        return {line}.union(*(range(node.body[0].lineno, node.end_lineno + 1) for node in functions))
    inner = max(around, key=lambda node: node.lineno)
    if line < inner.body[0].lineno:
        return set(range(inner.body[0].lineno, inner.end_lineno + 1))
    best = range(line, line + 1)
    for node in ast.walk(inner):
        if isinstance(node, ast.stmt) and node is not inner and node.lineno <= line <= node.end_lineno:
            body = getattr(node, "body", None)
            last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno
            if line <= last:
                best = range(node.lineno, last + 1)
    return set(best)


class Recorder:
    """Tell coverage which test or shared fixture runs, and note how long each test takes."""

    def __init__(self, coverage: object) -> None:
        self.coverage, self.now = coverage, ""
        self.tests: dict[str, dict] = {}

    def switch(self, context: str) -> None:
        """Count what runs from now on for a test or a fixture."""
        self.now = context
        self.coverage.switch_context(context)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Tell that a test begins."""
        self.tests[item.nodeid] = {"seconds": 0.0, "fixtures": list(item.fixturenames), "passed": True}
        self.switch(item.nodeid)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef) -> Iterator[None]:
        """Count a fixture that tests share by itself, as the later ones do not run it again."""
        before = self.now
        if fixturedef.scope != "function":
            self.switch(f"fixture {fixturedef.argname}")
        try:
            return (yield)
        finally:
            self.switch(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a part of a test took, and whether it passed."""
        self.tests[report.nodeid]["seconds"] += report.duration
        self.tests[report.nodeid]["passed"] &= report.passed


class Chosen:
    """Run these tests alone, in this order, and keep which of them fail."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {test: number for number, test in enumerate(tests)}
        self.failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the chosen tests, in their order."""
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what failed."""
        if report.failed:
            self.failed.append(report.nodeid)


def in_a_child(copy: Path, timeout: float, work: object, log: Path) -> int | None:
    """Do some work in a fork of this process, with our packages taken anew from the copy; None if time ran out."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            os.setsid()
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.chdir(copy)
            for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
                del sys.modules[name]
            sys.path[:] = [str(copy), *(path for path in sys.path if path not in {"", str(ROOT)})]
            code = int(work())
        except BaseException:  # noqa: BLE001 - whatever it is, the parent has to be told
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


OPTIONS = ["-p", "no:cacheprovider", "-m", CONFIG["marks"], "--hypothesis-seed=0"]
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that the parent has imported


def reaching(copy: Path, kept: Path) -> dict:
    """Return how long each test takes, and by file and line which tests and fixtures reach it."""
    if not kept.exists():
        tell("The tests run once under coverage ...")

        def work() -> int:
            import coverage

            watch = coverage.Coverage(data_file=None, include=[f"{copy}/{path}/*" for path in CONFIG["paths"]])
            watch.start()
            recorder = Recorder(watch)
            code = pytest.main([*OPTIONS, "-p", "no:warnings", *CONFIG["tests"]], plugins=[recorder])
            watch.stop()
            data = watch.get_data()
            lines = {str(Path(file).relative_to(copy)): data.contexts_by_lineno(file) for file in data.measured_files()}
            kept.write_text(json.dumps({"tests": recorder.tests, "lines": lines}))
            return code

        code = in_a_child(copy, 1800, work, KEPT / "coverage.log")
        if code != 0:
            kept.unlink(missing_ok=True)
            raise SystemExit(f"The tests fail with nothing changed: see {KEPT / 'coverage.log'}.")
    return json.loads(kept.read_text())


def own_tests(mutant: Mutant) -> str:
    return f"tests/{mutant.package}/test_{Path(mutant.path).stem}.py::"


def tests_of(mutant: Mutant, known: dict) -> list[str]:
    """Return the tests that reach a mutant: of its own module first, the quickest first."""
    lines = known["lines"].get(mutant.path, {})
    contexts = {context for line in extent(mutant.path, mutant.line) for context in lines.get(str(line), [])}
    tests = [
        (not name.startswith(own_tests(mutant)), test["seconds"], name)
        for name, test in known["tests"].items()
        if test["passed"] and (name in contexts or contexts & {f"fixture {fixture}" for fixture in test["fixtures"]})
    ]
    chosen, total = [], 0.0
    for _, seconds, name in sorted(tests):
        total += seconds
        if chosen and total > CONFIG["at_most_seconds"]:
            break
        chosen.append(name)
    return chosen


def ran(tests: list[str], copy: Path, known: dict) -> tuple[int | None, list[str]]:
    """Run tests until one fails; return how that ended, None if it took too long, and what failed."""
    log, failed = KEPT / "last.log", copy / "failed.json"
    failed.write_text("[]")
    timeout = 10 + CONFIG["timeout_factor"] * (5 + sum(known["tests"][test]["seconds"] for test in tests))

    def work() -> int:
        sys.dont_write_bytecode = True
        chosen = Chosen(tests)
        code = pytest.main(
            [*OPTIONS, "-x", "--tb=line", *dict.fromkeys(test.partition("::")[0] for test in tests)], plugins=[chosen]
        )
        failed.write_text(json.dumps(chosen.failed))
        return code

    result = in_a_child(copy, timeout, work, log)
    if result in {BROKEN, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise SystemExit(f"The tests could not be run: see {log}.")
    return result, json.loads(failed.read_text())


def outcome(mutant: Mutant, copy: Path, known: dict) -> tuple[str, list[str]]:
    """Return what became of a mutant, and which test killed it; none if the code could not even be imported."""
    tests = tests_of(mutant, known)
    if not tests:
        return "not reached", []
    file = copy / mutant.path
    code = file.read_text()
    for stale in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        stale.unlink()
    file.write_text(mutant.changed(code))
    try:
        own = [test for test in tests if test.startswith(own_tests(mutant))]
        result, failed = ran(own, copy, known) if own else (0, [])
        if result == 0 and len(own) < len(tests):
            result, failed = ran(tests[len(own) :], copy, known)
    finally:
        file.write_text(code)
    return "timeout" if result is None else "survived" if result == 0 else "killed", failed


def tree() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(name for name in listed if (ROOT / name).is_file())


def table(results: list[dict]) -> str:
    """Return a line for each package and one for all, and below them what lived."""
    lines = [f"{'package':24}{'sampled':>8}{'killed':>8}{'survived':>10}{'timeouts':>10}{'share':>8}"]
    for package in [*sorted({result["package"] for result in results}), "all"]:
        counts = Counter(r["outcome"] for r in results if package in {"all", r["package"]})
        killed, total = counts["killed"] + counts["timeout"], counts.total()
        lived = counts["survived"] + counts["not reached"]
        share = f"{killed / total:.1%}"
        lines.append(f"{package:24}{total:>8}{counts['killed']:>8}{lived:>10}{counts['timeout']:>10}{share:>8}")
    lines += ["", "Survivors:"]
    for result in sorted(results, key=lambda result: (result["path"], result["line"])):
        if result["outcome"] in {"survived", "not reached"}:
            note = "  (no test reaches it)" if result["outcome"] == "not reached" else ""
            lines.append(f"{result['path']}:{result['line']}  {result['change']}{note}")
    return "\n".join(lines)


def main() -> None:
    """Draw mutants, run the tests on each, and print what was killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=CONFIG["sample"], help="how many mutants are drawn")
    parser.add_argument("--seed", type=int, default=CONFIG["seed"])
    parser.add_argument("--again", type=Path, help="results of an earlier run: only what lived there is tried")
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in SLOW_TO_IMPORT.split():
        __import__(name)
    gc.freeze()
    KEPT.mkdir(exist_ok=True)
    names = tree()
    digest = hashlib.sha256(b"".join(name.encode() + (ROOT / name).read_bytes() for name in names)).hexdigest()[:12]
    if options.again:
        earlier = [json.loads(line) for line in options.again.read_text().splitlines()]
        lived = [result for result in earlier if result["outcome"] in {"survived", "not reached"}]
        mutants = [Mutant(r["path"], r["line"], r["operator"], r["occurrence"]) for r in lived]
        kept = KEPT / f"{digest}-again-{options.again.stem}.jsonl"
    else:
        mutants = drawn(options.sample, options.seed)
        kept = KEPT / f"{digest}-{options.seed}-{options.sample}.jsonl"
    results = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "tree"
        for name in names:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
        known = reaching(copy, KEPT / f"{digest}-coverage.json")
        first = next(iter(known["tests"]))
        if ran([first], copy, known)[0] != 0:
            raise SystemExit(f"{first} fails alone with nothing changed: see {KEPT / 'last.log'}.")
        for number, mutant in enumerate(mutants[len(results) :], len(results) + 1):
            began = time.monotonic()
            change = mutant.shown((copy / mutant.path).read_text())
            found, by = outcome(mutant, copy, known)
            told = {"package": mutant.package, "outcome": found, "change": change, "by": by}
            results.append({**asdict(mutant), **told})
            with kept.open("a") as file:
                file.write(json.dumps(results[-1]) + "\n")
            spent = time.monotonic() - began
            tell(f"{number}/{len(mutants)}  {found:12}{spent:5.1f} s  {mutant.path}:{mutant.line}  {change}")
        killers = sorted({test for result in results for test in result["by"]})
        result, failed = ran(killers, copy, known) if killers else (0, [])
        if result != 0:
            raise SystemExit(f"What killed mutants fails with nothing changed, too: {failed}.")
    tell(table(results))


if __name__ == "__main__":
    main()
