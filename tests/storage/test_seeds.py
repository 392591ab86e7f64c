"""A broken seed stops a run before anything is written, with file, line, rule and remedy in one sentence."""

import shutil
from pathlib import Path

import pytest

from tasks.domain.errors import SeedError
from tasks.storage.files import ROOT
from tasks.storage.seeds import load_taxonomy

THEMES = """# a comment
defense:
  label: Defense
  clock: XNYS
  shrinkage: 1.0
  meaning: Plus = more.
energy:
  label: Energy
  clock: XNYS
  shrinkage: 2
  meaning: Plus = scarcer.
"""
SOURCES = "wire:\n  kind: archive\n  publisher: W\n  language: en\n  terms: own\n  covers_to: 2025-08-29\n"
CLOCKS = "clock,calendar,zone,strike,lead_minutes\nXNYS,XNYS,America/New_York,close,15\n"
SERIES = "symbol,provider,series,lag_hours,notes\nBRENT,fred,DCOILBRENTEU,72,Late\nBRENT,eia,spt:RBRTE,,\n"
LEXICON = (
    "phrase,kind,block,scope,level,gate,factor,tone,geo,defense,energy,rationale\n"
    "attack~,event,assault,,act,place,,,3,2.4,2.4,Force.\n"
    "gold,tone,words,,,,,0,,,,A price.\n"
)
EXPOSURES = "phrase,kind,block,geo,defense,energy,rationale\noil,topic,topics,0.3,,1,Oil.\n"
INSTRUMENTS = (
    "symbol,label,clock,currency,adjustment,return_kind,allows_nonpositive,benchmark_symbol,publication_lag_hours,"
    "providers,defense,energy\n"
    "SPY,S&P 500,XNYS,USD,adjusted,simple,false,,2,sample,,\n"
    "ITA,Aerospace,XNYS,USD,adjusted,simple,false,SPY,2,sample;files,1,\n"
    "BRENT,Brent,XNYS,USD,none_needed,simple,false,,168,sample;eia;fred,,1\n"
)
FILES = {
    "themes.yaml": THEMES,
    "sources.yaml": SOURCES,
    "clocks.csv": CLOCKS,
    "lexicon.csv": LEXICON,
    "exposures.csv": EXPOSURES,
    "instruments.csv": INSTRUMENTS,
    "series.csv": SERIES,
}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def broken(seeds: Path, file: str, line: int | None) -> str:
    """The rule and the remedy of the error, after its file and line were seen to be right."""
    with pytest.raises(SeedError) as caught:
        load_taxonomy(seeds)
    error = caught.value
    assert (error.file, error.line) == (str(seeds / file), line)
    where = f"{seeds / file}" if line is None else f"{seeds / file}:{line}"
    assert str(error) == f"{where}: {error.rule}; {error.remedy}"
    return f"{error.rule}; {error.remedy}"


def test_sound_seeds_become_typed_values(seeds: Path) -> None:
    taxonomy = load_taxonomy(seeds)
    assert [theme.theme for theme in taxonomy.themes] == ["defense", "energy"]
    assert taxonomy.lexicon[0].valences == {"geo": 3.0, "defense": 2.4, "energy": 2.4}
    assert (taxonomy.lexicon[1].tone, taxonomy.lexicon[1].valences) == (0.0, {})
    assert taxonomy.exposures[0].relevances == {"energy": 1.0}
    assert taxonomy.instruments[1].providers == ("sample", "files")
    assert taxonomy.instruments[1].benchmark_symbol == "SPY"
    assert taxonomy.instruments[0].benchmark_symbol is None
    assert taxonomy.instruments[0].expected_signs == {}
    assert [(item.provider, item.series, item.lag_hours) for item in taxonomy.series] == [
        ("fred", "DCOILBRENTEU", 72.0),
        ("eia", "spt:RBRTE", None),
    ]


