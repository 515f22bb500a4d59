-- Written by regimap. Reads this store with the plain duckdb command:
--     cd here && duckdb -init views.sql
-- Every session sees the store as it was when the session began.

-- Joins of series and trials are 30 times slower with this pass, which DuckDB has since 2.0.
SET VARIABLE slow_passes = (
    SELECT coalesce(string_agg(name, ','), '')
    FROM duckdb_optimizers()
    WHERE name = 'partial_aggregate_pushdown'
);
SET disabled_optimizers = getvariable('slow_passes');
SET parquet_metadata_cache = true;

-- Fragments first, then the manifests, then the compacted files: whatever runs meanwhile, none is missed.
SET VARIABLE fragments = (
    SELECT coalesce(list(file), []) FROM glob('fragments/*-a*/trials.parquet')
);
CREATE OR REPLACE TEMP TABLE manifests AS
SELECT unnest(from_json(content,
    '{"number": "BIGINT", "files": [{"name": "VARCHAR", "hidden": ["VARCHAR"]}], "absorbed": ["VARCHAR"]}'
)) FROM read_text('manifests/*.json')
UNION ALL BY NAME SELECT 0 AS number, [] AS files, [] AS absorbed;
SET VARIABLE compacted = (
    SELECT coalesce(list(file), []) FROM glob('compacted/*/*.parquet')
);

-- The newest manifest whose files are all there. An older one will do in a copy, where fragments stand for the files
-- that it lacks.
SET VARIABLE manifest = (
    SELECT max_by(struct_pack(files := files, absorbed := absorbed), number)
    FROM manifests, (SELECT max_by(absorbed, number) AS all_absorbed FROM manifests)
    WHERE list_has_all(getvariable('compacted'), list_transform(
        files, lambda file: 'compacted/' || file.name || '/trials.parquet'
    )) AND list_has_all(getvariable('compacted'), list_transform(
        files, lambda file: 'compacted/' || file.name || '/series.parquet'
    )) AND list_has_all(list_concat(absorbed, list_transform(
        getvariable('fragments'), lambda file: split_part(file, '/', 2)
    )), all_absorbed)
);
SET VARIABLE manifest = CASE WHEN getvariable('manifest') IS NOT NULL THEN getvariable('manifest')
    ELSE error('a compacted file is missing, and its fragments are gone: regimap verify says which') END;

CREATE OR REPLACE TEMP TABLE listed AS
SELECT 'empty' AS kind, file AS trials_file FROM glob('schema/*/trials.parquet')
UNION ALL
SELECT 'compacted', 'compacted/' || file.name || '/trials.parquet'
FROM (SELECT unnest(getvariable('manifest').files) AS file)
UNION ALL
SELECT 'loose', file
FROM (SELECT unnest(getvariable('fragments')) AS file)
ANTI JOIN (SELECT unnest(getvariable('manifest').absorbed) AS name) ON split_part(file, '/', 2) = name;

SET VARIABLE kinds = (SELECT list(kind ORDER BY kind = 'empty' DESC, trials_file) FROM listed);
SET VARIABLE trials_files = (SELECT list(trials_file ORDER BY kind = 'empty' DESC, trials_file) FROM listed);
SET VARIABLE series_files = list_transform(
    getvariable('trials_files'), lambda file: regexp_replace(file, 'trials[.]parquet$', 'series.parquet')
);
SET VARIABLE hidden = (
    SELECT list(struct_pack(trials_file := 'compacted/' || file.name || '/trials.parquet', trial_ids := file.hidden))
    FROM (SELECT unnest(getvariable('manifest').files) AS file)
);
-- Files of one schema version agree in their columns: then one file is opened to define a view, and not all.
SET VARIABLE mixed_schemas = (SELECT count(*) > 1 FROM glob('schema/*/trials.parquet'));

