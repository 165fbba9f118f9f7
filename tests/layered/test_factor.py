"""The sparse factor of the equations of the effects against the dense one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from layered.wright_sanders import invented_district

from valueadded.layered import factor
from valueadded.layered.design import arrange_design
from valueadded.layered.factor import DenseFactor, SparseFactor, factorise, lay_out
from valueadded.layered.records import read_records


def test_sparse_and_dense_factors_agree() -> None:
    design = arrange_design(read_records(invented_district(n_students=90, n_teachers=30), []), [])
    layout, random = lay_out(design), np.random.default_rng(0)
    values = random.uniform(-0.05, 0.05, size=len(layout.rows)) + 2.0 * (layout.rows == layout.columns)
    right = random.normal(size=(layout.size, 3))
    dense, thin = DenseFactor(layout, values), factorise(replace(layout, sparse=True), values)
    assert isinstance(thin, SparseFactor)
    assert thin.log_determinant == pytest.approx(dense.log_determinant, rel=1e-12)
    assert thin.solve(right) == pytest.approx(dense.solve(right), abs=1e-12)
    assert thin.inverse_entries() == pytest.approx(dense.inverse_entries(), abs=1e-12)


def test_sparse_is_chosen_where_many_effects_fill_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teachers in tracks of fifteen fill little; teachers of one large school fill everything."""
    one = invented_district(n_students=40)
    districts = [
        one.assign(student_id=one["student_id"] + f"-{track}", teacher_id=one["teacher_id"] + f"-{track}")
        for track in range(30)
    ]
    apart = arrange_design(read_records(pd.concat(districts), []), [])
    mixed = arrange_design(read_records(invented_district(n_students=2000, n_teachers=150), []), [])
    assert not lay_out(apart).sparse
    monkeypatch.setattr(factor, "FEWEST_SPARSE", 400)
    assert len(apart.effects) == len(mixed.effects) == 450
    assert lay_out(apart).sparse and not lay_out(mixed).sparse
