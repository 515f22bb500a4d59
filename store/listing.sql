-- '' in the store's directory; from elsewhere, with SET file_search_path, what the paths of its files begin with.
SET VARIABLE place = (
    SELECT coalesce(max(regexp_replace(file, 'schema/[^/]+/trials[.]parquet', '')), '')
    FROM glob('schema/*/trials.parquet')
);

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
        files, lambda file: getvariable('place') || 'compacted/' || file.name || '/trials.parquet'
    )) AND list_has_all(getvariable('compacted'), list_transform(
        files, lambda file: getvariable('place') || 'compacted/' || file.name || '/series.parquet'
    )) AND list_has_all(list_concat(absorbed, list_transform(
        getvariable('fragments'), lambda file: split_part(file, '/', -2)
    )), all_absorbed)
);
SET VARIABLE manifest = CASE WHEN getvariable('manifest') IS NOT NULL THEN getvariable('manifest')
    ELSE error('a compacted file is missing, and its fragments are gone: regimap verify says which') END;

CREATE OR REPLACE TEMP TABLE listed AS
SELECT 'empty' AS kind, file AS trials_file FROM glob('schema/*/trials.parquet')
UNION ALL
SELECT 'compacted', getvariable('place') || 'compacted/' || file.name || '/trials.parquet'
FROM (SELECT unnest(getvariable('manifest').files) AS file)
UNION ALL
SELECT 'loose', file
FROM (SELECT unnest(getvariable('fragments')) AS file)
ANTI JOIN (SELECT unnest(getvariable('manifest').absorbed) AS name) ON split_part(file, '/', -2) = name;

SET VARIABLE kinds = (SELECT list(kind ORDER BY kind = 'empty' DESC, trials_file) FROM listed);
SET VARIABLE trials_files = (SELECT list(trials_file ORDER BY kind = 'empty' DESC, trials_file) FROM listed);
SET VARIABLE series_files = list_transform(
    getvariable('trials_files'), lambda file: regexp_replace(file, 'trials[.]parquet$', 'series.parquet')
);
SET VARIABLE hidden = (
    SELECT list(struct_pack(trials_file := getvariable('place') || 'compacted/' || file.name || '/trials.parquet', trial_ids := file.hidden))
    FROM (SELECT unnest(getvariable('manifest').files) AS file)
);
-- Files of one schema version agree in their columns: then one file is opened to define a view, and not all.
SET VARIABLE mixed_schemas = (SELECT count(*) > 1 FROM glob('schema/*/trials.parquet'));
