"""Scores and links of the layered models: what is put aside, and what is not."""

SCORES = "student_id,calendar_year,year_level,domain,score"
LINKS = "student_id,calendar_year,domain,teacher_id,share"


def reasons(validated) -> dict[int, str]:
    return validated.quarantine.set_index("source_row")["reason"].to_dict()


def test_a_score_may_be_missing_and_a_student_may_not(validate):
    lines = ["01,2017,3,reading,412.5", "02,2017,3,reading,", ",2017,3,reading,400", "04,2017,4,reading,400"]
    found = validate(lines, "teacher_scores", header=SCORES)
    # The rows' levels are judged by those a record may have: 3, 5, 7 and 9.
    assert reasons(found) == {3: "student_id_missing", 4: "level_not_allowed"}
    part = found.parts[2017, None]
    assert part["score"].isna().tolist() == [False, True]
    assert part["school_id"].isna().all()


def test_scores_of_levels_and_domains_that_are_not_used_are_outside(validate):
    lines = ["01,2017,3,reading,412", "01,2017,3,spelling,412", "02,2017,7,reading,412"]
    found = validate(lines, "teacher_scores", header=SCORES)
    assert len(found.parts[2017, None]) == 1
    assert len(found.outside_study) == 2


def test_two_scores_of_one_test_are_nobodys(validate):
    lines = ["01,2017,3,reading,412", "01,2017,3,reading,413", "02,2017,3,reading,1", "02,2017,3,reading,1"]
    found = validate(lines, "teacher_scores", header=SCORES)
    assert reasons(found) == {1: "conflicting_duplicate", 2: "conflicting_duplicate"}
    assert found.ledger["duplicates_merged"].tolist() == [1]


def test_a_link_names_a_teacher_and_a_share_that_can_be(validate):
    lines = [
        "01,2017,reading,T1,0.5",
        "01,2017,reading,T2,",
        "02,2017,reading,,1",
        "03,2017,reading,T1,0",
        "04,2017,reading,T1,1.2",
        "05,2017,reading,T1,half",
    ]
    found = validate(lines, "teacher_links", header=LINKS)
    assert reasons(found) == {3: "teacher_id_missing", **dict.fromkeys((4, 5, 6), "share_not_a_share")}
    assert found.parts[2017, None]["teacher_id"].tolist() == ["T1", "T2"]


def test_a_file_of_links_needs_no_shares(validate):
    header = LINKS.removesuffix(",share")
    found = validate(["01,2017,reading,T1"], "teacher_links", header=header)
    assert found.parts[2017, None]["share"].isna().all()
