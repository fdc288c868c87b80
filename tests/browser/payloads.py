"""Two hundred texts that run, if a page takes text for code: each calls ``ran()`` or plants an element.

They are put together from what may run in a browser (W3C HTML: elements, event attributes, address schemes), from what
would let them out of the place where a text stands, and from what Streamlit and spreadsheets take for markup.
"""

from __future__ import annotations

from itertools import cycle

PLANTED = "data-planted"

BREAKOUTS = (
    "",
    '">',
    "'>",
    "</script>",
    "</style>",
    "</textarea>",
    "</title>",
    "</noscript>",
    "-->",
    "]]>",
    "\"'`>",
    "</td></tr></table>",
    "</option></select>",
    "</iframe>",
    "\u2028\u2029",
)
"""What ends an attribute, an element, a comment or a line of a script."""
ELEMENTS = (
    f"<script {PLANTED}>ran()</script>",
    f"<img {PLANTED} src=x onerror=ran()>",
    f"<svg {PLANTED} onload=ran()>",
    f"<svg><script {PLANTED}>ran()</script></svg>",
    f"<svg><animate {PLANTED} onbegin=ran() attributeName=x dur=1s>",
    f'<iframe {PLANTED} srcdoc="<script>parent.ran()</script>"></iframe>',
    f"<iframe {PLANTED} src=javascript:parent.ran()></iframe>",
    f"<details {PLANTED} open ontoggle=ran()>x</details>",
    f"<input {PLANTED} autofocus onfocus=ran()>",
    f"<video {PLANTED}><source onerror=ran()></video>",
    f"<marquee {PLANTED} onstart=ran()>x</marquee>",
    f"<style {PLANTED}>@keyframes k{{}}</style><b style=animation-name:k onanimationstart=ran()>x</b>",
    f"<math {PLANTED}><mtext><img src=x onerror=ran()></mtext></math>",
    f"<object {PLANTED} data=javascript:ran()></object>",
    f"<base {PLANTED} href=//elsewhere.invalid/>",
    f"<meta {PLANTED} http-equiv=refresh content=0;url=javascript:ran()>",
)
IN_SCRIPTS = (
    "${ran()}",
    "`${ran()}`",
    "`;ran();//",
    "';ran();//",
    '";ran();//',
    "\\';ran();//",
    "\\u0027;ran();//",
    "{{constructor.constructor('ran()')()}}",
    "#{ran()}",
    "<%= ran() %>",
    "{%raw%}{{ran()}}",
    "__proto__",
    '"},"ran":ran(),"x":{"',
    "\n;ran();\n",
)
"""What leaves a string of a script, or a template."""
IN_ATTRIBUTES = (
    '" onmouseover=ran() x="',
    "' onfocus=ran() autofocus x='",
    "x onpointerenter=ran()",
    '" style="animation-name:k" onanimationstart="ran()',
    "javascript:ran()",
    "JaVaScRiPt:ran()",
    "java\tscript:ran()",
    " javascript:ran()",
    "data:text/html,<script>ran()</script>",
    "vbscript:ran()",
    "https://elsewhere.invalid/?x",
    "//elsewhere.invalid/x.js",
    "url(javascript:ran())",
    "expression(ran())",
)
MARKUP = (
    "[x](javascript:ran())",
    '![x](x" onerror="ran())',
    "<javascript:ran()>",
    "**bold** _slanted_ ~~gone~~",
    ":red[red] :material/warning: :smile:",
    "$\\href{javascript:ran()}{x}$",
    "$$\\htmlData{x=1}{y}$$",
    "# heading",
    "- list\n- list",
    "```js\nran()\n```",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "&lt;script&gt;ran()&lt;/script&gt;",
    "&#60;script&#62;ran()&#60;/script&#62;",
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    '=HYPERLINK("https://elsewhere.invalid";"x")',
    "=cmd|' /C calc'!A0",
    "|=1+1",
)
OTHER = (
    "\u202e<script>ran()</script>",
    "\ufeff=1+1",
    "\u200b<img src=x onerror=ran()>",
    "\uff1cscript\uff1eran()\uff1c/script\uff1e",
    "%3Cscript%3Eran()%3C/script%3E",
    "<scr<script>ipt>ran()</scr</script>ipt>",
    "<<script>ran()//<</script>",
    "<ScRiPt>ran()</sCrIpT>",
    "<img/src=x/onerror=ran()>",
    "<img src=x onerror=\u0060ran()\u0060>",
    "مرحبا <b>ran</b>",
)
NUMBER = 200

_APART = (*IN_SCRIPTS, *IN_ATTRIBUTES, *MARKUP, *FORMULAS, *OTHER)
PAYLOADS = (
    *_APART,
    *(BREAKOUTS[at % len(BREAKOUTS)] + ELEMENTS[at % len(ELEMENTS)] for at in range(NUMBER - len(_APART))),
)
"""As many as ``NUMBER``, all different."""


def spread(number: int) -> list[str]:
    """Return so many texts, each holding its share of all of them, one behind the other."""
    groups: list[list[str]] = [[] for _ in range(number)]
    for group, payload in zip(cycle(groups), PAYLOADS, strict=False):
        group.append(payload)
    return [" ".join(group) for group in groups]
