"""Each mechanism as sentence pairs, with and without it. All sentences are made up for these tests."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain import reading, scoring
from tasks.domain.articles import Section, SectionName
from tasks.domain.lexicon import ExposureRow, LexiconRow
from tasks.domain.scoring import ArticleScore, Scorer
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.storage.seeds import Taxonomy

TONE_TEXTS = [
    "143",
    "143%",
    "$86.",
    "cease-fire!",
    "(AML)",
    "o.o",
    "o.o.",
    "defense",
    "Strike's",
    "_deal_",
    "good",
    "U.N.",
    "not",
]
GEO, DEFENSE, ENERGY, EUROPE = "geo", "defense", "energy", "european_risk_premium"


def title(scorer: Scorer, text: str) -> ArticleScore:
    return scorer.score([Section("title", text)])


def directions(scorer: Scorer, text: str) -> tuple[int, int, int, int]:
    axes = title(scorer, text).axes
    return axes[GEO].direction, axes[DEFENSE].direction, axes[ENERGY].direction, axes[EUROPE].direction


@pytest.mark.parametrize(
    "text",
    [
        "Odesa apartment block hit by missiles",
        "Ukraine ports cannot fail to be hit with missiles",
        "Ukraine ports impossible to defend from attack",
        "Russian ship under US sanctions sinks",
        "Minister resigns in Poland, threatening Russia with war",
        "North Korea ends year with ballistic missiles launch",
    ],
)
def test_a_reversal_leaves_alone_what_only_stands_beside_it(scorer: Scorer, text: str) -> None:
    assert title(scorer, text).axes[GEO].direction >= 0


def test_a_reversal_still_finds_its_object(scorer: Scorer) -> None:
    assert directions(scorer, "US stops Israel from attacking Iran")[0] <= 0
    assert directions(scorer, "Iran avoids a long, costly war")[0] == -1


def test_a_reversal_stops_at_or(scorer: Scorer) -> None:
    assert directions(scorer, "Poland tells Belarus to pull out or face sanctions")[0] == 1
    assert directions(scorer, "Poland pulls back sanctions on Belarus")[0] == -1


def test_what_must_end_has_not_ended(scorer: Scorer) -> None:
    assert directions(scorer, "War in Congo must end now, envoy tells Rwanda") == (0, 0, 0, 0)
    assert directions(scorer, "War in Congo ends now, envoy tells Rwanda")[0] == -1


def test_a_ban_on_what_somebody_sells_is_a_ban(scorer: Scorer) -> None:
    assert directions(scorer, "Norway proposes ban on Russian oil imports")[2] == 1
    assert directions(scorer, "Norway proposes Russian oil imports")[2] == -1


def test_striking_a_deal_is_no_strike(scorer: Scorer) -> None:
    assert directions(scorer, "Kenya strikes landmark new mining agreement with Ukraine")[0] <= 0
    assert directions(scorer, "Strikes endanger mining agreement with Ukraine")[0] == 1


def test_a_participle_that_names_the_place_is_no_news(scorer: Scorer) -> None:
    assert directions(scorer, "Harvest begins in besieged Kherson")[0] == 0
    assert directions(scorer, "Russia besieged Kherson")[0] == 1


def test_what_happened_days_later_is_the_news(scorer: Scorer) -> None:
    assert directions(scorer, "China condemns Japan a month after talks with Taiwan")[0] == 1
    assert directions(scorer, "China holds talks with Taiwan a month after row with Japan")[0] == -1


@pytest.mark.parametrize(
    ("relief", "other"),
    [
        ("Rebels begin withdrawal from key town in Congo", "Bank limits cash withdrawal at machines in Congo"),
        ("Ethiopia pulls some troops back from Eritrea border", "Ethiopia pulls some tickets back from Eritrea shop"),
        ("Humanitarian pauses agreed in Sudan", "Film pauses at cinemas in Sudan"),
        ("Deal to end war in Yemen is close, Oman says", "Iran and Oman close deal talks over Yemen in failure"),
        ("Ceasefire in effect in Yemen", "Yemen debates whether it could make truce"),
        ("Yemen and Oman freed captives in prisoner swap deal", "Chef swaps fish for cheese in Yemen"),
    ],
)
def test_relief_and_its_likes(scorer: Scorer, relief: str, other: str) -> None:
    assert directions(scorer, relief)[0] == -1, relief
    assert directions(scorer, other)[0] >= 0, other


@pytest.mark.parametrize(
    ("risk", "other"),
    [
        ("Generals in Sudan unwilling to end fighting", "Generals in Sudan willing to end fighting"),
        ("Belarus steps back from arms treaty", "Belarus signs arms treaty"),
        ("Israel carries out limited raids in Lebanon", "Israel limits raids in Lebanon"),
        ("Missile lands near market in Kharkiv", "Russia releases film of missile in Kharkiv"),
        ("Russia raises flag over town in Ukraine", "Mayor waves flag in town in Ukraine"),
    ],
)
def test_risk_and_its_likes(scorer: Scorer, risk: str, other: str) -> None:
    assert directions(scorer, risk)[0] == 1, risk
    assert directions(scorer, other)[0] <= 0, other


def test_plants_and_climate_aims_are_no_supply_news(scorer: Scorer) -> None:
    assert directions(scorer, "Sweden plans new nuclear plants")[2] == 0
    assert directions(scorer, "Sweden restarts nuclear plant after outage")[2] == -1


def test_a_noun_before_to_is_the_subject_of_its_verb(scorer: Scorer) -> None:
    assert directions(scorer, "Energy bills to rise by a tenth")[2] == 1
    assert directions(scorer, "Energy bills to fall by a tenth")[2] == -1


def test_a_threat_under_a_condition_stands_by_itself(scorer: Scorer) -> None:
    assert directions(scorer, "Russia vows response if Ukraine uses missiles") == (1, 1, 0, 1)


def test_hitting_a_height_is_no_blow(scorer: Scorer) -> None:
    assert directions(scorer, "Oil hits 13-year high in Russia")[1:] == (0, 1, 0)
    assert directions(scorer, "Drone hits oil depot in Ukraine")[1] == 1


@pytest.mark.parametrize(
    ("axis", "plus", "minus"),
    [
        (GEO, "Talks between Poland and Belarus collapse", "Talks between Poland and Belarus begin"),
        (GEO, "Ukraine summit ends without a deal", "Ukraine summit ends with a deal signed"),
        (GEO, "The meetings with Russia did not yield a truce", "The meetings with Russia yield a new truce"),
        (GEO, "Moscow rejects truce", "Moscow accepts truce"),
        (GEO, "Envoys fail to reach ceasefire in Sudan", "Envoys reach ceasefire in Sudan"),
        (GEO, "Rebels launch strike in Congo", "Congo averts strike by rebels"),
        (GEO, "Shelling starts in Kherson", "Shelling stops in Kherson"),
        (GEO, "EU imposes new sanctions on Belarus", "EU lifts sanctions on Belarus"),
        (GEO, "Sanctions to be imposed on Serbia", "Sanctions to be lifted on Serbia"),
        (GEO, "War breaks out as Ethiopia invades Eritrea", "War ends after Ethiopia and Eritrea sign peace treaty"),
        (ENERGY, "OPEC cuts output", "OPEC raises output"),
        (ENERGY, "Gazprom halts gas flows to Austria", "Gazprom resumes gas flows to Austria"),
        (ENERGY, "Iran closes strait to tankers", "Iran reopens strait to tankers"),
        (ENERGY, "Oil refinery bombed in Libya", "Libya reopens oil refinery after truce"),
        (DEFENSE, "Sweden raises defence budget", "Sweden cuts defence budget"),
        (DEFENSE, "Arms maker wins new ammunition order", "Army cancels ammunition order"),
        (DEFENSE, "Norway doubles military spending", "Norway freezes military spending"),
        (EUROPE, "US slaps new tariffs on European cars", "US scraps tariffs on European cars"),
        (EUROPE, "Dutch government collapses", "Dutch coalition reaches budget deal"),
        (EUROPE, "US withdraws troops from Poland", "Russia withdraws troops from Ukraine"),
        (EUROPE, "Missile strike hits Odesa port", "Ukraine and Russia agree ceasefire"),
        (GEO, "EU agrees sanctions on Belarus", "EU and China agree on tariffs"),
        (GEO, "Shelling of Lviv does not stop", "Shelling of Lviv stops"),
        (ENERGY, "OPEC agrees deal to cut output", "OPEC agrees deal to raise output"),
        (GEO, "End to war in Congo no closer", "End to war in Congo agreed"),
    ],
)
def test_opposites_have_opposite_signs(scorer: Scorer, axis: str, plus: str, minus: str) -> None:
    assert title(scorer, plus).axes[axis].direction == 1, plus
    assert title(scorer, minus).axes[axis].direction == -1, minus


@pytest.mark.parametrize(
    ("axis", "of_weight", "of_none"),
    [
        (GEO, "China and Russia's envoy meets India for talks", "French envoy meets Italy for talks"),
        (GEO, "Riots break out in Belarus", "Riots break out in Belgium"),
        (EUROPE, "Russian drones strike Kharkiv", "Ukrainian drones strike Russia's Bryansk"),
        (EUROPE, "Blast in central Kyiv", "Blast in central Moscow"),
        (EUROPE, "US imposes sanctions on Hungary", "US imposes sanctions on Russia"),
        (EUROPE, "Russia masses troops near Finland", "Russia masses troops near Japan"),
        (EUROPE, "Missiles hit Romania as Iran's envoy arrives", "Missiles hit Iran as Romania's envoy arrives"),
        (GEO, "Troops shell the town in Sudan", "Woman tells of shell that hit the town in Sudan"),
        (GEO, "End of Ethiopia's war, UN says", "End the war in Ethiopia, UN says"),
        (ENERGY, "Oil prices fall", "Oil output would end if oil prices fall"),
        (DEFENSE, "Greece signs deal for fighter jets", "Greece signs deal for ferries"),
    ],
)
def test_the_second_of_two_like_sentences_has_no_direction(
    scorer: Scorer, axis: str, of_weight: str, of_none: str
) -> None:
    assert title(scorer, of_weight).axes[axis].direction != 0, of_weight
    assert title(scorer, of_none).axes[axis].direction == 0, of_none


@pytest.mark.parametrize(
    ("axis", "stronger", "weaker"),
    [
        (GEO, "Russia attacks Kyiv", "Russia threatens to attack Kyiv"),
        (GEO, "Russia threatens to attack Kyiv", "Russia criticises Kyiv"),
        (GEO, "Russia attacks Kyiv", "Russia could attack Kyiv"),
        (GEO, "Russia attacks Kyiv", "Will Russia attack Kyiv?"),
        (GEO, "Russia attacks Kyiv", "Russia denies attack on Kyiv"),
        (GEO, "War in Sudan escalates", "Fears of war in Sudan"),
        (GEO, "Bombs fall on Beirut", "Aid reaches Beirut amid bombs"),
        (EUROPE, "Russia attacks Ukraine", "Ethiopia attacks Eritrea"),
        (ENERGY, "Iran attacks tanker", "Mali attacks convoy"),
    ],
)
def test_weaker_statements_score_lower(scorer: Scorer, axis: str, stronger: str, weaker: str) -> None:
    assert title(scorer, stronger).axes[axis].risk_score > title(scorer, weaker).axes[axis].risk_score >= 0


@pytest.mark.parametrize(
    "text",
    [
        "Senator in turmoil over rent",
        "Striker's late attack wins cup qualifier for Ukraine",
        "Museum remembers the bombing of Warsaw, 80 years on",
        "Supermarkets start price war in Germany",
        "Teachers begin strike in Poland",
        "How do the Baltic states prepare for war?",
        "A walk through the gardens of Vienna",
        "",
    ],
)
def test_other_subjects_have_no_direction(scorer: Scorer, text: str) -> None:
    assert directions(scorer, text) == (0, 0, 0, 0)


def test_the_main_clause_decides_a_mixed_sentence(scorer: Scorer) -> None:
    attack_first = title(scorer, "Russia bombs Kharkiv amid peace talks").axes
    talks_first = title(scorer, "Russia and Ukraine hold peace talks after bombing of Kharkiv").axes
    assert attack_first[EUROPE].direction == 1
    assert talks_first[EUROPE].direction == -1
    fronted = title(scorer, "Despite peace talks, Russia bombs Kharkiv").axes
    assert fronted[EUROPE].direction == 1


def test_typography_does_not_change_a_score(scorer: Scorer) -> None:
    plain = title(scorer, 'Iran "won\'t" sign cease-fire')
    curly = title(scorer, "Iran “won’t” sign cease‑fire")
    assert plain.axes == curly.axes


def test_price_moves_are_marked_and_causes_score(scorer: Scorer) -> None:
    move = title(scorer, "Oil jumps 4%")
    assert move.sentences[0].is_price_move
    assert (move.axes[ENERGY].direction, move.axes[ENERGY].is_price_move) == (1, True)
    cause = title(scorer, "Oil jumps 4% on Iran missile attack")
    assert not cause.sentences[0].is_price_move
    assert cause.axes[ENERGY].direction == 1
    silent = title(scorer, "Oil slips as Iran hosts choir")
    assert silent.axes[ENERGY].direction == -1


def test_deed_threat_and_word_are_told_apart(scorer: Scorer) -> None:
    levels = [
        title(scorer, text).sentences[0].level
        for text in ("Iran bombs Kuwait", "Iran threatens to bomb Kuwait", "Iran condemns Kuwait", "Quiet day")
    ]
    assert levels == ["act", "threat", "word", "word"]


def test_receipts_explain_the_score(scorer: Scorer) -> None:
    axis = title(scorer, "Moscow rejects truce with Ukraine").sentences[0].axes[GEO]
    own, truce = axis.spans
    assert (own.phrase, own.kind, own.notes) == ("reject~", "oppose", ())
    assert (truce.phrase, truce.notes) == ("truce~", ("oppose: reject",))
    total = own.value + truce.value
    assert axis.score == round(total / math.sqrt(total**2 + 15), 4)


def test_sentences_inherit_the_subject_of_the_title_damped(scorer: Scorer) -> None:
    body = Section("body", "The ceasefire collapsed.")
    alone = scorer.score([body]).sentences[0].axes[EUROPE]
    below = scorer.score([Section("title", "Front line in Ukraine"), body]).sentences[1].axes[EUROPE]
    assert (alone.relevance, alone.score) == (0.0, 0.0)
    assert 0.0 < below.relevance <= 0.5
    assert below.score > 0.0


def test_article_score_is_the_weighted_mean_of_relevant_sentences(scorer: Scorer) -> None:
    article = scorer.score(
        [Section("title", "Russia bombs Kyiv"), Section("background", "Ukraine seeks a truce. Rain fell.")]
    )
    rows = [(s.section_weight * s.axes[EUROPE].relevance, s.axes[EUROPE].score) for s in article.sentences]
    expected = sum(w * score for w, score in rows) / sum(w for w, _ in rows)
    assert article.axes[EUROPE].risk_score == pytest.approx(expected, abs=5e-5)
    assert [s.sentence_no for s in article.sentences] == [1, 2, 3]
    assert [s.section_weight for s in article.sentences] == [1.5, 0.25, 0.25]


def test_mixed_article_has_no_direction(scorer: Scorer) -> None:
    article = scorer.score([Section("body", "Russia bombs Kyiv. Russia and Ukraine agree ceasefire.")])
    weak = scorer.score([Section("body", "Rain in Ukraine.")])
    assert weak.axes[EUROPE].direction == 0
    assert abs(article.axes[EUROPE].risk_score) < 0.15


def test_versions_follow_the_rows(scorer: Scorer) -> None:
    truce = LexiconRow(phrase="truce", kind="state", block="peace", valences={"geo": -2.0})
    place = ExposureRow(phrase="rhine", kind="place", block="europe", geo=1.0, relevances={"calm": 1.0})
    small = Scorer(["calm"], [truce], [place])
    assert set(title(small, "Truce on the Rhine").axes) == {"calm", "geo"}
    assert small.lexicon_version != scorer.lexicon_version
    assert len(scorer.lexicon_version) == 12


def test_full_reading_cache_starts_again(monkeypatch: pytest.MonkeyPatch, scorer: Scorer) -> None:
    before = title(scorer, "Russia bombs Kyiv")
    for module in (reading, scoring):
        monkeypatch.setattr(module, "CACHE_LIMIT", 0)
    title(scorer, "Russia shells Lviv")
    assert title(scorer, "Russia bombs Kyiv") == before


def test_one_pass_gives_the_tone_of_two(scorer: Scorer, taxonomy: Taxonomy) -> None:
    tones = {row.phrase: row.tone for row in taxonomy.lexicon if row.tone is not None}
    engine = Vader({**package_lexicon(), **tones}, package_emojis())
    rng = random.Random(3)
    for _ in range(500):
        for sentence in title(scorer, " ".join(rng.choices(TONE_TEXTS, k=4))).sentences:
            assert sentence.tone_score == engine.compound(sentence.text), sentence.text


SECTIONS: list[SectionName] = ["title", "summary", "body", "background", "analysis"]
WORDS = st.sampled_from(
    [
        *("Russia", "bombs", "Kyiv", "not", "may", "truce", "collapses,", "oil", "prices", "jump", ";", "as", "after"),
        *("NATO", "talks", "end", "war", "?", "rejects", "“", "’", "tariffs", "denies", "museum", "threatens", "to"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.builds(Section, st.sampled_from(SECTIONS), TEXTS), max_size=5))
def test_any_article_scores_in_range_and_in_any_order(scorer: Scorer, sections: list[Section]) -> None:
    article = scorer.score(sections)
    for axis in article.axes.values():
        assert all(-1 <= x <= 1 for x in (axis.risk_score, axis.vader_score, axis.tone_score))
        assert 0 <= axis.relevance <= 1
        assert axis.direction == 0 or axis.is_relevant
    for sentence in article.sentences:
        assert all(-1 <= a.score <= 1 and 0 <= a.relevance <= 1 for a in sentence.axes.values())

    def contents(of: ArticleScore) -> list[str]:
        return sorted(repr((s.section, s.text, s.vader_score, s.tone_score, s.level, s.axes)) for s in of.sentences)

    assert contents(article) == contents(scorer.score(sections[::-1]))
