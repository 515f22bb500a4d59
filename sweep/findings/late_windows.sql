-- What each lattice of a point shows late: means over two windows, around a half and nine tenths of the time that is
-- valid for all trials of the point. The packets launched into one lattice are averaged. MSD includes the extent at
-- launch.
WITH chosen AS (
    SELECT trial_id, point_id, frozen, realization, t_valid, energy AS launched
    FROM trials
    WHERE trial_id IN (SELECT unnest($trials))
), common AS (
    SELECT point_id, min(t_valid) AS t_common FROM chosen GROUP BY point_id
), sampled AS (
    SELECT point_id, chosen.frozen, chosen.realization, t_common, t / t_common BETWEEN 0.4 AND 0.6 AS early,
        t / t_common BETWEEN 0.8 AND 1.000001 AS late, t, msd_raw AS reach, ln(participation_ratio) AS log_ratio,
        -- Both from the same extent at launch.
        msd_classical + msd_raw - msd AS classical, kinetic_energy + potential_energy - launched AS gain
    FROM chosen JOIN common USING (point_id) JOIN series USING (trial_id)
    WHERE t > 0
)
SELECT point_id, frozen, realization, any_value(t_common) AS t_common,
    avg(t) FILTER (early) AS t_early, avg(t) FILTER (late) AS t_late,
    avg(reach) FILTER (early) AS msd_early, avg(reach) FILTER (late) AS msd_late,
    avg(log_ratio) FILTER (early) AS log_ratio_early, avg(log_ratio) FILTER (late) AS log_ratio_late,
    avg(classical) FILTER (early) AS classical_early, avg(classical) FILTER (late) AS classical_late,
    avg(gain) FILTER (late) AS gain
FROM sampled
GROUP BY point_id, frozen, realization
ORDER BY point_id, frozen, realization
