-- DuckDB takes every path for a pattern: brackets make it mean itself.
CREATE OR REPLACE MACRO literal(files) AS
    list_transform(files, lambda file: regexp_replace(file, '([[*?])', '[\1]', 'g'));

-- Every file of trials and of their series, the empty ones first: they name the columns.
CREATE OR REPLACE TEMP TABLE files AS
SELECT unnest(getvariable('kinds')) AS kind, unnest(getvariable('trials_files')) AS trials_file,
    unnest(getvariable('series_files')) AS series_file, generate_subscripts(getvariable('kinds'), 1) AS place;

SET VARIABLE loose_trials = (SELECT list(trials_file ORDER BY place) FROM files WHERE kind <> 'compacted');
SET VARIABLE compacted_trials = (SELECT list(trials_file ORDER BY place) FROM files WHERE kind <> 'loose');

-- One row per trial: a final status over a failed one, then the newest attempt, then the smallest chunk name.
-- Compacted files keep to that among themselves, but for the rows that their manifest hides: so only loose fragments
-- are compared, with each other and with the rows of the same trials in compacted files.
CREATE OR REPLACE TEMP TABLE superseded AS
WITH hidden AS (
    SELECT file.trials_file AS trials_file, unnest(file.trial_ids) AS trial_id
    FROM (SELECT unnest(getvariable('hidden')) AS file)
), loose AS MATERIALIZED (
    SELECT trial_id, status, attempt, chunk, filename AS trials_file, true AS is_loose
    FROM read_parquet(literal(getvariable('loose_trials')), union_by_name = getvariable('mixed_schemas'), filename = true)
), compacted AS MATERIALIZED (
    SELECT trial_id, status, attempt, chunk, filename AS trials_file, false AS is_loose
    FROM read_parquet(literal(getvariable('compacted_trials')), union_by_name = getvariable('mixed_schemas'), filename = true)
    SEMI JOIN loose USING (trial_id)
), rivals AS (
    FROM loose UNION ALL FROM compacted ANTI JOIN hidden USING (trial_id, trials_file)
), contested AS (
    SELECT trial_id FROM rivals GROUP BY trial_id HAVING count(*) > 1
), ranked AS (
    SELECT trial_id, trials_file, row_number() OVER (
        PARTITION BY trial_id ORDER BY status IN ($final) DESC, attempt DESC, chunk, is_loose, trials_file
    ) AS place
    FROM rivals SEMI JOIN contested USING (trial_id)
), beaten AS (
    SELECT trial_id, trials_file FROM ranked WHERE place > 1 UNION ALL SELECT trial_id, trials_file FROM hidden
)
SELECT trial_id, kind, trials_file, series_file FROM beaten JOIN files USING (trials_file);

-- Most files hold nothing superseded, and are read as they are.
SET VARIABLE clean_trials = (
    SELECT list(trials_file ORDER BY place) FROM files ANTI JOIN superseded USING (trials_file)
);
SET VARIABLE clean_series = (
    SELECT list(series_file ORDER BY place) FROM files ANTI JOIN superseded USING (trials_file)
);
SET VARIABLE dirty_trials = (
    SELECT list(trials_file ORDER BY place) FROM files
    WHERE kind = 'empty' OR trials_file IN (SELECT trials_file FROM superseded)
);
SET VARIABLE dirty_series = (
    SELECT list(series_file ORDER BY place) FROM files
    WHERE kind = 'empty' OR trials_file IN (SELECT trials_file FROM superseded)
);

CREATE OR REPLACE VIEW trials AS
SELECT * FROM read_parquet(literal(getvariable('clean_trials')), union_by_name = getvariable('mixed_schemas'))
UNION ALL BY NAME
SELECT * FROM read_parquet(literal(getvariable('dirty_trials')), union_by_name = getvariable('mixed_schemas')) AS dirty
ANTI JOIN superseded ON superseded.trial_id = dirty.trial_id AND superseded.trials_file = dirty.filename$trials_grown;

CREATE OR REPLACE VIEW series AS
SELECT * FROM read_parquet(literal(getvariable('clean_series')), union_by_name = getvariable('mixed_schemas'))
UNION ALL BY NAME
SELECT * FROM read_parquet(literal(getvariable('dirty_series')), union_by_name = getvariable('mixed_schemas')) AS dirty
ANTI JOIN superseded ON superseded.trial_id = dirty.trial_id AND superseded.series_file = dirty.filename$series_grown;

-- `latest` marks the newest version, for moving and for frozen lattices apart.
CREATE OR REPLACE VIEW labels AS
SELECT * EXCLUDE (filename), label_version = first_value(label_version) OVER (
    PARTITION BY frozen ORDER BY coalesce(created, TIMESTAMP '1970-01-01') DESC, filename DESC
) AS latest
FROM read_parquet(literal(getvariable('labels_files')), union_by_name = getvariable('mixed_schemas'), filename = true);

CREATE OR REPLACE VIEW proposals AS
SELECT * FROM read_parquet(literal(getvariable('proposals_files')), union_by_name = getvariable('mixed_schemas'))$proposals_grown;

CREATE OR REPLACE VIEW sweeps AS
SELECT * FROM read_parquet(literal(getvariable('sweeps_files')), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW chunks AS
SELECT * FROM read_parquet(literal(getvariable('chunks_files')), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW requests AS
$requests;

CREATE OR REPLACE VIEW rounds AS
$rounds;

CREATE OR REPLACE VIEW points AS
WITH counted AS (
    SELECT point_id, ${shared}count(*) AS trials, $counts
    FROM trials
    GROUP BY point_id
), labelled AS (
    SELECT point_id,
        any_value(regime) FILTER (frozen IS NOT true) AS regime,
        any_value(membership) FILTER (frozen IS NOT true) AS membership,
        any_value(regime) FILTER (frozen) AS frozen_regime
    FROM labels
    WHERE latest
    GROUP BY point_id
)
SELECT counted.*, regime, membership, frozen_regime FROM counted LEFT JOIN labelled USING (point_id);

-- A moving trial and its frozen twin: when abs(ln(MSD ratio)) first meets 1/4, between samples. The error is half
-- the time from 3/4 to 5/4 of that, and half of a sample's interval at least.
CREATE OR REPLACE VIEW twins AS
$twins;

CREATE OR REPLACE VIEW columns AS
SELECT * FROM (VALUES
$columns
) AS described("table", name, type, unit, meaning);