def test_marks_of_the_editor_make_no_difference(seeds: Path, tmp_path: Path) -> None:
    before = load_taxonomy(seeds)
    for name, text in FILES.items():
        (seeds / name).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_taxonomy(seeds) == before


def test_the_embedded_seeds_are_sound_and_know_the_three_themes() -> None:
    taxonomy = load_taxonomy(ROOT / "seeds")
    assert [theme.theme for theme in taxonomy.themes] == ["defense", "energy", "european_risk_premium"]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file(seeds: Path, file: str) -> None:
    (seeds / file).unlink()
    assert broken(seeds, file, None) == "the file is missing; restore it from the repository"


def test_a_folder_in_place_of_a_file(seeds: Path) -> None:
    (seeds / "clocks.csv").unlink()
    (seeds / "clocks.csv").mkdir()
    assert broken(seeds, "clocks.csv", None).startswith("cannot be read (Is a directory); give a folder of seeds")


@pytest.mark.parametrize("file", FILES)
def test_invalid_utf8_names_the_line(seeds: Path, file: str) -> None:
    first, rest = FILES[file].encode().split(b"\n", 1)
    (seeds / file).write_bytes(first + b"\n\xe9" + rest)
    assert broken(seeds, file, 2) == "not valid UTF-8; save the file as UTF-8"


