"""From what a file holds to texts and numbers, losing neither a leading zero nor the reason for a gap."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
from numpy.typing import NDArray

# No accepted text can hold a NUL, and no accepted number is infinite: both can stand for a fault
# until the row checks have named it.
UNKNOWN_CODE = "\x00"
NOT_A_NUMBER = np.inf

# Beyond this size a floating-point column (and every number in a spreadsheet) has lost digits.
LARGEST_EXACT = 2.0**53
# Superscripts, subscripts and fractions, which compatibility forms would turn into digits.
NOT_A_DIGIT = "[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u215f\u2189]"
# A column is sampled at this many rows; it repeats itself when so small a share of them is distinct.
SAMPLE = 5_000
FEW_DISTINCT = 0.6
PLAIN_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


def text_of(values: pd.Series, missing: Collection[str] = ()) -> pd.Series:
    """Return a column as text, spaces at its ends removed and look-alike characters made plain.

    Parameters
    ----------
    values
        Column of any type. Whole numbers held as floating point lose the `.0`; those too large to be
        exact are written with an exponent, so that the check of identifiers finds them.
    missing
        Texts that mean a missing value; an empty text always does.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_float_dtype(values.dtype):
        texts = pd.Series(
            _text_of_floats(values.to_numpy("float64", na_value=np.nan)), values.index, dtype="str"
        )
    elif values.dtype == object:
        texts = pd.Series([_text_of_cell(cell) for cell in values], values.index, dtype="str")
    else:
        texts = values.astype("str")
    ascii_only = is_ascii(texts)
    if not ascii_only or holds_any(texts, " \t\n\r\v\f\x1c\x1d\x1e\x1f"):
        texts = texts.str.strip()
    if not ascii_only:
        texts = make_plain(texts)
    gaps = texts.isin([*missing, ""])
    return texts.mask(gaps) if gaps.any() else texts


def repeats_itself(values: pd.Series) -> bool:
    """Return whether a long column of texts has so few distinct ones that each is better looked at once.

    A sample tells: every so many rows.
    """
    if values.dtype != "str" or len(values) < SAMPLE or values.hasnans:
        return False
    sample = values.iloc[:: len(values) // SAMPLE]
    return sample.nunique() < FEW_DISTINCT * len(sample)


def make_plain(texts: pd.Series) -> pd.Series:
    """Return texts with look-alike characters made plain: they look right on screen and match nothing.

    Texts with raised or lowered digits or fractions stay: a footnote's mark must not become a digit.
    """
    strange = ~texts.str.isascii().fillna(True).to_numpy(dtype=bool)
    strange[strange] = ~texts[strange].str.contains(NOT_A_DIGIT, regex=True).to_numpy(dtype=bool)
    result = texts.copy()
    result[strange] = texts[strange].str.normalize("NFKC").str.strip()
    return result


def is_ascii(texts: pd.Series) -> bool:
    """Return whether all characters are ASCII."""
    return all(int(letters.max(initial=0)) < 0x80 for letters in _letters(texts))


def is_plain(texts: pd.Series) -> bool:
    """Return whether all characters are visible ASCII or spaces."""
    return is_ascii(texts) and all(
        int(letters.min(initial=0x20)) >= 0x20 and int(letters.max(initial=0)) < 0x7F
        for letters in _letters(texts)
    )


def holds_any(texts: pd.Series, characters: str) -> bool:
    """Return whether any of some ASCII characters occurs in any text."""
    wanted = characters.encode("ascii")
    return any(bool((letters == code).any()) for letters in _letters(texts) for code in wanted)


def _letters(texts: pd.Series) -> Iterator[NDArray[np.uint8]]:
    """Yield the UTF-8 bytes of a column of texts, joined, without a copy."""
    for chunk in arrow.chunked_array(arrow.array(texts, arrow.large_string(), from_pandas=True)).chunks:
        _, places, joined = chunk.buffers()
        if joined is not None and len(chunk):
            limits = np.frombuffer(places, dtype=np.int64)[[chunk.offset, chunk.offset + len(chunk)]]
            yield np.frombuffer(joined, dtype=np.uint8)[limits[0] : limits[1]]


def number_of(values: pd.Series, missing: Collection[str] = ()) -> pd.Series:
    """Return a column as numbers: NaN where missing, `NOT_A_NUMBER` where there is no plain finite number.

    "1,010", "inf", "nan" and "12 points" are no plain numbers; "7", "-0.5" and "1.2e3" are.
    """
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        numbers = values.astype("float64").replace(-np.inf, NOT_A_NUMBER)
        stand_ins = [float(text) for text in missing if pd.Series([text]).str.fullmatch(PLAIN_NUMBER).item()]
        return numbers.mask(numbers.isin(stand_ins)) if stand_ins else numbers
    texts = text_of(values, missing)
    plain = texts.str.fullmatch(PLAIN_NUMBER).fillna(False).astype(bool)
    # Ten times as fast as the way through Python's own texts.
    parsed = compute.cast(arrow.array(texts.where(plain), from_pandas=True), arrow.float64())
    numbers = pd.Series(parsed.to_numpy(zero_copy_only=False), values.index, dtype="float64")
    return numbers.mask((texts.notna() & ~plain) | np.isinf(numbers), NOT_A_NUMBER)


def recode(
    texts: pd.Series, codes: Mapping[str, str], otherwise: str | None, missing: Collection[str]
) -> pd.Series:
    """Return texts translated by `codes`; a text without a code becomes `otherwise` or `UNKNOWN_CODE`.

    `codes` are looked up before `missing`, so that a study may give a gap a meaning of its own; what
    is missing and has no code stays missing.
    """
    positions, distinct = pd.factorize(texts.fillna(""))
    fallback = UNKNOWN_CODE if otherwise is None else otherwise
    gaps = {*missing, ""}
    translated = [codes.get(text, "" if text in gaps else fallback) for text in distinct]
    result = pd.Series(pd.array(translated, dtype="str").take(positions), texts.index)
    return result.mask(result.isin(gaps))


def _text_of_floats(numbers: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return floating-point numbers as texts, None where missing; shape (n,)."""
    texts = np.full(numbers.shape, None, dtype=object)
    present = ~np.isnan(numbers)
    whole = present & (np.abs(numbers) < LARGEST_EXACT) & (numbers == np.floor(numbers))
    texts[whole] = numbers[whole].astype("int64").astype(str)
    inexact = present & (np.abs(numbers) >= LARGEST_EXACT)
    texts[inexact] = [f"{number:.16e}" for number in numbers[inexact]]
    rest = present & ~whole & ~inexact
    texts[rest] = [repr(number) for number in numbers[rest].tolist()]
    return texts


def _text_of_cell(cell: object) -> str | None:
    """Return one cell of a column of mixed types as text."""
    if isinstance(cell, float):
        return _text_of_floats(np.array([cell]))[0]
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    return None if cell is None or cell is pd.NaT or cell is pd.NA else str(cell)
