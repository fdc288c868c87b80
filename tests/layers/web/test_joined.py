"""Modules joined to one script: each once, behind what it imports, with names of its own."""

import pytest

from layers.web.joined import joined


def test_a_module_comes_once_behind_those_that_it_imports():
    script = joined(
        {
            "a.js": 'import { two, three } from "./b.js";\n\nexport const five = two + three;\n',
            "b.js": 'import { one } from "./c.js";\nexport const two = one + 1;\nexport const three = 3;\n',
            "c.js": "const own = 1;\nexport const one = own;\n",
        }
    )
    assert script.index('modules["c.js"] = ') < script.index('modules["b.js"] = ') < script.index('modules["a.js"] = ')
    assert script.count('modules["b.js"] = ') == 1
    assert 'const { two, three } = modules["b.js"];' in script
    assert "return { two, three };" in script
    assert script.startswith('"use strict";\n')


def test_what_is_passed_on_is_exported_too():
    script = joined({"a.js": 'export { B, C } from "./b.js";\n', "b.js": "export class B {}\nexport class C {}\n"})
    assert 'const { B, C } = modules["b.js"];\nreturn { B, C };' in script


def test_modules_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        joined({"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'})


@pytest.mark.parametrize(
    "line", ['import all from "./b.js";', 'import "./b.js";', "export default 1;", "export { one as two };"]
)
def test_another_form_of_import_or_export_is_refused(line):
    with pytest.raises(ValueError, match="no form"):
        joined({"a.js": f"{line}\n", "b.js": ""})


def test_a_word_in_a_text_is_no_export():
    assert "say(`\n  export me`)" in joined({"a.js": "say(`\n  export me`)\n"})
