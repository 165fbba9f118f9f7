import re
from dataclasses import replace

import pytest
from invented_changes import make_changes

from valueadded.effects.explain import find_standings
from valueadded.effects.wording import Estimate, Standing, three_sentences
from valueadded.errors import ContractError

ASKED = Standing(
    domain="reading",
    school_id="0042",
    year=2021,
    benchmark_year=2017,
    n_students=61,
    n_students_before=58,
    relative=Estimate(-13.0, -20.1, -5.9),
    benchmark=Estimate(-27.4, -34.9, -19.9),
    system=Estimate(-14.2, -15.8, -12.6),
    relative_change=Estimate(-2.0, -9.0, 5.0),
    benchmark_change=Estimate(-16.4, -24.0, -8.8),
    relative_improved=0.29,
    benchmark_improved=0.00001,
)


def test_the_askers_case_is_told_as_the_difference_of_two_lines():
    place, system, change = three_sentences(ASKED, "points", 0.95)
    assert "stands 13 points below schools with alike intake that year" in place
    assert "27.4 points below the 2017 line" in place
    assert "the difference of -14.4 is the movement of the whole system" in place
    assert "95% interval -20.1 to -5.9" in place
    assert "61 students counted" in place
    assert "moved by -14.2 points" in system
    assert "does not hold 0" in system
    assert "changed by -2 (-9 to +5: the data do not tell the direction" in change
    assert "a rise and a fall are both plausible, probability of a rise 29%" in change
    assert "a fall is nearly certain, probability of a rise below 1%" in change


def test_three_sentences_and_no_cause():
    sentences = three_sentences(ASKED, "points", 0.95)
    assert len(sentences) == 3
    assert all(re.findall(r"\.(?:\s|$)", sentence) == ["."] for sentence in sentences)
    causal = r"\b(because|caus\w+|due to|led to|thanks|result of|effective\w*|fail\w*)\b"
    assert not re.search(causal, " ".join(sentences))


@pytest.mark.parametrize(
    ("improved", "words"),
    [
        (0.999, "a rise is nearly certain, probability of a rise above 99%"),
        (0.9, "a rise is likelier than a fall, probability of a rise 90%"),
        (0.5, "both plausible"),
        (0.1, "a fall is likelier than a rise"),
    ],
)
def test_probability_in_plain_words(improved, words):
    assert words in three_sentences(replace(ASKED, relative_improved=improved), "points", 0.95)[2]


def test_an_interval_that_holds_zero_leaves_the_side_open():
    unsure = replace(ASKED, relative=Estimate(0.02, -6.0, 6.0), system=Estimate(0.4, -1.0, 1.8))
    place, system, _ = three_sentences(unsure, "points", 0.9)
    assert "level with schools" in place
    assert "90% interval -6 to +6, which holds 0: the data do not tell on which side" in place
    assert "do not tell which way it moved" in system


def test_the_latest_year_of_the_school_in_every_domain():
    found = find_standings(*make_changes(), "0042", 2017)
    assert [(each.domain, each.year) for each in found] == [("numeracy", 2021), ("reading", 2021)]
    first = found[0]
    assert (first.relative.value, first.benchmark.value, first.system.value) == (-13.0, -27.4, -14.0)
    assert (first.n_students, first.n_students_before) == (61, 58)
    assert first.relative_change == Estimate(-2.0, -8.0, 4.0)


def test_one_domain_and_one_year():
    (found,) = find_standings(*make_changes(), "0042", 2017, "reading", 2019)
    assert (found.domain, found.year) == ("reading", 2019)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("42", 2017), r"no school '42'.*'0042'"),
        (("0042", 2017, "spelling"), "'numeracy', 'reading'"),
        (("0042", 2017, None, 2022), r"to 2022; expected one of the years \[2019, 2021\]"),
        (("0042", 2017, "reading", 2017), "to 2017 in reading"),
    ],
)
def test_what_is_not_there_is_named(asked, words):
    with pytest.raises(ContractError, match=words):
        find_standings(*make_changes(), *asked)
