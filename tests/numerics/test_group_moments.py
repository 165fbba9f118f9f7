import numpy as np

from valueadded.numerics.group_moments import GroupMoments, add_groups, pool_groups, summarise_groups


def test_moments_are_those_of_each_group() -> None:
    stream = np.random.default_rng(1)
    codes = stream.integers(0, 7, 200)
    values = stream.normal(500, 30, (200, 3))
    moments = summarise_groups(values, codes, 7)
    for group in range(7):
        rows = values[codes == group]
        assert moments.n[group] == len(rows)
        np.testing.assert_allclose(moments.mean[group] + moments.centre, rows.mean(axis=0), rtol=1e-14)
        apart = rows - rows.mean(axis=0)
        np.testing.assert_allclose(moments.scatter[group], apart.T @ apart, rtol=1e-12, atol=1e-9)


def test_a_large_offset_costs_no_digits() -> None:
    # 1e9 leaves float64 seven decimals; thousandths survive exactly, so the scatter must too.
    thousandths = np.random.default_rng(2).integers(0, 1000, (500, 1)) / 1024.0
    codes = np.arange(500) % 5
    plain = summarise_groups(thousandths, codes, 5)
    offset = summarise_groups(thousandths + 1e9, codes, 5)
    np.testing.assert_allclose(offset.scatter, plain.scatter, rtol=1e-13)


def test_pooled_groups_are_the_moments_of_their_union() -> None:
    stream = np.random.default_rng(3)
    codes = stream.integers(0, 6, 300)
    values = stream.normal(0, 1, (300, 2))
    parts = summarise_groups(values, codes, 6)
    pooled = pool_groups(parts.n, parts.mean, parts.scatter, np.array([0, 1, 2, 0, 1, 2]), 3)
    whole = summarise_groups(values, codes % 3, 3)
    np.testing.assert_allclose(pooled.n, whole.n)
    np.testing.assert_allclose(pooled.mean + parts.centre, whole.mean + whole.centre, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(pooled.scatter, whole.scatter, rtol=1e-12)


def test_added_rows_are_as_if_they_had_been_there() -> None:
    stream = np.random.default_rng(4)
    values = stream.normal(500, 30, (300, 2))
    codes = np.append(np.repeat([0, 2, 3], 50), stream.integers(0, 4, 150))
    total = GroupMoments(np.zeros(4), np.array([500.0, 480.0]), np.zeros((4, 2)), np.zeros((4, 2, 2)))
    # Group 1 has no row among the first.
    first, second = slice(0, 150), slice(150, 300)
    add_groups(
        total, summarise_groups(values[first], codes[first] - (codes[first] > 0), 3), np.array([0, 2, 3])
    )
    assert total.n[1] == 0
    add_groups(total, summarise_groups(values[second], codes[second], 4), np.arange(4))
    whole = summarise_groups(values, codes, 4)
    np.testing.assert_array_equal(total.n, whole.n)
    np.testing.assert_allclose(total.mean + total.centre, whole.mean + whole.centre, rtol=1e-14)
    np.testing.assert_allclose(total.scatter, whole.scatter, rtol=1e-12)
