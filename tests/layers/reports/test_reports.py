"""Reports, read back by other programs: what they say, for whom, and that every page bears the mark."""

import base64
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
from docx import Document
from PIL import Image
from pptx import Presentation
from pptx.enum.dml import MSO_FILL

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.audience.audiences import AUDIENCES, OWN
from layers.reports import fonts
from layers.reports.contents import House, Table
from layers.reports.documents import REPORTS, form_of
from layers.reports.house import house_of
from layers.reports.writing import report_of
from layers.web.translations import report_languages
from tests.layers.reports.conftest import SECRET


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def slides(content: bytes) -> list[str]:
    found = []
    for slide in Presentation(io.BytesIO(content)).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        for shape in slide.shapes:
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
        found.append("\n".join(texts))
    return found


def letter(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    around = (document.sections[0].header, document.sections[0].footer)
    texts = [paragraph.text for part in (*around, document) for paragraph in part.paragraphs]
    return "\n".join([*texts, *cells])


def words(ending: str, content: bytes) -> str:
    """Return what a reader sees of a report."""
    if ending == "pdf":
        return "\n".join(pages(content))
    if ending == "pptx":
        return "\n".join(slides(content))
    if ending == "docx":
        return letter(content)
    return re.sub(r"<[^>]*>", "\n", content.decode())


def made(year, ending: str, audience=OWN, language: str = "en", **special: Any) -> bytes:
    return REPORTS[ending].write(report_of(year(), audience, language, **special))


@pytest.mark.parametrize("ending", REPORTS)
def test_a_report_tells_its_figures_routes_credits_and_what_it_was_made_from(year, ending):
    told = words(ending, made(year, ending))
    for said in ("18", "Sfax – Lampedusa", "Coast guard (CC BY 4.0)", "ledger version 3", "2024-01-01 – 2024-12-31"):
        assert said in told
    assert "Not all reports of the months after 2024-06 have arrived" in told


@pytest.mark.parametrize("ending", REPORTS)
def test_text_of_a_source_stays_text(year, ending):
    content = made(year, ending)
    told = words(ending, content).replace("\n", " ")
    if ending == "html":
        assert b"<img src=x" not in content
        assert b"&lt;img src=x onerror=alert(1)&gt;" in content
    else:
        assert '#import "x": * = $x$' in told
        assert "</script><img" in told.replace(" ", "")


def test_every_page_of_a_pdf_bears_the_mark_and_its_number_and_is_tagged_for_readers(year):
    content = made(year, "pdf")
    told = pages(content)
    assert all("TLP:AMBER" in page for page in told)
    assert [f"{number} / {len(told)}" in page for number, page in enumerate(told, start=1)] == [True] * len(told)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    document = pypdfium2.PdfDocument(content)
    assert document.get_metadata_value("Title").startswith("Smuggling routes")
    assert document.is_tagged()


def test_every_slide_bears_the_mark_and_its_number_with_tables_and_charts_that_can_be_edited(year):
    content = made(year, "pptx")
    told = slides(content)
    assert all("TLP:AMBER" in slide for slide in told)
    assert all(f"Z · {number}" in slide for number, slide in enumerate(told, start=1))
    shapes = [shape for slide in Presentation(io.BytesIO(content)).slides for shape in slide.shapes]
    chart = next(shape.chart for shape in shapes if shape.has_chart)
    assert list(chart.plots[0].categories) == [f"2024-{month:02d}" for month in range(1, 10)]
    assert sum(chart.plots[0].series[0].values) == 18
    hatched = [at for at in range(9) if chart.plots[0].series[0].points[at].format.fill.type == MSO_FILL.PATTERNED]
    assert hatched == [6, 7, 8]  # what is after 2024-06
    table = next(shape.table for shape in shapes if shape.has_table)
    assert [cell.text for cell in table.rows[1].cells][:4] == ["1", "Sfax – Lampedusa", "sea", "9"]


def test_a_letter_has_headings_a_table_with_repeated_heads_and_the_mark_over_each_page(year):
    content = made(year, "docx")
    document = Document(io.BytesIO(content))
    assert "TLP:AMBER" in document.sections[0].header.paragraphs[0].text
    assert [one.text for one in document.paragraphs if one.style.name == "Heading 1"][:3] == [
        "Summary",
        "Map",
        "Routes",
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert "w:tblHeader" in xml
    assert 'descr="Map of 3 routes.' in xml


def test_a_page_runs_nothing_and_asks_nobody(year):
    told = made(year, "html").decode()
    assert "<script" not in told
    assert "default-src 'none'" in told
    assert set(re.findall(r'(?:src|href)="(\w+:)', told)) == {"data:"}


@pytest.mark.parametrize("ending", REPORTS)
def test_partners_read_of_no_route_with_fewer_than_five_incidents_and_of_no_single_incident(year, ending):
    told = words(ending, made(year, ending, AUDIENCES["partner"]))
    assert "Zuwarah – Lampedusa" not in told  # Six would tell that three were left out.
    assert "#import" not in told
    assert "Sfax – Lampedusa" in told
    assert "Kinds of incident" not in told
    assert "people in them" not in told
    assert "Counts are rounded to the nearest 5, none below it is shown" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Summary"), ("fr", "Résumé"), ("es", "Resumen"), ("ar", "الملخص")], ids=str
)
def test_reports_speak_four_languages(year, language, said):
    content = made(year, "html", language=language).decode()
    assert f"<h2>{said}</h2>" in content
    assert ('dir="rtl"' in content) == (language == "ar")
    assert len(pages(made(year, "pdf", language=language))) >= 2
    assert language in report_languages()


def test_a_report_of_one_route_is_named_after_it_and_tells_only_of_it(year):
    told = words("pdf", made(year, "pdf", chosen=["first"]))
    assert "Route Sfax – Lampedusa" in told
    assert "Tunisia: source" in told
    assert "Zuwarah" not in told


def test_an_agency_gives_its_name_banner_colour_and_logo(year, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    look = tmp_path / "look.toml"
    look.write_text('organisation = "Agency"\nbanner = "RESTRICTED"\naccent = "#123456"\nlogo = "logo.svg"\n')
    house = house_of(look)
    told = pages(made(year, "pdf", house=house))
    assert all("Agency" in page and "RESTRICTED · TLP:AMBER" in page for page in told)
    assert "--accent: #123456" in made(year, "html", house=house).decode()
    for ending in ("pptx", "docx"):
        with zipfile.ZipFile(io.BytesIO(made(year, ending, house=house))) as archive:
            assert any(house.logo == archive.read(name) for name in archive.namelist() if name.endswith(".png"))
    assert house_of(None) == House()


@pytest.mark.parametrize(
    "text", ["accent = 'red'", "logo = 'none.png'", "logo = '../../etc/passwd'", "what = 1", "= ?"], ids=str
)
def test_a_look_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, text):
    look = tmp_path / "look.toml"
    look.write_text(text)
    with pytest.raises(WrongValue, match="it is a TOML file with organisation"):
        house_of(look)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="9"><script>run()</script>{inside}</svg>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("logo.png", "no picture", "cannot be read"),
        ("logo.svg", "<svg", "cannot be read"),
        ("logo.svg", SVG.format(wide=9, inside='<image href="/etc/hostname"/>'), "refers to '/etc/hostname'"),
        ("logo.svg", SVG.format(wide=9, inside='<use href="http://127.0.0.1/x.svg"/>'), "refers to 'http://127"),
        ("logo.svg", SVG.format(wide=10**9, inside=""), "1e\\+09 wide and 9 high"),
        ("logo.svg", " " * 3_000_000, "too large"),
    ],
    ids=str,
)
def test_a_logo_that_is_none_or_asks_for_other_files_is_refused_in_a_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    (tmp_path / "look.toml").write_text(f'logo = "{name}"')
    with pytest.raises(WrongValue, match=said):
        house_of(tmp_path / "look.toml")