# (file, text, what it becomes, line, rule; remedy)
FAULTS = [
    ("lexicon.csv", ",,3,2.4,2.4,", ",,4.1,2.4,2.4,", 2, "valences.geo = '4.1': Input should be less than or equal"),
    ("lexicon.csv", ",,3,2.4,2.4,", ",,3,-5,2.4,", 2, "valences.defense = '-5': Input should be greater than or"),
    ("lexicon.csv", ",,3,2.4,2.4,", ",,3,nan,2.4,", 2, "valences.defense = 'nan': Input should be a finite number"),
    ("lexicon.csv", ",,3,2.4,2.4,", ",,3,high,2.4,", 2, "valences.defense = 'high': Input should be a valid number"),
    ("lexicon.csv", ",0,,,,A price", ",4.5,,,,A price", 3, "tone = '4.5': Input should be less than or equal to 4"),
    ("lexicon.csv", ",0,,,,A price", ",,,,,A price", 3, "tone is given exactly when kind is tone; mend this entry"),
    ("lexicon.csv", "event,", "deed,", 2, "kind = 'deed': Input should be 'event'"),
    ("lexicon.csv", "attack~", "Attack~", 2, "'Attack~'"),
    ("lexicon.csv", "tone,geo", "tone,geoo", 1, "unknown key 'geoo'; did you mean 'geo'?"),
    ("lexicon.csv", ",defense,energy", ",defence,energy", 1, "unknown key 'defence'; did you mean 'defense'?"),
    ("lexicon.csv", "defense,energy,", "defense,defense,", 1, "key 'defense' stands twice; remove one of the two"),
    ("exposures.csv", ",energy,rationale", ",rationale,colour", 1, "unknown key 'colour'; known keys: phrase, kind"),
    ("exposures.csv", "0.3,,1", "0.3,,1.01", 2, "relevances.energy = '1.01': Input should be less than or equal to"),
    ("exposures.csv", "0.3,,1,Oil.", "0.3,,1", 2, "7 cells expected; mend the commas or quotes"),
    ("exposures.csv", "Oil.\n", "Oil, gas.\n", 2, "7 cells expected; mend the commas or quotes"),
    ("exposures.csv", "Oil.\n", '"Oil.\n', 2, "not a CSV row (unexpected end of data); mend the quotes"),
    ("exposures.csv", "Oil.\n", '"Oil" gas\n', 2, "not a CSV row (',' expected after '\"'); mend the quotes"),
    ("exposures.csv", "phrase,kind", '"phrase"s,kind', 1, "not a CSV row (',' expected after '\"'); mend the"),
    ("exposures.csv", "Oil.\n", "Oil.\noil,topic,topics,,,1,\n", None, "phrase and kind 'oil, topic' stands 2 times;"),
    ("exposures.csv", "oil,topic,topics,0.3,,1,Oil.\n", "", None, "holds no row; restore it from the repository"),
    ("lexicon.csv", "A price.\n", "A price.\ngold,tone,words,,,,,1,,,,\n", None, "phrase and kind 'gold, tone' stands"),
    ("instruments.csv", "false,SPY,", "false,ITA,", None, "benchmark of ITA is ITA itself; name another"),
    ("themes.yaml", THEMES, "{}", None, "holds no theme; restore it from the repository"),
    ("clocks.csv", "clock,", "clok,", 1, "unknown key 'clok'; did you mean 'clock'?"),
    ("clocks.csv", ",lead_minutes\n", ",lead_minute\n", 1, "unknown key 'lead_minute'; did you mean"),
    ("clocks.csv", "New_York", "New_Yorck", 2, "zone = 'America/New_Yorck': no such time zone, use an IANA name"),
    ("clocks.csv", ",close,", ",4pm,", 2, "strike = '4pm': String should match pattern"),
    ("clocks.csv", ",close,", ",,", 2, "strike = 'nothing': Field required; mend strike"),
    ("clocks.csv", ",15\n", ",15\nXNYS,XLON,Europe/London,close,15\n", None, "clock 'XNYS' stands 2 times; keep"),
    ("instruments.csv", "ITA,", "SPY,", None, "symbol 'SPY' stands 2 times; keep one"),
    ("instruments.csv", "ITA,Aerospace,XNYS", "ITA,Aerospace,XLSE", None, "clock of ITA is 'XLSE', which is not"),
    ("instruments.csv", "false,SPY,", "false,SPX,", None, "benchmark of ITA is 'SPX', which is not defined; use one"),
    ("instruments.csv", "sample;files,1,", "sample;files,2,", 3, "expected_signs.defense = '2': Input should be"),
    ("instruments.csv", "168,sample;eia;fred,,1", "168,sample;eia;fred,,0", None, "theme 'energy' has no"),
    ("instruments.csv", "none_needed", "none", 4, "adjustment = 'none': Input should be 'adjusted', 'none_needed'"),
    ("instruments.csv", "2,sample,,", "2,smaple,,", 2, "providers.0 = 'smaple': Input should be 'yahoo', 'fred',"),
    ("series.csv", "BRENT,eia", "BRENT,cboe", None, "cboe is no provider of BRENT; name cboe in column 'providers'"),
    ("instruments.csv", "2,sample,,", "2,sample;cboe,,", None, "SPY names provider cboe, which has no series of it;"),
    ("instruments.csv", "eia;fred,", "eia;fred;eia,", None, "BRENT names provider eia 2 times; keep one"),
    ("series.csv", "BRENT,fred", "BRNT,fred", None, "symbol 'BRNT' is not in instruments.csv; add it there or mend it"),
    ("series.csv", "BRENT,eia,spt:RBRTE", "BRENT,fred,X", None, "BRENT of fred stands 2 times; keep one"),
    ("series.csv", "BRENT,fred", "BRENT,stooq", 2, "provider = 'stooq': Input should be 'yahoo', 'fred',"),
    ("series.csv", "fred,DCOILBRENTEU", "yahoo,EURUSD=X", 2, "Yahoo labels the closes of EURUSD=X a session late;"),
    ("series.csv", ",72,", ",-1,", 2, "lag_hours = '-1': Input should be greater than or equal to 0"),
    ("themes.yaml", "clock: XNYS\n  shrinkage: 2", "clock: XETR\n  shrinkage: 2", None, "clock of theme energy is"),
    ("themes.yaml", "shrinkage: 2", "shrinkage: 2\n  reference_assets: [ITA]", None, "reference asset of theme energy"),
    ("themes.yaml", "  label: Energy", "  lable: Energy", 8, "unknown key 'lable'; did you mean 'label'?"),
    ("themes.yaml", "  label: Energy", "  label: E\n  colour: red", 9, "unknown key 'colour'; known keys: label,"),
    ("themes.yaml", "  label: Energy", "  label: Energy\n  label: Gas", 9, "key 'label' stands twice; remove one of"),
    ("themes.yaml", "energy:", "defense:", 7, "theme 'defense' stands twice; remove one of the two"),
    ("themes.yaml", "shrinkage: 2", "shrinkage: -2", 7, "shrinkage = -2: Input should be greater than 0; mend"),
    ("themes.yaml", "shrinkage: 2", "shrinkage: .inf", 7, "shrinkage = inf: Input should be a finite number"),
    ("themes.yaml", "  meaning: Plus = scarcer.\n", "", 7, "meaning = 'nothing': Field required; mend meaning"),
    ("themes.yaml", "  label: Energy", " label: Energy", 9, "not valid YAML; mend the indentation or the quotes"),
    ("themes.yaml", "energy:", "Energy!:", 7, "theme = 'Energy!': String should match pattern"),
    ("themes.yaml", "energy:", "yes:", 7, "'yes' has no fields; write a name of letters"),
    ("themes.yaml", "energy:", "geo:", None, "theme 'geo' has the name of a column of lexicon.csv"),
    ("themes.yaml", "energy:", "tone:", None, "theme 'tone' has the name of a column of lexicon.csv"),
    ("sources.yaml", SOURCES, "- wire\n", None, "one mapping of entries expected; write `name:` and its fields per"),
    ("sources.yaml", SOURCES, "", None, "one mapping of entries expected"),
    ("sources.yaml", SOURCES, "wire: archive\n", 1, "'wire' has no fields; write a name of letters, its fields"),
    ("sources.yaml", "2025-08-29", "2025-02-30", None, "not a value of YAML (day is out of range for month); mend"),
    ("sources.yaml", "terms: own", "terms: own\n  zone: Mars/Dome", 1, "zone = 'Mars/Dome': no such time zone"),
    ("sources.yaml", "terms: own", "terms: own\n  now: 2025-08-29T06:00:00", 1, "Input should have timezone info"),
    ("sources.yaml", "terms: own", "terms: own\n  covers_from: 2025-09-01", 1, "covers_from 2025-09-01 is after"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "sentence"), FAULTS)
