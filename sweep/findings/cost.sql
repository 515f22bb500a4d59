-- What a campaign's trials cost and where they came from.
SELECT count(*) AS trials, count(*) FILTER (frozen) AS frozen, round(sum(cpu_s)) AS cpu_s,
    round(epoch(max(started_at + to_milliseconds(CAST(1000 * wall_s AS BIGINT))) - min(started_at))) AS elapsed_s,
    count(*) FILTER (status = 'complete') AS complete, count(*) FILTER (status = 'escaped') AS escaped,
    count(*) FILTER (status NOT IN ('complete', 'escaped')) AS failed,
    min(t_valid) AS least_t_valid, max(time_step_error) AS largest_time_step_error,
    list_sort(list(DISTINCT processor)) AS processors, list_sort(list(DISTINCT physics_version)) AS physics_versions,
    list_sort(list(DISTINCT coalesce(git_commit, 'none'))) AS git_commits, list_sort(list(DISTINCT seed)) AS seeds
FROM trials
WHERE trial_id IN (SELECT unnest($trials))
