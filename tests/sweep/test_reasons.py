"""Reasons that differ only in numbers, ids and paths are one kind, in Python as in SQL."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reasons import kind_of, kind_sql


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("ValueError: no luck at step 12", "ValueError: no luck at step #"),
        ("spectral_tail 3.2e-05 above 1e-4", "spectral_tail # above #"),
        ("OSError: /data/u/a-1.txt: 12 bytes", "OSError: PATH: # bytes"),
        ("WriteError: s3://bucket/a/b=c/d.parquet is gone", "WriteError: PATH is gone"),
        ("trial 7a84e9cdf16c05d54c6d at 0x7f00ab", "trial ID at ID"),
        ("MemoryError: 3 GB\nin line 4", "MemoryError: # GB"),
        ("killed after 12s, -3 of +4.5", "killed after #s, # of #"),
        ("float64 is no float32", "float64 is no float32"),
        ("", ""),
    ],
)
def test_a_kind_is_a_reason_without_what_varies(reason: str, kind: str) -> None:
    assert kind_of(reason) == kind


@settings(max_examples=25)
@given(st.lists(st.text(st.sampled_from("aB_x/.:-+e019 ~=\n,fé"), max_size=40), min_size=1, max_size=50))
def test_sql_and_python_agree(reasons: list[str]) -> None:
    connection = duckdb.connect()
    connection.execute("create table t as select unnest(?::varchar[]) as reason", [reasons])
    found = connection.execute(f"select {kind_sql('reason')} from t").fetchall()
    connection.close()
    assert [kind for (kind,) in found] == [kind_of(reason) for reason in reasons]
