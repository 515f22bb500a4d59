CREATE OR REPLACE VIEW trial_attempts AS
SELECT * FROM read_parquet(getvariable('trials_files'), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW series_attempts AS
SELECT * FROM read_parquet(getvariable('series_files'), union_by_name = getvariable('mixed_schemas'));

-- One fragment per trial: a final status over a failed one, then the newest attempt, then the smallest chunk name.
CREATE OR REPLACE VIEW superseded AS
SELECT trial_id, chunk, attempt
FROM (
    SELECT trial_id, chunk, attempt, row_number() OVER (
        PARTITION BY trial_id ORDER BY status IN ($final) DESC, attempt DESC, chunk
    ) AS place
    FROM trial_attempts
)
WHERE place > 1;

CREATE OR REPLACE VIEW trials AS
SELECT * FROM trial_attempts ANTI JOIN superseded USING (trial_id, chunk, attempt);

CREATE OR REPLACE VIEW series AS
SELECT * FROM series_attempts ANTI JOIN superseded USING (trial_id, chunk, attempt);

-- `latest` marks the newest version, for moving and for frozen lattices apart.
CREATE OR REPLACE VIEW labels AS
SELECT * EXCLUDE (filename), label_version = first_value(label_version) OVER (
    PARTITION BY frozen ORDER BY coalesce(created, TIMESTAMP '1970-01-01') DESC, filename DESC
) AS latest
FROM read_parquet(getvariable('labels_files'), union_by_name = getvariable('mixed_schemas'), filename = true);

CREATE OR REPLACE VIEW proposals AS
SELECT * FROM read_parquet(getvariable('proposals_files'), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW sweeps AS
SELECT * FROM read_parquet(getvariable('sweeps_files'), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW chunks AS
SELECT * FROM read_parquet(getvariable('chunks_files'), union_by_name = getvariable('mixed_schemas'));

CREATE OR REPLACE VIEW points AS
WITH counted AS (
    SELECT point_id, $axes, count(*) AS trials, $counts
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

CREATE OR REPLACE VIEW columns AS
SELECT * FROM (VALUES
$columns
) AS described("table", name, type, unit, meaning);
