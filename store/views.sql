CREATE OR REPLACE VIEW trial_attempts AS
SELECT * FROM read_parquet(getvariable('trials_files'), union_by_name = getvariable('mixed_schemas'))$trials_grown;

CREATE OR REPLACE VIEW series_attempts AS
SELECT * FROM read_parquet(getvariable('series_files'), union_by_name = getvariable('mixed_schemas'))$series_grown;

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

-- A moving trial and its frozen twin: when abs(ln(MSD ratio)) first meets 1/4, between samples. The error is half
-- the time from 3/4 to 5/4 of that, and half of a sample's interval at least.
CREATE OR REPLACE VIEW twins AS
WITH gaps AS (
    SELECT moving.trial_id, frozen.trial_id AS twin_id, moving.t, abs(ln(moving.msd / frozen.msd)) AS gap
    FROM (SELECT trial_id, twin_of FROM trials WHERE twin_of IS NOT NULL) AS pairs
    JOIN series AS moving ON moving.trial_id = pairs.twin_of
    JOIN series AS frozen ON frozen.trial_id = pairs.trial_id AND frozen.t = moving.t
    WHERE moving.msd > 0 AND frozen.msd > 0
), stepped AS (
    SELECT *, lag(t) OVER following AS t0, lag(gap) OVER following AS gap0
    FROM gaps WINDOW following AS (PARTITION BY trial_id, twin_id ORDER BY t)
), crossed AS (
    SELECT trial_id, twin_id, min(place) FILTER (level = 0.1875) AS begins,
        min(place) FILTER (level = 0.25) AS release, min(place) FILTER (level = 0.3125) AS ends
    FROM (
        SELECT trial_id, twin_id, level,
            CASE WHEN t0 IS NULL THEN t ELSE t0 + (t - t0) * (level - gap0) / (gap - gap0) END AS place
        FROM stepped CROSS JOIN (VALUES (0.1875), (0.25), (0.3125)) AS levels(level)
        WHERE gap >= level AND (gap0 IS NULL OR gap0 < level)
    )
    GROUP BY trial_id, twin_id
), reached AS (
    SELECT trial_id, twin_id, max(t) AS last, max(t - t0) AS interval FROM stepped GROUP BY trial_id, twin_id
)
SELECT trials.point_id, trial_id, twin_id, $axes_of_trials, trials.realization, trials.packet,
    release AS twin_release_time, CASE WHEN release IS NOT NULL
        THEN greatest((coalesce(ends, last) - begins) / 2, interval / 2) END AS twin_release_time_err
FROM reached LEFT JOIN crossed USING (trial_id, twin_id) JOIN trials USING (trial_id);

CREATE OR REPLACE VIEW columns AS
SELECT * FROM (VALUES
$columns
) AS described("table", name, type, unit, meaning);
