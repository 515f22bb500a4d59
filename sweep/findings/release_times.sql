-- When moving packets part from their frozen twins: the median over a point's pairs of each lattice, and how many
-- pairs part at all. One that does not counts as parting later than all that do.
SELECT point_id, realization, count(*) AS pairs, count(twin_release_time) AS parted,
    list(twin_release_time) FILTER (twin_release_time IS NOT NULL) AS times
FROM twins
WHERE trial_id IN (SELECT unnest($trials))
GROUP BY point_id, realization
ORDER BY point_id, realization