SET VARIABLE labels_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/labels.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('ledger/labels/*.parquet')
    )
);
SET VARIABLE proposals_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/proposals.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('ledger/proposals/*.parquet')
    )
);
SET VARIABLE sweeps_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/sweeps.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('ledger/sweeps/*.parquet')
    )
);
SET VARIABLE chunks_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/chunks.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('ledger/chunks/*.parquet')
    )
);

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
), loose AS (
    SELECT trial_id, status, attempt, chunk, filename AS trials_file, true AS is_loose
    FROM read_parquet(getvariable('loose_trials'), union_by_name = getvariable('mixed_schemas'), filename = true)
), compacted AS (
    SELECT trial_id, status, attempt, chunk, filename AS trials_file, false AS is_loose
    FROM read_parquet(getvariable('compacted_trials'), union_by_name = getvariable('mixed_schemas'), filename = true)
    SEMI JOIN loose USING (trial_id)
), ranked AS (
    SELECT trial_id, trials_file, row_number() OVER (
        PARTITION BY trial_id ORDER BY status IN ('complete', 'escaped', 'invalid') DESC, attempt DESC, chunk, is_loose, trials_file
    ) AS place
    FROM (FROM loose UNION ALL FROM compacted ANTI JOIN hidden USING (trial_id, trials_file))
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
SELECT * FROM read_parquet(getvariable('clean_trials'), union_by_name = getvariable('mixed_schemas'))
UNION ALL BY NAME
SELECT * FROM read_parquet(getvariable('dirty_trials'), union_by_name = getvariable('mixed_schemas')) AS dirty
ANTI JOIN superseded ON superseded.trial_id = dirty.trial_id AND superseded.trials_file = dirty.filename;

CREATE OR REPLACE VIEW series AS
SELECT * FROM read_parquet(getvariable('clean_series'), union_by_name = getvariable('mixed_schemas'))
UNION ALL BY NAME
SELECT * FROM read_parquet(getvariable('dirty_series'), union_by_name = getvariable('mixed_schemas')) AS dirty
ANTI JOIN superseded ON superseded.trial_id = dirty.trial_id AND superseded.series_file = dirty.filename;

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
    SELECT point_id, any_value(disorder) AS disorder, any_value(coupling) AS coupling, any_value(sound_speed) AS sound_speed, any_value(temperature) AS temperature, any_value(wavenumber) AS wavenumber, any_value(packet_width) AS packet_width, any_value(dimension) AS dimension, any_value(direction) AS direction, any_value(temperature_K) AS temperature_K, count(*) AS trials, count(*) FILTER (status = 'complete') AS complete, count(*) FILTER (status = 'escaped') AS escaped, count(*) FILTER (status = 'invalid') AS invalid, count(*) FILTER (status = 'error') AS error, count(*) FILTER (status = 'timeout') AS timeout, count(*) FILTER (status = 'lost') AS lost, count(*) FILTER (status = 'cancelled') AS cancelled
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
SELECT trials.point_id, trial_id, twin_id, trials.disorder, trials.coupling, trials.sound_speed, trials.temperature, trials.wavenumber, trials.packet_width, trials.dimension, trials.direction, trials.temperature_K, trials.realization, trials.packet,
    release AS twin_release_time, CASE WHEN release IS NOT NULL
        THEN greatest((coalesce(ends, last) - begins) / 2, interval / 2) END AS twin_release_time_err
FROM reached LEFT JOIN crossed USING (trial_id, twin_id) JOIN trials USING (trial_id);

CREATE OR REPLACE VIEW columns AS
SELECT * FROM (VALUES
('trials', 'trial_id', 'varchar', '', 'content hash of the trial: scenario, realization, packet, frozen, seed, numerics'),
('trials', 'point_id', 'varchar', '', 'content hash of the point: the trial without realization, packet and frozen'),
('trials', 'chunk', 'varchar', '', 'the chunk this row was committed with'),
('trials', 'attempt', 'bigint', '1', 'which try of the chunk this row comes from, from 1'),
('trials', 'status', 'varchar', '', 'one of complete, escaped, invalid, error, timeout, lost, cancelled'),
('trials', 'reason', 'varchar', '', 'why the status is not complete'),
('trials', 'disorder', 'double', 'E_F', 'V_rms of the landscape over the launch energy E_F'),
('trials', 'coupling', 'double', '1', 'Lambda, with disorder^2 = Lambda I_d(T/T_D); null unless swept instead of disorder'),
('trials', 'sound_speed', 'double', 'v_F', 'speed of sound v_s over the launch velocity v_F; 0 is a frozen lattice'),
('trials', 'temperature', 'double', 'T_D', 'temperature over hbar v_s q_D / k_B'),
('trials', 'wavenumber', 'double', 'q_D', 'launch wavenumber k_F over the Debye wavenumber'),
('trials', 'packet_width', 'double', '1/k_F', 'standard deviation of |psi|^2 along an axis at launch, times k_F'),
('trials', 'dimension', 'bigint', '1', 'number of space dimensions, 1 or 2'),
('trials', 'direction', 'double', 'rad', 'launch direction of packet 0, from the first axis'),
('trials', 'temperature_K', 'double', 'K', 'temperature of the material in kelvin; null without a material'),
('trials', 'realization', 'bigint', '1', 'which lattice of the ensemble, from 0'),
('trials', 'packet', 'bigint', '1', 'which of the packets launched into this lattice, from 0'),
('trials', 'frozen', 'boolean', '', 'whether the lattice was stopped'),
('trials', 'twin_of', 'varchar', '', 'for a frozen twin, the trial_id of its moving partner'),
('trials', 'seed', 'bigint', '1', 'the sweep''s seed, from which the phases of the modes derive'),
('trials', 'center_x', 'double', '1/q_D', 'launch point of packet 0, first axis; null for the box''s middle'),
('trials', 'center_y', 'double', '1/q_D', 'launch point of packet 0, second axis; null for the box''s middle'),
('trials', 'energy_filter_e', 'double', 'E_F', 'energy that the launched packet was filtered to, where asked'),
('trials', 'energy_filter_delta', 'double', 'E_F', 'standard deviation of that filter''s window'),
('trials', 'classical', 'boolean', '', 'whether classical trajectories ran beside'),
('trials', 'amplitudes', 'varchar', '', 'of the modes: mean (their rms) or thermal (drawn)'),
('trials', 'zero_point', 'boolean', '', 'whether the modes carry n + 1/2 quanta instead of n'),
('trials', 'boundary', 'varchar', '', 'periodic or absorbing'),
('trials', 'grid_points', 'bigint', '1', 'grid points per axis'),
('trials', 'box_length', 'double', '1/q_D', 'edge of the periodic box'),
('trials', 'dt', 'double', 'm*/(hbar q_D^2)', 'time step'),
('trials', 'field_interval', 'double', 'm*/(hbar q_D^2)', 'interval between syntheses of the field'),
('trials', 'integrator', 'varchar', '', 'the splitting scheme'),
('trials', 'precision', 'varchar', '', 'double or single'),
('trials', 'tolerance', 'double', '1', 'accuracy asked of the recorded observables'),
('trials', 't_final', 'double', 'm*/(hbar q_D^2)', 'end of the propagation asked for'),
('trials', 'samples', 'bigint', '1', 'samples asked for, both ends included'),
('trials', 'norm_drift', 'double', '1', 'largest departure of the norm from 1'),
('trials', 'edge_probability', 'double', '1', 'largest probability near the edge of the box'),
('trials', 'absorbed', 'double', '1', 'probability absorbed at the edge'),
('trials', 'spectral_tail', 'double', '1', 'largest spectral weight near the grid''s largest wavenumber'),
('trials', 'time_step_error', 'double', '1', 'estimated error of the time step on the observables'),
('trials', 't_valid', 'double', 'm*/(hbar q_D^2)', 'nothing after this time is used: the box edge is felt'),
('trials', 'vrms_realised', 'double', 'hbar^2 q_D^2/m*', 'V_rms of this realization in this box'),
('trials', 'energy', 'double', 'hbar^2 q_D^2/m*', 'mean energy at launch'),
('trials', 'energy_width', 'double', 'hbar^2 q_D^2/m*', 'standard deviation of the energy at launch'),
('trials', 'diffusion', 'double', 'hbar/m*', 'late diffusion constant, (1/2d) d MSD/dt'),
('trials', 'diffusion_err', 'double', 'hbar/m*', 'standard error of diffusion'),
('trials', 'planckian_alpha', 'double', '1', 'diffusion constant over hbar/m*'),
('trials', 'planckian_alpha_err', 'double', '1', 'standard error of planckian_alpha'),
('trials', 'diffusion_dip', 'double', '1', 'smallest D(t) after the peak, over the peak'),
('trials', 'diffusion_dip_err', 'double', '1', 'standard error of diffusion_dip'),
('trials', 'msd_exponent_late', 'double', '1', 'late d ln MSD / d ln t'),
('trials', 'msd_exponent_late_err', 'double', '1', 'standard error of msd_exponent_late'),
('trials', 'participation_growth', 'double', '1', 'late growth exponent of the participation ratio'),
('trials', 'participation_growth_err', 'double', '1', 'standard error of participation_growth'),
('trials', 'energy_gain', 'double', 'hbar^2 q_D^2/m*', 'kinetic and potential energy gained from the lattice'),
('trials', 'energy_gain_err', 'double', 'hbar^2 q_D^2/m*', 'standard error of energy_gain'),
('trials', 'momentum_relaxation_time', 'double', 'm*/(hbar q_D^2)', 'decay time of the mean momentum'),
('trials', 'momentum_relaxation_time_err', 'double', 'm*/(hbar q_D^2)', 'standard error of momentum_relaxation_time'),
('trials', 'twin_release_time', 'double', 'm*/(hbar q_D^2)', 'when the moving packet parts from its frozen twin, |ln(MSD ratio)| = 1/4: in the view twins'),
('trials', 'twin_release_time_err', 'double', 'm*/(hbar q_D^2)', 'standard error of twin_release_time'),
('trials', 'position_return', 'double', '1', 'how far the mean position came back, as a share of its farthest'),
('trials', 'position_return_err', 'double', '1', 'standard error of position_return'),
('trials', 'mean_squared_acceleration', 'double', '(hbar^2 q_D^3/m*^2)^2', '<|grad V|^2> / m*^2 of the landscape'),
('trials', 'mean_squared_acceleration_err', 'double', '(hbar^2 q_D^3/m*^2)^2', 'standard error of mean_squared_acceleration'),
('trials', 'inverse_kl', 'double', '1', '1/(k_F l_tr), golden rule'),
('trials', 'omega_tau', 'double', '1', 'Debye frequency times transport time, golden rule'),
('trials', 't_heat', 'double', 'm*/(hbar q_D^2)', 'heating time, (tau_tr/4) (v_F/v_s)^2'),
('trials', 'potential_over_quantum', 'double', '1', 'V_rms over hbar^2 q_D^2/m*'),
('trials', 'physics_version', 'varchar', '', 'version of the physics, part of the trial''s identity'),
('trials', 'regimap_version', 'varchar', '', 'version of the program'),
('trials', 'git_commit', 'varchar', '', 'commit of the checkout, where there is one'),
('trials', 'git_dirty', 'boolean', '', 'whether the checkout had uncommitted changes'),
('trials', 'host', 'varchar', '', 'machine that ran the trial'),
('trials', 'processor', 'varchar', '', 'processor type of that machine'),
('trials', 'python', 'varchar', '', 'Python version'),
('trials', 'libraries', 'varchar', '', 'library versions, a JSON object'),
('trials', 'started_at', 'timestamp', 'UTC', 'when the trial started'),
('trials', 'wall_s', 'double', 's', 'wall time'),
('trials', 'cpu_s', 'double', 's', 'processor time'),
('trials', 'peak_rss_mb', 'double', 'MB', 'largest resident memory of the process so far'),
('trials', 'traceback', 'varchar', '', 'traceback of an error'),
('series', 'trial_id', 'varchar', '', 'content hash of the trial: scenario, realization, packet, frozen, seed, numerics'),
('series', 'chunk', 'varchar', '', 'the chunk this row was committed with'),
('series', 'attempt', 'bigint', '1', 'which try of the chunk this row comes from, from 1'),
('series', 'disorder', 'double', 'E_F', 'V_rms of the landscape over the launch energy E_F'),
('series', 'coupling', 'double', '1', 'Lambda, with disorder^2 = Lambda I_d(T/T_D); null unless swept instead of disorder'),
('series', 'sound_speed', 'double', 'v_F', 'speed of sound v_s over the launch velocity v_F; 0 is a frozen lattice'),
('series', 'temperature', 'double', 'T_D', 'temperature over hbar v_s q_D / k_B'),
('series', 'wavenumber', 'double', 'q_D', 'launch wavenumber k_F over the Debye wavenumber'),
('series', 'packet_width', 'double', '1/k_F', 'standard deviation of |psi|^2 along an axis at launch, times k_F'),
('series', 'dimension', 'bigint', '1', 'number of space dimensions, 1 or 2'),
('series', 'direction', 'double', 'rad', 'launch direction of packet 0, from the first axis'),
('series', 'temperature_K', 'double', 'K', 'temperature of the material in kelvin; null without a material'),
('series', 'realization', 'bigint', '1', 'which lattice of the ensemble, from 0'),
('series', 'packet', 'bigint', '1', 'which of the packets launched into this lattice, from 0'),
('series', 'frozen', 'boolean', '', 'whether the lattice was stopped'),
('series', 't', 'double', 'm*/(hbar q_D^2)', 'time of the sample'),
('series', 'norm', 'double', '1', 'integral of |psi|^2'),
('series', 'mean_x', 'double', '1/q_D', 'mean position from the launch point, first axis'),
('series', 'mean_y', 'double', '1/q_D', 'mean position from the launch point, second axis'),
('series', 'msd', 'double', '1/q_D^2', 'mean squared displacement minus its value at t = 0'),
('series', 'msd_raw', 'double', '1/q_D^2', 'mean squared displacement from the launch point'),
('series', 'variance_x', 'double', '1/q_D^2', 'variance of the position, first axis'),
('series', 'variance_y', 'double', '1/q_D^2', 'variance of the position, second axis'),
('series', 'participation_ratio', 'double', '1/q_D^d', '1 / integral |psi|^4: the volume the packet fills'),
('series', 'autocorrelation_re', 'double', '1', 'real part of <psi(0)|psi(t)>'),
('series', 'autocorrelation_im', 'double', '1', 'imaginary part of <psi(0)|psi(t)>'),
('series', 'return_probability', 'double', '1', 'probability within two packet widths of the launch point'),
('series', 'kinetic_energy', 'double', 'hbar^2 q_D^2/m*', 'mean kinetic energy'),
('series', 'potential_energy', 'double', 'hbar^2 q_D^2/m*', 'mean potential energy'),
('series', 'momentum_x', 'double', 'hbar q_D', 'mean momentum, first axis'),
('series', 'momentum_y', 'double', 'hbar q_D', 'mean momentum, second axis'),
('series', 'momentum_spread', 'double', '1', 'angular spread of the momentum distribution'),
('series', 'entropy', 'double', '1', 'entropy of the position distribution'),
('series', 'edge_probability', 'double', '1', 'probability near the edge of the box'),
('series', 'spectral_tail', 'double', '1', 'spectral weight near the grid''s largest wavenumber'),
('series', 'msd_classical', 'double', '1/q_D^2', 'msd of the classical trajectories in the same field, where asked'),
('series', 'msd_classical_err', 'double', '1/q_D^2', 'standard error of msd_classical over the trajectories'),
('labels', 'label_version', 'varchar', '', 'hash of the method, its parameters and the input set'),
('labels', 'point_id', 'varchar', '', 'the point that is labelled'),
('labels', 'frozen', 'boolean', '', 'whether the label is that of the frozen twins'),
('labels', 'regime', 'varchar', '', 'name of the regime'),
('labels', 'cluster', 'bigint', '1', 'number of the cluster, from 0'),
('labels', 'membership', 'double[]', '1', 'soft membership in every cluster; sums to 1'),
('labels', 'method', 'varchar', '', 'how the labels were made'),
('labels', 'k', 'bigint', '1', 'number of clusters'),
('labels', 'created', 'timestamp', 'UTC', 'when this version was made'),
('labels', 'latest', 'boolean', '', 'whether this is the newest version of the labels'),
('proposals', 'campaign', 'varchar', '', 'the campaign that asks'),
('proposals', 'round', 'bigint', '1', 'round of the campaign, from 0'),
('proposals', 'slot', 'bigint', '1', 'place in the round, from 0'),
('proposals', 'point_id', 'varchar', '', 'the proposed point'),
('proposals', 'why', 'varchar', '', 'startup, boundary, replicate or floor'),
('proposals', 'score', 'double', '', 'value of the acquisition at the point'),
('proposals', 'membership', 'double[]', '1', 'membership predicted when the point was proposed'),
('proposals', 'conditioned_on', 'bigint', '1', 'last complete round that the proposal knew'),
('proposals', 'pending', 'varchar[]', '', 'point_ids that were pending then'),
('proposals', 'point', 'varchar', '', 'the axes of the point, canonical JSON'),
('sweeps', 'sweep', 'varchar', '', 'identity of the spec that was run'),
('sweeps', 'name', 'varchar', '', 'the spec''s own name'),
('sweeps', 'command', 'varchar', '', 'run or campaign'),
('sweeps', 'spec', 'varchar', '', 'the spec, TOML'),
('sweeps', 'started_at', 'timestamp', 'UTC', 'when it was first run here'),
('sweeps', 'trials', 'bigint', '1', 'trials in the design; for a campaign, the most it may take'),
('sweeps', 'chunks', 'bigint', '1', 'chunks in the design, where known'),
('chunks', 'plan', 'varchar', '', 'the plan the chunk belongs to'),
('chunks', 'chunk', 'varchar', '', 'name of the chunk'),
('chunks', 'ordinal', 'bigint', '1', 'place of the trial in its chunk, from 0'),
('chunks', 'trial_id', 'varchar', '', 'the planned trial'),
('chunks', 'trial', 'varchar', '', 'the trial, canonical JSON'),
('twins', 'point_id', 'varchar', '', 'content hash of the point: the trial without realization, packet and frozen'),
('twins', 'trial_id', 'varchar', '', 'the trial with the moving lattice'),
('twins', 'twin_id', 'varchar', '', 'its twin, the lattice frozen'),
('twins', 'disorder', 'double', 'E_F', 'V_rms of the landscape over the launch energy E_F'),
('twins', 'coupling', 'double', '1', 'Lambda, with disorder^2 = Lambda I_d(T/T_D); null unless swept instead of disorder'),
('twins', 'sound_speed', 'double', 'v_F', 'speed of sound v_s over the launch velocity v_F; 0 is a frozen lattice'),
('twins', 'temperature', 'double', 'T_D', 'temperature over hbar v_s q_D / k_B'),
('twins', 'wavenumber', 'double', 'q_D', 'launch wavenumber k_F over the Debye wavenumber'),
('twins', 'packet_width', 'double', '1/k_F', 'standard deviation of |psi|^2 along an axis at launch, times k_F'),
('twins', 'dimension', 'bigint', '1', 'number of space dimensions, 1 or 2'),
('twins', 'direction', 'double', 'rad', 'launch direction of packet 0, from the first axis'),
('twins', 'temperature_K', 'double', 'K', 'temperature of the material in kelvin; null without a material'),
('twins', 'realization', 'bigint', '1', 'which lattice of the ensemble, from 0'),
('twins', 'packet', 'bigint', '1', 'which of the packets launched into this lattice, from 0'),
('twins', 'twin_release_time', 'double', 'm*/(hbar q_D^2)', 'when the moving packet parts from its frozen twin, |ln(MSD ratio)| = 1/4: in the view twins'),
('twins', 'twin_release_time_err', 'double', 'm*/(hbar q_D^2)', 'standard error of twin_release_time'),
('points', 'point_id', 'varchar', '', 'content hash of the point: the trial without realization, packet and frozen'),
('points', 'disorder', 'double', 'E_F', 'V_rms of the landscape over the launch energy E_F'),
('points', 'coupling', 'double', '1', 'Lambda, with disorder^2 = Lambda I_d(T/T_D); null unless swept instead of disorder'),
('points', 'sound_speed', 'double', 'v_F', 'speed of sound v_s over the launch velocity v_F; 0 is a frozen lattice'),
('points', 'temperature', 'double', 'T_D', 'temperature over hbar v_s q_D / k_B'),
('points', 'wavenumber', 'double', 'q_D', 'launch wavenumber k_F over the Debye wavenumber'),
('points', 'packet_width', 'double', '1/k_F', 'standard deviation of |psi|^2 along an axis at launch, times k_F'),
('points', 'dimension', 'bigint', '1', 'number of space dimensions, 1 or 2'),
('points', 'direction', 'double', 'rad', 'launch direction of packet 0, from the first axis'),
('points', 'temperature_K', 'double', 'K', 'temperature of the material in kelvin; null without a material'),
('points', 'trials', 'bigint', '1', 'trials of the point'),
('points', 'complete', 'bigint', '1', 'trials of the point that are complete'),
('points', 'escaped', 'bigint', '1', 'trials of the point that are escaped'),
('points', 'invalid', 'bigint', '1', 'trials of the point that are invalid'),
('points', 'error', 'bigint', '1', 'trials of the point that are error'),
('points', 'timeout', 'bigint', '1', 'trials of the point that are timeout'),
('points', 'lost', 'bigint', '1', 'trials of the point that are lost'),
('points', 'cancelled', 'bigint', '1', 'trials of the point that are cancelled'),
('points', 'regime', 'varchar', '', 'latest label of the point'),
('points', 'membership', 'double[]', '1', 'membership behind the latest label'),
('points', 'frozen_regime', 'varchar', '', 'latest label of the point''s frozen twins')
) AS described("table", name, type, unit, meaning);
-- sha256 of the lines above: 7a8f7eeaa1370ba4c37e5ed28fd24478d7a76b68da34d3d4625213fba2bdb88e
