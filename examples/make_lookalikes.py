"""Make the invented look-alike of every example's data set: `python examples/make_lookalikes.py`.

The files of one example have about 200 rows together, with the columns, types, codes and quirks of the real
ones. Every value is drawn here from a seed or written out below; none is taken from the real files.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator

EXAMPLES = Path(__file__).parent
SEED = 1985
SGP_SCHOOLS = [1101, 1102, 1201, 1202, 1301]


def invent_sgp_covid(random: Generator) -> pd.DataFrame:
    """Scores of one state: four cohorts, no tests in 2020, a fall in 2021."""
    cohorts = {2018: 0.0, 2019: 1.0, 2021: -20.0, 2023: 2.0}
    tests: list[dict] = []
    for place, (year, fall) in enumerate(cohorts.items()):
        prior_fall = cohorts.get(year - 2, 0.0)
        for number in range(16):
            ability = random.normal(0, 25)
            student = _sgp_student(1001 + 100 * place + number, number, random)
            tests += _sgp_tests(student, year - 2, 3, 480 + prior_fall + ability, random)
            # Lunch status is that of the year; one gender differs between the years.
            student |= {"FREE_REDUCED_LUNCH_STATUS": _yes("Free Reduced Lunch", number % 3 == 0)}
            if number == 9:
                student |= {"GENDER": "Gender: Male"}
            effect = 5.0 * (SGP_SCHOOLS.index(student["SCHOOL_NUMBER"]) - 2)
            tests += _sgp_tests(student, year, 5, 510 + fall + 0.8 * ability + effect, random)
    tests += _sgp_out_of_step(random)
    frame = pd.DataFrame(tests).sort_values(["YEAR", "ID", "CONTENT_AREA"], kind="stable", ignore_index=True)
    # One student sat one subject only.
    return frame.drop(frame.index[(frame["ID"] == "0001004") & (frame["CONTENT_AREA"] == "MATHEMATICS")])


def _sgp_out_of_step(random: Generator) -> list[dict]:
    """Students without a prior record two years earlier, and grades the study does not use."""
    tests: list[dict] = []
    # Repeated a grade; skipped one; new in the state; prior test in the year without tests.
    for number, (prior_year, year) in enumerate([(2016, 2019), (2017, 2018), (None, 2021), (None, 2022)]):
        student = _sgp_student(9001 + number, number, random)
        if prior_year is not None:
            tests += _sgp_tests(student, prior_year, 3, 480, random)
        tests += _sgp_tests(student, year, 5, 510, random)
    for number, (year, grade) in enumerate([(2016, 7), (2019, 4), (2022, 8), (2023, 6)]):
        tests += _sgp_tests(_sgp_student(9101 + number, number, random), year, grade, 520, random)
    return tests


def _sgp_student(identifier: int, number: int, random: Generator) -> dict:
    school = int(random.choice(SGP_SCHOOLS))
    # One school stands under two districts.
    district = 301 if school == 1201 and number % 2 else {11: 101, 12: 201, 13: 301}[school // 100]
    return {
        "ID": f"{identifier:07d}",
        "ETHNICITY": str(random.choice(["White", "Hispanic", "Asian", "African American", "Other"])),
        "FREE_REDUCED_LUNCH_STATUS": _yes("Free Reduced Lunch", number % 2 == 0),
        "ELL_STATUS": _yes("ELL", number in (1, 6, 12)),
        "IEP_STATUS": _yes("IEP", number in (2, 7, 11, 13)),
        "GENDER": "Gender: Female" if number % 2 else "Gender: Male",
        "SCHOOL_NUMBER": school,
        "DISTRICT_NUMBER": district,
    }


def _sgp_tests(student: dict, year: int, grade: int, level: float, random: Generator) -> list[dict]:
    """Return one record for each subject, columns in the order of the real file."""
    records = []
    for subject in ("ELA", "MATHEMATICS"):
        score = float(np.round(level + random.normal(0, 7)))
        band = ["Unsatisfactory", "Partially Proficient", "Proficient", "Advanced"][
            int(np.digitize(score, [470, 500, 530]))
        ]
        record = {"CONTENT_AREA": subject, "YEAR": str(year), "ID": student["ID"], "GRADE": str(grade)}
        records.append(record | {"SCALE_SCORE": score, "ACHIEVEMENT_LEVEL": band} | student)
    return records


def _yes(name: str, holds: bool) -> str:
    return f"{name}: {'Yes' if holds else 'No'}"


def invent_jsp(random: Generator) -> pd.DataFrame:
    """Pupils of nine schools over three junior school years; some are not there in every year."""
    rows = []
    # The real file skips a school code, too.
    schools = [code for code in range(1, 11) if code != 6]
    for number in range(72):
        school = schools[number % len(schools)]
        ability = random.normal(0, 1)
        pupil = {
            "school": school,
            "class": 1 + (number // len(schools)) % 2,
            "gender": "girl" if random.random() < 0.5 else "boy",
            "social": 1 + number % 9,
            "raven": float(np.clip(np.round(25 + 5 * ability + random.normal(0, 3)), 4, 36)),
            "id": 7 * number + 3,
        }
        # Without the first year there is no prior score, without the last no outcome.
        absent = {0: {0}, 12: {2}, 24: {0, 1}, 36: {1, 2}, 48: {2}}.get(number, set())
        for year in sorted({0, 1, 2} - absent):
            english = 50 + 3 * year + 20 * ability + 2 * year * (school - 5) + random.normal(0, 8)
            math = 25 + 3 * year + 6 * ability + 0.5 * year * (school - 5) + random.normal(0, 3)
            scores = {
                "english": float(np.clip(np.round(english), 0, 98)),
                "math": float(np.clip(np.round(math), 1, 40)),
            }
            rows.append(pupil | scores | {"year": float(year)})
    return pd.DataFrame(rows).sort_values(["school", "class", "id", "year"], ignore_index=True)


def invent_ilea(random: Generator) -> pd.DataFrame:
    """Three cohorts of examination results; schools come and go, and there is no student identifier."""
    in_years = {1: "123", 2: "123", 3: "123", 4: "123", 5: "12", 6: "23", 7: "1", 8: "3"}
    rows = []
    for school, years in in_years.items():
        effect = random.normal(0, 3)
        for code in map(int, years):
            in_school_year = {
                "year": 1984 + code,
                "year_code": code,
                "school_id": school,
                "school_fsm_pct": 20 + 5 * school + code,
                "school_vr1_pct": 30 - 2 * school - code,
                "school_gender_code": {3: 2, 4: 3}.get(school, 1),
                "school_denomination_code": 1 + school % 3,
            }
            rows += [_ilea_student(in_school_year, number, effect, random) for number in range(10)]
    # Undocumented band; a girl in a school for boys; equal rows that are different students.
    rows[5]["vr_band_code"] = rows[47]["vr_band_code"] = rows[99]["vr_band_code"] = 0
    next(row for row in rows if row["school_gender_code"] == 2)["gender_code"] = 1
    rows[21:21] = [dict(rows[20]), dict(rows[20])]
    frame = pd.DataFrame(rows).sort_values(["year", "school_id"], kind="stable", ignore_index=True)
    frame.insert(0, "student_id", np.arange(1, len(frame) + 1))
    return frame[
        [
            *("student_id", "year", "year_code", "school_id", "score", "school_fsm_pct", "school_vr1_pct"),
            *("gender_code", "vr_band_code", "ethnic_code", "school_gender_code", "school_denomination_code"),
        ]
    ]


def _ilea_student(in_school_year: dict, number: int, effect: float, random: Generator) -> dict:
    # Codes are not in order of ability: 1 is the lowest band, 2 the highest, 3 the one between.
    band = [3, 2, 3, 1, 3, 2, 3, 1, 3, 1][number]
    mean = {1: 12, 2: 31, 3: 20}[band]
    gender = {2: 0, 3: 1}.get(in_school_year["school_gender_code"], int(random.random() < 0.5))
    return in_school_year | {
        "score": int(np.clip(np.round(mean + effect + random.normal(0, 6)), 1, 70)),
        "gender_code": gender,
        "vr_band_code": band,
        "ethnic_code": int(random.integers(1, 12)),
    }


def invent_exam(random: Generator) -> pd.DataFrame:
    """Students of ten schools with normalised scores; student numbers are not unique within a school."""
    sizes = {1: 30, 2: 28, 3: 26, 4: 25, 5: 24, 6: 22, 7: 20, 8: 15, 9: 8, 10: 2}
    gender_of_school = {3: "girls", 5: "boys", 8: "girls"}
    schools = []
    for school, size in sizes.items():
        test = random.normal(0, 1, size)
        gender = gender_of_school.get(school, "mixed")
        drawn = random.choice(["F", "M"], size)
        sex = {"girls": np.full(size, "F"), "boys": np.full(size, "M")}.get(gender, drawn)
        if school == 4:
            # "Mixed" with a single boy.
            sex = np.where(np.arange(size) == 3, "M", "F")
        students = 1 + random.permutation(10 * size)[:size]
        if school in (6, 7):
            students[1] = students[0]
        slope = 0.56 + random.normal(0, 0.1)
        schools.append(
            pd.DataFrame(
                {
                    "school": school,
                    "normexam": np.round(
                        random.normal(0, 0.3) + slope * test + random.normal(0, 0.7, size), 7
                    ),
                    "schgend": gender,
                    "schavg": np.round(test.mean(), 7),
                    "vr": random.choice(["bottom 25%", "mid 50%", "top 25%"], size, p=[0.2, 0.55, 0.25]),
                    "intake": random.choice(["bottom 25%", "mid 50%", "top 25%"], size, p=[0.3, 0.55, 0.15]),
                    "standLRT": np.round(test, 7),
                    "sex": sex,
                    "type": "Mxd" if gender == "mixed" else "Sngl",
                    "student": students,
                }
            )
        )
    return pd.concat(schools, ignore_index=True)


def invent_dateduc(random: Generator) -> pd.DataFrame:
    """Students of one school in grades 1 to 5, each with one teacher a year; some leave, some miss a year."""
    rows = []
    for student in range(1, 61):
        ability = random.normal(0, 0.8)
        # Many leave the school early.
        grades = range(1, 6) if student % 3 else range(1, 3)
        for grade in grades:
            if random.random() < 0.1:
                continue
            teacher = 4 * (grade - 1) + int(random.integers(1, 5))
            effect = 0.25 * (teacher % 4 - 1.5)
            score = 3.2 + 0.35 * grade + ability + effect + random.normal(0, 0.6)
            rows.append((student, 1997 + grade, grade, teacher, np.round(score, 3)))
    return pd.DataFrame(rows, columns=["student_id", "year", "grade", "teacher_id", "score"])


def invent_star(random: Generator) -> pd.DataFrame:
    """Students of four schools from kindergarten to grade 3; some come late, move, or are not tested."""
    rows = []
    for number in range(72):
        school, ability = 1 + number % 4, random.normal(0, 25)
        first = {5: 1, 17: 2, 29: 1, 41: 3}.get(number, 0)
        student = {
            "ses": "F" if number % 2 else "N",
            "schtype": ["inner", "suburb", "rural", "urban"][number % 4],
            "sx": "F" if random.random() < 0.5 else "M",
            "eth": "B" if number % 3 == 0 else "W",
            "birthq": f"1980:{1 + number % 4}",
            "birthy": 1980.0,
        }
        for grade in range(first, 4):
            if number == 11 and grade == 2:
                school = 3
            if random.random() < 0.12:
                continue
            room = int(random.integers(1, 4))
            teacher = 100 * (grade + 1) + 10 * school + room
            gain = 7.0 * (room - 2)
            math = float(np.round(485 + 42 * grade + ability + gain + random.normal(0, 20)))
            read = float(np.round(437 + 60 * grade + ability + gain + random.normal(0, 20)))
            if random.random() < 0.08:
                math = read = np.nan
            row = {"id": 100000 + 37 * number, "sch": school, "gr": "K123"[grade]}
            row |= {
                "cltype": ["small", "reg", "reg+A"][room - 1],
                "hdeg": "BS/BA" if room == 1 else "MS/MA/MEd",
            }
            row |= {"clad": 1, "exp": float(3 * room + grade), "trace": "W", "read": read, "math": math}
            rows.append(row | student | {"yrs": grade - first, "tch": teacher})
    return pd.DataFrame(rows)


def invent_sgp_scores(random: Generator) -> pd.DataFrame:
    """Scores of three cohorts in grades 3 to 5: a repeated grade, missing scores, a grade not used."""
    return _invent_sgp_teachers(random)[0]


def invent_sgp_links(random: Generator) -> pd.DataFrame:
    """Who taught these students; a third of the scores is shared between two instructors."""
    return _invent_sgp_teachers(random)[1]


def _invent_sgp_teachers(random: Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    scores: list[dict] = []
    links: list[dict] = []
    for number in range(42):
        ability, school = random.normal(0, 25), 1101 + 100 * (number % 2)
        first = 2021 + number % 3
        # One student repeats grade 3.
        grades = [3, 3, 4] if number == 7 else [3, 4, 5]
        for year, grade in enumerate(grades, start=first):
            for subject in ("MATHEMATICS", "READING"):
                key = {"CONTENT_AREA": subject, "YEAR": f"{year - 1}_{year}", "ID": f"{1000372 + number}"}
                main = int(random.integers(1, 4))
                level = 400 + 40 * (grade - 3) + ability + 8 * (main - 2)
                score = float(np.round(level + random.normal(0, 15)))
                untested = number in (3, 19) and grade == 4 and subject == "READING"
                scores.append(
                    {"VALID_CASE": "VALID_CASE"}
                    | key
                    | {"GRADE": str(grade), "SCALE_SCORE": np.nan if untested else score}
                    | {"ACHIEVEMENT_LEVEL": "No Score" if untested else "Proficient"}
                    | {"SCHOOL_NUMBER": school, "DISTRICT_NUMBER": 470}
                )
                shared = random.random() < 0.35
                for place, weight in enumerate([0.7, 0.3] if shared else [1.0]):
                    # Numbers tell district, grade and room.
                    room = 1 + (main - 1 + place) % 3
                    teacher = f"{school:04d}{grade:02d}{year % 100:02d}{room}"
                    links.append(key | {"INSTRUCTOR_NUMBER": teacher, "INSTRUCTOR_WEIGHT": weight})
    # A grade that the study does not use.
    other = {"CONTENT_AREA": "READING", "YEAR": "2021_2022", "ID": "1009999"}
    scores.append(scores[0] | other | {"GRADE": "8", "SCALE_SCORE": 512.0})
    links.append(other | {"INSTRUCTOR_NUMBER": "110108221", "INSTRUCTOR_WEIGHT": 1.0})
    enrolled = {"INSTRUCTOR_ENROLLMENT_STATUS": "Enrolled Instructor: Yes"}
    return pd.DataFrame(scores), pd.DataFrame(links).assign(**enrolled)


KS2_TYPES = ["CY"] * 9 + ["VC"] * 3 + ["VA"] * 3 + ["ACC", "AC", "FD"]
KS2_SCHOOLS = 60


def invent_england_ks2(random: Generator, year: int) -> pd.DataFrame:
    """Primary schools of one authority in one year, special schools and totals; columns differ by year."""
    eased = random.beta(2, 6, KS2_SCHOOLS)
    size = random.integers(60, 500, KS2_SCHOOLS)
    of_year = np.random.default_rng([SEED, year])
    rows = []
    for number in range(KS2_SCHOOLS):
        cohort = 3 if number == 7 else max(12, int(size[number] / 7 + of_year.integers(-3, 4)))
        ks1 = 16.5 - 4 * eased[number] + of_year.normal(0, 0.5)
        # One school is far above its intake in every year.
        level = 104 + 1.2 * (ks1 - 16) + of_year.normal(0, 1.5) + (7 if number == 11 else 0)
        # An academy conversion of 2019 changes one identifier and leaves the other.
        urn = 145001 if number == 4 and year == 2019 else 115001 + number
        row = {
            **{"RECTYPE": "1", "LEA": "850", "ESTAB": str(2001 + number), "URN": str(urn)},
            **{"NFTYPE": KS2_TYPES[number % len(KS2_TYPES)], "TOTPUPS": str(size[number])},
            **{"TELIG": str(cohort), "PGELIG": f"{of_year.integers(35, 66)}%", "TKS1AVERAGE": f"{ks1:.1f}"},
            **{"PTFSM6CLA1A": f"{100 * eased[number]:.0f}%", "PTEALGRP2": f"{of_year.integers(0, 20)}%"},
            **{"PTMOBN": f"{of_year.integers(82, 101)}%", "PSENELE": f"{of_year.integers(0, 6)}%"},
            **{"PTRWM_EXP": f"{np.clip(4 * level - 350, 5, 100):.0f}%", "READ_AVERAGE": f"{level:.0f}"},
            "MAT_AVERAGE": f"{level + of_year.normal(0, 1.5):.0f}",
        }
        if number == 7:
            row |= {name: "SUPP" for name in row if name.startswith(("P", "TKS1", "READ", "MAT"))}
        if number == 19:
            row["MAT_AVERAGE"] = "LOWCOV"
        if number == 23 and year == 2017:
            # A school in its first year: no cohort, no pupils counted.
            row |= dict.fromkeys([name for name in row if name.startswith(("P", "TK", "READ", "MAT"))], "")
            row |= {"TOTPUPS": "NEW", "TELIG": ""}
        rows.append(row)
    special = dict.fromkeys(rows[0], "SUPP") | {"RECTYPE": "2", "LEA": "850", "NFTYPE": "CYS", "TELIG": "4"}
    rows += [special | {"ESTAB": str(7001 + number), "URN": str(116601 + number)} for number in range(2)]
    total = dict.fromkeys(rows[0], "") | {"READ_AVERAGE": "104", "MAT_AVERAGE": "105", "TELIG": "604552"}
    rows += [total | {"RECTYPE": "3", "LEA": "850"}, total | {"RECTYPE": "4"}, total | {"RECTYPE": "5"}]
    frame = pd.DataFrame(rows)
    if year > 2017:
        frame.insert(4, "PCON_CODE", "")
    return frame.assign(PSENELSE=frame["PSENELE"]) if year < 2019 else frame


def invent_primary_absence(random: Generator) -> pd.DataFrame:
    """Absence of every school of a country: those of the authority, others, and totals."""
    rows = [("850", str(2001 + number), str(115001 + number)) for number in range(KS2_SCHOOLS)]
    rows += [("851", str(2101 + number), str(115101 + number)) for number in range(12)]
    table = pd.DataFrame(rows, columns=["LA", "ESTAB", "URN"])
    percent = random.uniform(3, 6, len(table))
    table = table.assign(PERCTOT=[f"{each:.1f}" for each in percent], PPERSABS10="8.0")
    table.loc[5, "PPERSABS10"] = "SUPP"
    totals = [{"LA": "NAT", "ESTAB": kind, "URN": "", "PERCTOT": "4.7", "PPERSABS10": "9.0"} for kind in "PS"]
    return pd.concat([table, pd.DataFrame(totals)], ignore_index=True)


KS4_TYPES = ["ACC", "ACC", "AC", "CY", "VA", "FD", "F"]
KS4_SCHOOLS = 56


def invent_england_ks4(random: Generator) -> pd.DataFrame:
    """Secondary schools of one year; independent and special schools and totals between them."""
    poor = _ks4_poor()
    rows = []
    for number in range(KS4_SCHOOLS):
        points = 56 - 0.35 * poor[number] + random.normal(0, 4) + (-25 if number == 11 else 0)
        row = {
            **{"RECTYPE": "1", "LEA": "850", "URN": str(136001 + number), "ICLOSE": "0"},
            **{"NFTYPE": KS4_TYPES[number % len(KS4_TYPES)], "TPUP": str(random.integers(60, 260))},
            **{"ATT8SCR": f"{points:.1f}", "P8MEA": f"{random.normal(0, 0.4):.2f}"},
            **{"PTL2BASICS_94": f"{np.clip(2 * points - 30, 0, 100):.1f}%", "EBACCAPS": f"{points / 11:.2f}"},
        }
        results = ["ATT8SCR", "P8MEA", "PTL2BASICS_94", "EBACCAPS"]
        codes = {3: "SUPP", 9: "NE"}
        row |= dict.fromkeys(results, codes[number]) if number in codes else {}
        row |= {"P8MEA": "LOWCOV"} if number == 21 else {}
        rows.append(row)
    closed = dict.fromkeys(rows[0], "NA") | {"LEA": "850", "ICLOSE": "0"}
    rows += [closed | {"RECTYPE": "1", "URN": str(100001 + number), "NFTYPE": "IND"} for number in range(6)]
    special = {"RECTYPE": "2", "NFTYPE": "ACCS", "TPUP": "11", "ATT8SCR": "3.4", "EBACCAPS": "0.23"}
    rows += [
        rows[0] | special | {"URN": str(140001 + number), "PTL2BASICS_94": "0.0%"} for number in range(4)
    ]
    total = dict.fromkeys(rows[0], "")
    rows += [total | {"RECTYPE": kind, "ATT8SCR": "46.7"} for kind in ("4", "4", "5", "7")]
    return pd.DataFrame(rows)


def _ks4_poor() -> np.ndarray:
    return np.random.default_rng([SEED, 4]).uniform(5, 60, KS4_SCHOOLS)


def invent_census(random: Generator) -> pd.DataFrame:
    """Census of every school: the secondary ones, primary ones, and totals."""
    poor = _ks4_poor()
    rows = []
    for number in range(KS4_SCHOOLS + 40):
        secondary = number < KS4_SCHOOLS
        share = poor[number] if secondary else random.uniform(0, 60)
        rows.append(
            {
                "URN": str(136001 + number if secondary else 100201 + number),
                "SCHOOLTYPE": f"State-funded {'secondary' if secondary else 'primary'}",
                **{"NOR": str(random.integers(300, 1500)), "PNORG": f"{random.uniform(40, 60):.1f}"},
                **{"PSENELSE": f"{random.uniform(0, 4):.1f}", "PSENELK": f"{random.uniform(5, 20):.1f}"},
                **{"PNUMEAL": f"{random.uniform(0, 50):.1f}", "PNUMFSMEVER": f"{share:.1f}"},
            }
        )
    rows[15] |= {"PNUMEAL": "NA", "PNUMFSMEVER": "NA"}
    total = {"URN": "NAT", "NOR": "3327970", "PNORG": "49.8", "PSENELSE": "1.7", "PSENELK": "10.8"}
    return pd.DataFrame([*rows, rows[0] | total])


def invent_secondary_absence(random: Generator) -> pd.DataFrame:
    """Absence of the secondary schools, and totals."""
    poor = _ks4_poor()
    rows = [
        {
            **{"LA": "850", "ESTAB": str(4001 + number), "URN": str(136001 + number)},
            **{"PERCTOT": f"{4 + poor[number] / 25 + random.normal(0, 0.5):.1f}"},
            "PPERSABS10": "SUPP" if number == 30 else f"{8 + poor[number] / 5 + random.normal(0, 2):.1f}",
        }
        for number in range(KS4_SCHOOLS)
    ]
    total = {"LA": "NAT", "ESTAB": "SEC", "URN": "", "PERCTOT": "5.5", "PPERSABS10": "13.7"}
    return pd.DataFrame([*rows, total])


def invent_california(random: Generator) -> pd.DataFrame:
    """Elementary, middle and high schools in two years."""
    rows = []
    for kind, count in {"E": 100, "M": 60, "H": 40}.items():
        for number in range(count):
            meals, learners = random.integers(0, 100), random.integers(0, 60)
            index = 850 - 3 * meals - 0.8 * learners + random.normal(0, 50)
            enrolled = int(random.integers(110, 1800))
            rows.append(
                {
                    **{
                        "cds": f"{len(rows) + 1:014d}",
                        "stype": kind,
                        "api00": round(float(np.clip(index, 310, 970))),
                    },
                    "api99": round(float(np.clip(index - 30 + random.normal(0, 20), 310, 960))),
                    **{"meals": meals, "ell": learners, "mobility": str(random.integers(2, 40))},
                    **{"avg.ed": f"{random.uniform(1.2, 4.8):.2f}", "enroll": str(enrolled)},
                    # Some schools tested more than they had enrolled.
                    "api.stu": enrolled + 6 if number == 8 else int(enrolled * 0.85),
                }
            )
    rows[3]["enroll"] = rows[120]["enroll"] = rows[5]["mobility"] = rows[9]["avg.ed"] = "NA"
    # Among the first schools, one far above the others of its intake.
    rows[0] |= {"meals": 90, "ell": 50, "api00": 960, "api99": 955}
    return pd.DataFrame(rows)


def invent_michigan(random: Generator) -> pd.DataFrame:
    """Primary schools over six years; their numbers are unique within a district only."""
    rows = []
    for number in range(34):
        lunch, size = random.uniform(5, 80), random.integers(80, 700)
        for year in range(1993, 1999):
            share = float(np.clip(lunch + random.normal(0, 4), 0, 100))
            passed = 40 + 6 * (year - 1993) - 0.4 * share + random.normal(0, 9)
            rows.append(
                {
                    **{"distid": 34010 + 10 * (number // 3), "schid": 1 + number % 3, "year": year},
                    **{"lunch": f"{share:.2f}", "enrol": f"{size + random.integers(-15, 16):.1f}"},
                    **{
                        "exppp": f"{random.integers(2500, 5200)}.0",
                        "math4": f"{np.clip(passed, 2, 100):.1f}",
                    },
                }
            )
    rows[11]["math4"] = rows[29]["lunch"] = rows[35]["enrol"] = rows[41]["exppp"] = ""
    rows[50]["exppp"] = "254.0"
    return pd.DataFrame(rows)


LOOKALIKES = {
    "sgp_covid/lookalike/sgp_covid_scores_long.parquet": invent_sgp_covid,
    "jsp/lookalike/faraway_jsp.csv.gz": invent_jsp,
    "ilea/lookalike/ilea567.csv.gz": invent_ilea,
    "exam/lookalike/mlmrev_exam.csv.gz": invent_exam,
    "dateduc/lookalike/growcurves_dateduc.csv.gz": invent_dateduc,
    "star/lookalike/mlmrev_star.csv.gz": invent_star,
    "sgp_teachers/lookalike/sgp_scores_long.parquet": invent_sgp_scores,
    "sgp_teachers/lookalike/sgp_teacher_links.parquet": invent_sgp_links,
    **{
        f"england_ks2/lookalike/england_ks2_{year - 1}-{year}_850_hampshire.csv.gz": partial(
            invent_england_ks2, year=year
        )
        for year in (2017, 2018, 2019)
    },
    "england_ks2/lookalike/england_absence_2019.csv.gz": invent_primary_absence,
    "england_ks4/lookalike/england_ks4_2019_provisional.csv.gz": invent_england_ks4,
    "england_ks4/lookalike/england_census_2019.csv.gz": invent_census,
    "england_ks4/lookalike/england_absence_2019.csv.gz": invent_secondary_absence,
    "california/lookalike/survey_apipop.csv.gz": invent_california,
    "michigan/lookalike/wooldridge_school93_98.csv.gz": invent_michigan,
}


def main() -> None:
    """Write every look-alike; the same bytes each time."""
    for name, invent in LOOKALIKES.items():
        path = EXAMPLES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = invent(np.random.default_rng(SEED))
        if path.suffix == ".parquet":
            frame.to_parquet(path, index=False)
        else:
            # Without the time of writing, which a .gz file would carry.
            frame.to_csv(path, index=False, lineterminator="\n", compression={"method": "gzip", "mtime": 0})
        print(f"{path}: {len(frame)} rows")


if __name__ == "__main__":
    main()