def test_a_broken_rule(seeds: Path, file: str, old: str, new: str, line: int | None, sentence: str) -> None:
    assert FILES[file].count(old) == 1, "the test's own edit"
    (seeds / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    assert sentence in broken(seeds, file, line)


def test_a_new_theme_needs_its_columns(seeds: Path) -> None:
    (seeds / "themes.yaml").write_text(THEMES + THEMES.split("energy:")[1].join(["water:", ""]), encoding="utf-8")
    sentence = broken(seeds, "lexicon.csv", 1)
    assert sentence == "column 'water' is missing; add a column 'water' for the theme"


def test_a_theme_is_added_with_data_alone(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    with (seeds / "themes.yaml").open("a", encoding="utf-8") as file:
        file.write("\nwater:\n  label: Water\n  clock: XETR\n  shrinkage: 1\n  meaning: Plus = scarcer.\n")
    for name, cell in {"lexicon.csv": "", "exposures.csv": "", "instruments.csv": "1"}.items():
        head, *rows = (seeds / name).read_text(encoding="utf-8").splitlines()
        text = "\n".join([f"water,{head}", *(f"{cell},{row}" for row in rows)])
        (seeds / name).write_text(text + "\n", encoding="utf-8")
    taxonomy = load_taxonomy(seeds)
    assert taxonomy.themes[-1].theme == "water"
    assert all(instrument.expected_signs["water"] == 1 for instrument in taxonomy.instruments)
