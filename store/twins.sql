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
FROM reached LEFT JOIN crossed USING (trial_id, twin_id) JOIN trials USING (trial_id)
