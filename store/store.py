"""`ExperimentStore`: everything the other parts do with a store."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from store import checkpoints, creation, tables
from store import requests as asking
from store.columns import Column, sql_name
from store.compaction import GRACE_S, Compacted, compacting
from store.cube import dataset
from store.declarations import Declaration, declare_outputs, schema_of
from store.errors import RecordError, StoreError
from store.fragments import Receipt, commit_fragment
from store.hold import Hold
from store.holders import Holder, holders
from store.holding import Waiting, holding, holds_token
from store.identity import DEFAULT_MODEL, check_model, check_versions, read_identity
from store.layout import checked_name
from store.local import LocalMedium
from store.places import open_medium
from store.probing import check_writable
from store.records import refuse_unknown, series_table, trials_table
from store.results import Result
from store.schema import BUILT_IN, Schema
from store.session import open_session
from store.snapshot import Absorbed
from store.statements import check_reading

if TYPE_CHECKING:
    from store.care.findings import Checked
    from store.care.inspection import Identification

PathLike = str | os.PathLike[str]


class ExperimentStore:
    """Trials and their series: committed in chunks, read in SQL, by many processes at once.

    Parameters
    ----------
    path : path-like
        A store's directory, or ``s3://bucket/prefix``.
    model : str, optional
        The model whose trials it must hold; without it, any.

    Raises
    ------
    StoreNotFoundError, NotAStoreError, ModelMismatchError, VersionError, DamagedStoreError
        If there is no store at `path` that this program can read. Nothing is written on opening.
    UnreachableError
        If the bucket does not answer.

    Examples
    --------
    >>> store = ExperimentStore.create("runs/quickstart")                                     # doctest: +SKIP
    >>> store.sql("select status, count(*) from trials group by status").table()              # doctest: +SKIP
    """

    def __init__(self, path: PathLike, *, model: str | None = None) -> None:
        self._medium = open_medium(path)
        identity = read_identity(self._medium)
        check_model(identity, self._medium, model)
        check_versions(identity, self._medium)
        self._model = identity.model
        self._prepared = False
        self._absorbed = Absorbed(self._medium)

    @classmethod
    def create(
        cls, path: PathLike, *, model: str = DEFAULT_MODEL, parameters: Sequence[Column] | None = None
    ) -> ExperimentStore:
        """Make a store, or open the one that is there; several processes may do so at once.

        Parameters
        ----------
        path : path-like
        model : str
        parameters : sequence of Column, optional
            What the points of a user's model say; without it, the columns are those of the deformation
            potential. A store that is there gets those that it lacks.

        Raises
        ------
        NotAStoreError
            If the path is a file, or a directory that holds other things.
        ModelMismatchError
            If a store of another model is there.
        RecordError
            If the store has a parameter as something else, or its name cannot be a column's.
        """
        creation.create(open_medium(path), model, parameters)
        store = cls(path, model=model)
        store._prepare()
        return store

    @property
    def url(self) -> str:
        """The store's place: an absolute path, or ``s3://...``."""
        return self._medium.url

    @property
    def path(self) -> Path:
        """The store's directory, absolute.

        Raises
        ------
        StoreError
            If the store is not in a directory.
        """
        if not isinstance(self._medium, LocalMedium):
            raise StoreError(f"expected a store in a directory; got {self.url}; use its url")
        return self._medium.root

    @property
    def model(self) -> str:
        """The model whose trials the store holds."""
        return self._model

    @property
    def schema(self) -> Schema:
        """The columns of its results, as they are declared at this moment."""
        return BUILT_IN if self._model == DEFAULT_MODEL else schema_of(self._medium)

    def declare_outputs(
        self, version: str, scalars: Sequence[Column], observables: Sequence[Column]
    ) -> Declaration:
        """Declare what a version of a user's model returns, unless that is declared; return what stands.

        See `store.declarations.declare_outputs`, which this is.
        """
        self._prepare()
        declared = declare_outputs(self._medium, version, scalars, observables)
        creation.refresh_views(self._medium)
        return declared

    def commit(
        self,
        chunk: str,
        trials: Sequence[Mapping[str, object]],
        series: Mapping[str, Mapping[str, Any]],
        *,
        attempt: int = 1,
    ) -> Receipt:
        """Commit a chunk: all of it, durably, or nothing. To repeat a commit is harmless.

        Parameters
        ----------
        chunk : str
            Name of the chunk; with `attempt` it names the fragment.
        trials : sequence of mappings
            One row a trial, column name to scalar. Columns that are absent become NULL; ``chunk`` and
            ``attempt`` are filled in.
        series : mapping of trial_id to mapping of column name to array of shape (samples,)
            The observables of the trials that have any, ``t`` among them; the keys come from the trial's row.
        attempt : int
            Which try of the chunk, from 1.

        Returns
        -------
        Receipt
            What stands in the store now, and whether this call put it there.

        Raises
        ------
        RecordError
            If a column is unknown or of another type, a series has no trial or unequal lengths, or a trial
            comes twice. Nothing is written.
        ConflictError
            If this attempt of the chunk stands already with other trials.
        WriteError
            If the file system refuses.
        """
        checked_name("chunk name", chunk)
        if not isinstance(attempt, int) or isinstance(attempt, bool) or attempt < 1:
            raise RecordError(f"expected an attempt of 1 or more; got {attempt!r}; count from 1")
        schema = self.schema
        trial_rows = trials_table(chunk, attempt, trials, schema)
        series_rows = series_table(trial_rows, series, schema)
        self._prepare()
        return commit_fragment(self._medium, self._absorbed, chunk, attempt, trial_rows, series_rows, schema)

    def append(self, table: str, name: str, rows: Sequence[Mapping[str, object]]) -> bool:
        """Add `rows` to a ledger table under `name`, durably; False, and no change, if the name is there.

        Parameters
        ----------
        table : str
            ``labels``, ``proposals``, ``sweeps`` or ``chunks``; requests are added by `ask`.
        name : str
            Name of this addition, unique in the table.
        rows : sequence of mappings
            Column name to value; columns that are absent become NULL.
        """
        self._prepare()
        return tables.append_rows(self._medium, table, name, rows)

    def rows(self, table: str, name: str | None = None) -> list[dict[str, Any]]:
        """Read a ledger table back: every name in order, or one, its rows as they were given."""
        return tables.ledger_rows(self._medium, table, name)

    def names(self, table: str) -> list[str]:
        """List the names in a ledger table, sorted."""
        return tables.ledger_names(self._medium, table)

    def keep(self, name: str, payload: bytes) -> bytes:
        """Keep a small blob under `name` unless one is kept there; return the one that is."""
        self._prepare()
        return tables.keep_blob(self._medium, name, payload)

    def kept(self, name: str) -> bytes | None:
        """Return the blob kept under `name`, or None."""
        return tables.kept_blob(self._medium, name)

    def ask(
        self,
        kind: str,
        condition: str,
        trial_ids: Sequence[str],
        *,
        attempts: Sequence[int] = (),
        driver: str | None = None,
    ) -> str:
        """Ask the drivers of this store to ``cancel`` or ``retry`` trials; return the request's name.

        See `store.requests.ask`, which this is.
        """
        self._prepare()
        return asking.ask(self._medium, kind, condition, trial_ids, attempts=attempts, driver=driver)

    def requests(self, after: str | None = None) -> list[dict[str, Any]]:
        """Return what was asked, in order; with `after`, a request's name, only what came after it.

        Only new requests are read, so it costs a listing to find none.
        """
        return asking.requests(self._medium, after)

    def hold(self, name: str, note: Mapping[str, str]) -> Hold:
        """Take hold of `name`, so that no other driver does; see `holding`, which says what it waits for."""
        steps = self.holding(name, note)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                hold: Hold = end.value
                return hold

    def holding(self, name: str, note: Mapping[str, str]) -> Generator[Waiting, None, Hold]:
        """Do as `hold`, and say how long is to be waited yet where a driver on another machine is watched.

        See `store.holding.holding`, which this is.
        """
        self._prepare()
        return holding(self._medium, name, note)

    def holders(self, *, ended: bool = False) -> list[Holder]:
        """List who holds what: drivers that live, and those that died without letting go.

        With `ended`, the last driver of each name is listed also where it has let go.
        """
        return holders(self._medium, ended=ended)

    def holds_token(self, name: str, token: str) -> bool:
        """Whether `name` is held by the `Hold` with `token`: whether that was taken in this very store."""
        return holds_token(self._medium, name, token)

    def check_writable(self) -> None:
        """Stage a small file and remove it.

        Raises
        ------
        WriteError
            If the medium refuses, as it would refuse a commit.
        """
        self._prepare()
        check_writable(self._medium)

    def save_checkpoint(self, trial_id: str, payload: bytes) -> None:
        """Keep `payload` as where a trial has come to, in place of what was kept before, durably."""
        self._prepare()
        checkpoints.save_checkpoint(self._medium, trial_id, payload)

    def checkpoint(self, trial_id: str) -> bytes | None:
        """Return where a trial has come to, or None.

        Raises
        ------
        DamagedStoreError
            If it is not what was saved: the trial must start again.
        """
        return checkpoints.checkpoint(self._medium, trial_id)

    def drop_checkpoint(self, trial_id: str) -> None:
        """Remove the checkpoint of a trial, if there is one."""
        self._prepare()
        checkpoints.drop_checkpoint(self._medium, trial_id)

    def sql(
        self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None, *, unsafe: bool = False
    ) -> Result:
        """Ask the store in SQL, as it is at this moment.

        Parameters
        ----------
        query : str
            One statement that only reads: SELECT, WITH, DESCRIBE, EXPLAIN. The view ``columns`` describes
            what there is to ask for.
        parameters : sequence or mapping, optional
            Values for ``?`` or ``$name``.
        unsafe : bool
            Let any statement pass, with access to every file that this process may touch.

        Raises
        ------
        QueryError
            If the statement is refused or wrong, with DuckDB's message.
        DamagedStoreError
            If a file of the store cannot be read.
        """
        connection = open_session(self._medium, unsafe=unsafe)
        if not unsafe:
            check_reading(connection, query)
        return Result(self._medium, connection, query, parameters)

    def statuses(self) -> dict[str, str]:
        """Return the status of every trial in the store, by trial_id."""
        return dict(self.sql("SELECT trial_id, status FROM trials ORDER BY trial_id").rows())

    def series(
        self,
        trial_ids: Iterable[str] | None = None,
        columns: Sequence[str] = ("msd", "participation_ratio"),
        *,
        where: str | None = None,
    ) -> dict[str, np.ndarray[tuple[int], np.dtype[Any]]]:
        """Return series as NumPy arrays, ordered by trial_id and t.

        Parameters
        ----------
        trial_ids : iterable of str, optional
            The trials; without it, all.
        columns : sequence of str
            Columns of `series`, besides ``trial_id`` and ``t``, which always come.
        where : str, optional
            An SQL condition on `trials` that the trials must meet as well, such as ``status = 'complete'``.

        Returns
        -------
        dict of str to ndarray, each of shape (samples of all the trials together,)
            NULL is NaN in float columns.
        """
        refuse_unknown(self.schema.series, columns, "the columns asked for")
        names = ", ".join(map(sql_name, dict.fromkeys(("trial_id", "t", *columns))))
        conditions, parameters = ["true"], []
        if trial_ids is not None:
            conditions.append("trial_id IN (SELECT unnest(?::VARCHAR[]))")
            parameters.append(list(trial_ids))
        if where is not None:
            conditions.append(f"trial_id IN (SELECT trial_id FROM trials WHERE ({where}\n))")
        query = f"SELECT {names} FROM series WHERE {' AND '.join(conditions)} ORDER BY trial_id, t"
        table = self.sql(query, parameters or None).arrow()
        return {name: table.column(name).to_numpy() for name in table.column_names}

    def compact(self, *, grace: float = GRACE_S, full: bool = False) -> Compacted:
        """Merge fragments into large sorted files, while others write and read; see `compacting`.

        Returns
        -------
        Compacted
            What was done.
        """
        account = Compacted()
        for account in self.compacting(grace=grace, full=full):  # noqa: B007 - the last one tells of all
            pass
        return account

    def compacting(self, *, grace: float = GRACE_S, full: bool = False) -> Iterator[Compacted]:
        """Do as `compact`, and give an account of what was done so far after each file.

        Parameters
        ----------
        grace : float
            Seconds after which what was replaced is removed; sessions that last longer may fail.
        full : bool
            Sort everything as one, however large.

        Raises
        ------
        DamagedStoreError
            If a file cannot be read.
        WriteError
            If the file system refuses.
        """
        self._prepare()
        return compacting(self._medium, grace=grace, full=full)

    def loose_fragments(self) -> int:
        """Count the fragments that no compaction has absorbed, from names alone."""
        absorbed = self._absorbed.names()
        return sum(fragment.name not in absorbed for fragment in self._medium.fragments())

    def xarray(
        self,
        columns: Sequence[str] | None = None,
        *,
        where: str | None = None,
        times: str = "same",
    ) -> Any:  # noqa: ANN401 - xarray is optional
        """Return series and scalars as an `xarray.Dataset` with dims point, realization and t.

        See `store.cube.dataset`, which this is.
        """
        return dataset(self, columns, where=where, times=times)

    def verify(self, identification: Identification | None = None) -> Iterator[Checked]:
        """Read every byte of the store, and yield what was checked with what was found.

        See `store.care.verification.verify`, which this is.
        """
        from store.care.verification import verify  # noqa: PLC0415 - it opens stores itself

        return verify(self._medium, identification)

    def refresh_views(self) -> bool:
        """Rewrite ``views.sql`` if its text is not this version's; whether it was."""
        self._prepare()
        return creation.refresh_views(self._medium)

    def _prepare(self) -> None:
        """Once in each process, before the first write."""
        if not self._prepared:
            creation.prepare(self._medium)
            self._prepared = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExperimentStore) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def __repr__(self) -> str:
        return f"ExperimentStore({self.url!r}, model={self.model!r})"

    def __reduce__(self) -> tuple[type[ExperimentStore], tuple[str]]:
        return ExperimentStore, (self.url,)
