"""The small append-only tables: everything about the work that is not a result."""

from __future__ import annotations

from types import MappingProxyType

from store.columns import Column, Table

LABELS = Table(
    "labels",
    (
        Column("label_version", "varchar", "", "hash of the method, its parameters and the input set", True),
        Column("point_id", "varchar", "", "the point that is labelled", True),
        Column("frozen", "boolean", "", "whether the label is that of the frozen twins"),
        Column("regime", "varchar", "", "name of the regime"),
        Column("cluster", "bigint", "1", "number of the cluster, from 0"),
        Column("membership", "double[]", "1", "soft membership in every cluster; sums to 1"),
        Column("method", "varchar", "", "how the labels were made"),
        Column("k", "bigint", "1", "number of clusters"),
        Column("created", "timestamp", "UTC", "when this version was made"),
    ),
)
PROPOSALS = Table(
    "proposals",
    (
        Column("campaign", "varchar", "", "the campaign that asks", True),
        Column(
            "round", "bigint", "1", "round of the campaign, from 0; -1 of points that were there before", True
        ),
        Column("slot", "bigint", "1", "place in the round, from 0", True),
        Column("point_id", "varchar", "", "the proposed point", True),
        Column(
            "why",
            "varchar",
            "",
            "startup, boundary, replicate or floor; enqueued (added by hand); given (there before)",
        ),
        Column("score", "double", "", "value of the acquisition at the point"),
        Column(
            "membership",
            "double[]",
            "1",
            "membership predicted when the point was proposed, in the clusters of label_version",
        ),
        Column(
            "conditioned_on",
            "bigint",
            "1",
            "last complete round that the proposal knew, -1 for none; null where nothing was asked",
        ),
        Column("pending", "varchar[]", "", "point_ids that were pending then"),
        Column("point", "varchar", "", "the axes of the point, canonical JSON"),
        Column("label_version", "varchar", "", "the labels that the proposal knew; null without any"),
    ),
)
SWEEPS = Table(
    "sweeps",
    (
        Column("sweep", "varchar", "", "identity of the spec that was run", True),
        Column("name", "varchar", "", "the spec's own name"),
        Column("command", "varchar", "", "run or campaign"),
        Column("spec", "varchar", "", "the spec, TOML"),
        Column("started_at", "timestamp", "UTC", "when it was first run here"),
        Column("trials", "bigint", "1", "trials in the design; for a campaign, the most it may take"),
        Column("chunks", "bigint", "1", "chunks in the design, where known"),
    ),
)
CHUNKS = Table(
    "chunks",
    (
        Column("plan", "varchar", "", "the plan the chunk belongs to", True),
        Column("chunk", "varchar", "", "name of the chunk", True),
        Column("ordinal", "bigint", "1", "place of the trial in its chunk, from 0", True),
        Column("trial_id", "varchar", "", "the planned trial", True),
        Column("trial", "varchar", "", "the trial, canonical JSON"),
    ),
)
REQUESTS = Table(
    "requests",
    (
        Column("request", "varchar", "", "name of the request, numbered in the order of asking", True),
        Column("kind", "varchar", "", "cancel or retry", True),
        Column("condition", "varchar", "", "which trials, as it was typed"),
        Column("trial_ids", "varchar[]", "", "the trials that this meant when it was asked"),
        Column("attempts", "bigint[]", "1", "attempts of their rows then, 0 for a trial without one"),
        Column("driver", "varchar", "", "the hold of the driver that is to do it; null for every driver"),
        Column("asked_at", "timestamp", "UTC", "when it was asked"),
        Column("asked_by", "varchar", "", "who asked, user@host"),
    ),
    since="1.2",
)
ROUNDS = Table(
    "rounds",
    (
        Column("campaign", "varchar", "", "the campaign that decides", True),
        Column("round", "bigint", "1", "the round that was to be proposed, from 0", True),
        Column("stop_reason", "varchar", "", "why it was not; null where it was, and for the map at the end"),
        Column("budget", "bigint", "1", "points that the campaign might choose", True),
        Column("points", "bigint", "1", "points that it had chosen before", True),
        Column("regimes", "bigint", "1", "regimes on the map that the decision knew"),
        Column("wrong_area", "double", "1", "share of the box on which that map is expected to be wrong"),
        Column("changed_area", "double", "1", "share of the box whose regime differs on the map before"),
        Column("label_version", "varchar", "", "the labels under that map"),
        Column("decided_at", "timestamp", "UTC", "when it was decided"),
    ),
    since="1.3",
)
LEDGERS = MappingProxyType(
    {table.name: table for table in (LABELS, PROPOSALS, SWEEPS, CHUNKS, REQUESTS, ROUNDS)}
)