def test_of_a_logo_nothing_but_its_picture_gets_into_a_report(tmp_path, year):
    (tmp_path / "logo.svg").write_text(SVG.format(wide=18, inside='<rect width="9" height="9"/>'))
    (tmp_path / "look.toml").write_text('logo = "logo.svg"')
    house = house_of(tmp_path / "look.toml")
    assert Image.open(io.BytesIO(house.logo)).size == (800, 400)
    pictures = re.findall(r'src="data:([a-z/+]*);base64,([^"]*)"', made(year, "html", house=house).decode())
    assert pictures[0][0] == "image/png"
    assert not any(b"run()" in base64.b64decode(content) for _, content in pictures)


def test_a_file_of_another_folder_is_not_taken_as_a_logo_not_even_by_a_link(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    folder = tmp_path / "look"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    for name in ("link.png", "../secret.png", str(tmp_path / "secret.png")):
        (folder / "look.toml").write_text(f'logo = "{name}"')
        with pytest.raises(WrongValue, match="beside it"):
            house_of(folder / "look.toml")


def test_slides_and_letters_begin_from_an_agencys_own_file_whatever_layouts_and_styles_it_has(tmp_path, year):
    template = Presentation()
    template.core_properties.last_modified_by = SECRET
    for layout in list(template.slide_layouts)[2:]:
        template.slide_layouts.remove(layout)
    template.save(tmp_path / "agency.pptx")
    letter_ = Document()
    letter_.core_properties.last_modified_by = SECRET
    for name in ("List Bullet", "Caption", "Title", "Heading 1", "Light List Accent 1"):
        letter_.styles[name].delete()
    letter_.save(tmp_path / "agency.docx")
    (tmp_path / "look.toml").write_text('slides = "agency.pptx"\nletter = "agency.docx"')
    house = house_of(tmp_path / "look.toml")
    for ending in ("pptx", "docx"):
        content = made(year, ending, house=house)
        assert "Sfax – Lampedusa" in words(ending, content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert not any(SECRET.encode() in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("ending", ["pptx", "docx"])
def test_a_file_to_begin_from_that_is_none_is_refused_in_a_sentence(tmp_path, year, ending):
    (tmp_path / f"bad.{ending}").write_bytes(b"PK")
    (tmp_path / "look.toml").write_text(f'slides = "bad.{ending}"' if ending == "pptx" else f'letter = "bad.{ending}"')
    with pytest.raises(WrongValue, match=f"bad.{ending}: it cannot be used"):
        made(year, ending, house=house_of(tmp_path / "look.toml"))


@pytest.mark.parametrize("ending", ["pptx", "docx"])
def test_an_office_document_says_when_it_was_made_and_names_no_person(year, ending):
    content = made(year, ending, house=House(organisation="Agency"))
    about = (Presentation if ending == "pptx" else Document)(io.BytesIO(content)).core_properties
    assert (about.author, about.last_modified_by) == ("Agency", "Agency")
    assert about.created.date() == about.modified.date() == date(2026, 11, 30)


@pytest.mark.parametrize("ending", REPORTS)
def test_letters_that_no_document_can_hold_are_left_out(year, ending):
    harm = "a\x00b\x01c\x1bd\ufffe"
    export = year(area=f"within {harm}", credits=(harm,))
    (first, *others) = export.routes.corridors
    export = replace(export, routes=replace(export.routes, corridors=(replace(first, name=harm), *others)))
    assert "abcd" in words(ending, REPORTS[ending].write(report_of(export, OWN, "en")))


def test_what_was_asked_for_is_said_in_words_and_not_as_an_address(year):
    told = words(
        "html", REPORTS["html"].write(report_of(year(view=View(modes=["sea"], sources=["Küste & Co"])), OWN, "en"))
    )
    assert "mode: sea · source: Küste &amp; Co" in told


def test_columns_are_as_wide_as_their_longest_word_and_share_what_is_left():
    heads = ("No.", "Route", "Direction")
    table = Table("", heads, (("1", "Eastern route from the Horn of Africa: Al Madakisha - Layla " * 2, "one way"),))
    for head, wide in zip(heads, table.widths, strict=True):
        assert wide >= fonts.width(head, 8.5, bold=True)
    assert table.widths[1] > table.widths[2] > table.widths[0]
    assert sum(table.widths) == pytest.approx(493, abs=2)  # points between the margins of A4


@pytest.mark.parametrize("ending", REPORTS)
def test_a_word_without_an_end_is_cut_and_lies_over_no_other(year, ending):
    export = year()
    (first, *others) = export.routes.corridors
    long = replace(first, name="W" * 3000)
    export = replace(export, routes=replace(export.routes, corridors=(long, *others)))
    told = words(ending, REPORTS[ending].write(report_of(export, OWN, "en")))
    assert "W" * 39 + "…" in re.sub(r"\s", "", told)
    assert "W" * 40 not in re.sub(r"\s", "", told)


def test_a_report_of_nothing_says_so(incidents, corridor, year):
    nothing = year()
    empty = nothing.incidents.clear()
    bare = replace(nothing, incidents=empty, routes=replace(nothing.routes, corridors=()), changes=())
    for ending, form in REPORTS.items():
        assert "No route has incidents enough to be shown" in words(ending, form.write(report_of(bare, OWN, "en")))


def test_another_ending_is_refused_with_those_that_there_are():
    with pytest.raises(WrongValue, match=r"must end in \.pdf, \.pptx, \.docx, \.html"):
        form_of("report.odt")


def test_what_is_told_of_all_incidents_says_that_it_is_not_of_the_period(year):
    export = year()
    whole = replace(
        export, routes=replace(export.routes, notes=("Land: 12,997 incidents placed less exactly.",)), withheld=2
    )
    first, second, third = whole.notes
    assert first.startswith("2 incidents are marked too high")
    assert second == "What follows is of all incidents and all time, from which the routes were worked out:"
    assert third.startswith("Land: 12,997")
    assert export.notes == ()
    told = words("html", REPORTS["html"].write(report_of(whole, OWN, "fr")))
    assert "Ce qui suit porte sur tous les incidents" in told
