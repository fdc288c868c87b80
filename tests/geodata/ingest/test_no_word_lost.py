"""No word of a row is missing from the exported row or the report, whatever it is; headers are known in seven languages."""

import csv
import io
import random

import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.io.writers import csv_of
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import PLAIN, profiles

WORDS = {
    "event type": [
        "Rescue",
        "Pushback",
        "Traite des personnes",
        "Stranded vessel",
        "death",
        "Schleusung",
        "??",
        "تهريب",
    ],
    "transport mode": [
        "rubber boat",
        "by sea",
        "quad-copter relay",
        "on foot",
        "LKW",
        "قارب",
        "mixed: sea, then truck",
    ],
    "nationality": ["Tunisia", "Guinée", "Kurdish", "SYR", "Syria, Iraq", "unknown", "Ivory Coast", "Atlantis"],
    "dead": ["~30", "10-15", "NA", "4", "1,200", "several", ">50", ""],
    "place": ["Sfax", "off Lampedusa", "Zarzis, Tunisia", ""],
    "route": ["Central Mediterranean", "La ruta canaria", ""],
    "country": ["Libya", "Kurdistan Region", "Nowhere"],
    "notes": ["two boats", "=1+1", "a; b", "naïve «quotes»", ""],
    "weather": ["calm", "force 7"],
    "TLP": ["GREEN", "TLP:AMBER", "AMBER+STRICT"],
}
EXACT = {"4", "1,200"}
"""Counts that are read as they are."""


def made_up(count: int, seed: int) -> list[dict[str, str]]:
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        row = {name: draw.choice(words) for name, words in WORDS.items()}
        where = {"lat": f"{draw.uniform(20, 45):.4f}", "lon": f"{draw.uniform(-15, 40):.4f}"}
        rows.append({"id": f"M-{number}", "date": f"2024-0{draw.randint(1, 9)}-11", **where} | row)
    return rows


def missing(rows: list[dict[str, str]], tmp_path, home) -> list[tuple[str, str, str]]:
    """Return id, column and word of whatever is neither in the exported row nor in the report of refusals."""
    file = tmp_path / "made-up.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    ledger = Ledger(home)
    done = ingest_file(file, ledger)
    report = done.refusal_report.read_text("utf-8-sig") if done.refusal_report else ""
    exported = csv.DictReader(io.StringIO(csv_of(ledger.incidents()).decode()))
    stored = {row["source_record"]: " ".join(row.values()) for row in exported}
    lost = []
    for row in rows:
        text = stored.get(row["id"], report).casefold()
        for name in WORDS:
            word = row[name].strip().casefold()
            if word and word not in EXACT and word not in text and word.replace('"', '\\"') not in text:
                lost.append((row["id"], name, word))
    return lost


def test_no_word_of_a_thousand_made_up_rows_is_lost(tmp_path, home):
    assert missing(made_up(1_000, 1), tmp_path, home) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_no_word_of_ten_thousand_made_up_rows_is_lost(tmp_path, home, seed):
    assert missing(made_up(10_000, seed), tmp_path, home) == []


# fmt: off
HEADERS = {
    "time": "date|date de l'incident|fecha del suceso|Datum|data dell'evento|data da ocorrência|تاريخ الحادث",
    "clock": "time|heure|hora|Uhrzeit|orario|hora local|الساعة",
    "time_end": "end date|date de fin|fecha de fin|Enddatum|data di fine|data de fim|تاريخ النهاية",
    "year": "year|année|año|Jahr|anno|ano|السنة",
    "month": "month|mois|mes|Monat|mese|mês|الشهر",
    "lat": "latitude|latitude|Latitud|Breitengrad|latitudine|latitude|خط العرض",
    "lon": "longitude|longitude|Longitud|Längengrad|longitudine|longitude|خط الطول",
    "coordinates": "coordinates|coordonnées GPS|coordenadas|Koordinaten|coordinate GPS|coordenadas GPS|الإحداثيات",
    "country": "country of incident|pays|país|Staat|paese|país do incidente|البلد",
    "place": "location|lieu|lugar|Ort|luogo|localidade|المكان",
    "airport": "airport|aéroport|aeropuerto|Flughafen|aeroporto|aeroporto|المطار",
    "kind": "incident type|type d'incident|tipo de incidente|Art des Vorfalls|tipo di incidente|tipo de ocorrência|نوع الحادث",
    "mode": "means of transport|moyen de transport|medio de transporte|Transportmittel|mezzo di trasporto|meio de transporte|وسيلة النقل",
    "people": "number of persons|nombre de personnes|número de personas|Anzahl Personen|numero di persone|número de pessoas|عدد الأشخاص",
    "dead": "deaths|morts|fallecidos|Todesopfer|decessi|óbitos|الوفيات",
    "missing": "missing|disparus|desaparecidos|Vermisste|dispersi|desaparecidos|المفقودين",
    "survivors": "survivors|survivants|supervivientes|Überlebende|sopravvissuti|sobreviventes|الناجين",
    "origins": "nationality|nationalité|nacionalidad|Staatsangehörigkeit|nazionalità|nacionalidade|الجنسية",
    "departure": "place of departure|lieu de départ|lugar de salida|Abfahrtsort|luogo di partenza|local de partida|مكان المغادرة",
    "transit": "transit country|pays de transit|país de tránsito|Transitland|paese di transito|pais de transito|بلد العبور",
    "destination": "destination|pays de destination|destino|Zielland|destinazione|destino|الوجهة",
    "route_label": "migration route|route migratoire|ruta migratoria|Migrationsroute|rotta migratoria|rota migratória|طريق الهجرة",
    "text": "description|remarques|descripción|Beschreibung|descrizione|descrição|الوصف",
    "source_record": "case number|identifiant|identificador|Aktenzeichen|identificativo|identificação|المعرف",
    "source": "source|source de données|fuente|Quelle|fonte|fonte|المصدر",
    "modus_operandi": "modus operandi|mode opératoire|modalidad|Vorgehensweise|modalità operativa|modo de atuação|أسلوب العمل",
    "url": "link|lien|enlace|url|url|url|الرابط",
    "accuracy_m": "GPS accuracy|précision GPS|precisión en metros|Genauigkeit m|precision m|accuracy m|gps precision",
    "day": "day of month|jour du mois|día del mes|day|giorno del mese|dia do mês|day",
    "source_grade": "source reliability|fiabilité de la source|fiabilidad de la fuente|source quality|source_grade|source grade|source_grade",
}
# fmt: on
LANGUAGES = ("en", "fr", "es", "de", "it", "pt", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", HEADERS)
def test_thirty_headers_are_known_in_seven_languages(field, language):
    plain = next(profile for profile in profiles() if profile.name == PLAIN)
    header = HEADERS[field].split("|")[LANGUAGES.index(language)]
    found = plain.mapping([header])
    assert field in found or (field == "clock" and "time" in found), found
