"""Queries read, and do nothing else."""

from pathlib import Path

import numpy as np
import pytest

from store import QueryError

PASS = [
    "select 1",
    "SELECT 1;",
    "-- a comment\nselect /* another */ 1 -- last",
    "with a as (select 1 x) select x from a",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select * from n",
    "from trials",
    "values (1), (2)",
    "(select 1) union all (select 2) except select 3",
    "describe trials",
    "show tables",
    "summarize trials",
    "explain select * from trials",
    "explain analyze select 1",
    "explain (analyze, format json) select 1",
    "/* why */ explain -- how\n analyze select 1",
    "select * from range(3), unnest([1, 2])",
    "select * from (pivot (select 1 a, 2 b) on a in (1, 2) using sum(b))",
    "select * exclude (t) from series tablesample 10%",
    "select row_number() over (order by t) from series qualify count(*) over () > 0",
    "select 'copy (select 1) to ''x''' as \"insert\"",
    "select * from duckdb_views() limit 1",
    "select list_transform([1], lambda x: x + 1), {'a': 1}.a",
]

REFUSED = {
    "copy": "copy (select 1) to '{inside}'",
    "copy in a with": "with a as (copy (select 1) to '{inside}') select * from a",
    "copy in a with in an explain": "explain analyze with a as (copy (select 1) to '{inside}') from a",
    "explain analyze copy": "explain analyze copy (select 1) to '{inside}'",
    "explain with options copy": "explain (analyze) copy (select 1) to '{inside}'",
    "explain behind a comment": "/* x */ explain /* y */ analyze /* z */ copy (select 1) to '{inside}'",
    "serialized": "select * from json_execute_serialized_sql(json_serialize_sql("
    "'with a as (copy (select 1) to ''{inside}'') select * from a'))",
    "query in a string": "select * from query('select 1')",
    "logging": "select * from enable_logging(storage_path = '{inside}')",
    "insert": "insert into trials values (1)",
    "insert in a with": "with a as (insert into t values (1) returning *) select * from a",
    "create": "create table t (i int)",
    "drop": "drop view trials",
    "attach": "attach '{outside}'",
    "export": "export database '{inside}'",
    "set": "set threads = 1",
    "set variable": "set variable trials_files = ['{outside}']",
    "reset": "reset lock_configuration",
    "pragma": "pragma enable_profiling",
    "call": "call pragma_version()",
    "install": "install httpfs",
    "load": "load httpfs",
    "two statements": "select 1; select 2",
    "two statements, one hidden": "select 1; copy (select 1) to '{inside}'",
    "nothing": " -- only a comment",
    "a syntax error": "selec 1",
    "an unknown column": "select diffusoin from trials",
    "read outside": "select * from read_csv('{outside}')",
    "read outside by name": "select * from '{outside}'",
    "read outside through the store": "select * from read_text('{root}/../outside.csv')",
    "list outside": "select * from glob('{root}/../*')",
}


@pytest.mark.parametrize("query", PASS)
def test_reading_passes(store, chunk, query):
    store.commit("c", *chunk("a"))
    list(store.sql(query).rows())


@pytest.mark.parametrize("case", REFUSED)
def test_anything_else_is_refused_and_does_nothing(store, chunk, case, tmp_path):
    store.commit("c", *chunk("a"))
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\n1\n")
    inside = store.path / "fragments" / "c-a1" / "trials.parquet"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    names = {"inside": inside, "outside": outside, "root": store.path}
    query = REFUSED[case]
    for name, path in names.items():
        query = query.replace(f"{{{name}}}", str(path))
    with pytest.raises(QueryError) as refusal:
        list(store.sql(query).rows())
    assert "secret" not in str(refusal.value)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_duckdb_says_what_is_wrong(store):
    with pytest.raises(QueryError, match="syntax error"):
        store.sql("selec 1")
    with pytest.raises(QueryError, match="diffusoin"):
        store.sql("select diffusoin from trials")
    with pytest.raises(QueryError, match="unsafe=True"):
        store.sql("create table t (i int)")
    with pytest.raises(QueryError, match="oh no"):
        list(store.sql("select error('oh no') from range(3)").rows())


def test_variables_of_the_program_are_not_tables(store):
    for unsafe in (False, True):
        with pytest.raises(QueryError, match="name parameters does not exist"):
            store.sql("select *, $a from parameters", {"a": np.array([1])}, unsafe=unsafe)


def test_unsafe_lifts_it(store, tmp_path):
    (tmp_path / "outside.csv").write_text("a\n1\n")
    query = f"select * from read_csv('{tmp_path / 'outside.csv'}')"
    assert list(store.sql(query, unsafe=True).rows()) == [(1,)]
    target = tmp_path / "copy.csv"
    list(store.sql(f"copy (select 1 a) to '{target}' (format csv)", unsafe=True).rows())
    assert Path(target).read_text() == "a\n1\n"
    with pytest.raises(QueryError, match="expected a statement"):
        store.sql("", unsafe=True)
