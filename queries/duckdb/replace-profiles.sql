-- What live answers say of profiles, in place of what was known; calls through application profiles are judged again.
DELETE FROM inference_profile
WHERE (profile_id, source_region) IN (SELECT (profile_id, source_region) FROM temp.refreshed);

INSERT INTO inference_profile ({{columns}})
SELECT {{columns}}
FROM temp.refreshed;

CREATE OR REPLACE TEMP TABLE touched AS
SELECT invocation_key
FROM invocation
WHERE model_kind = 'application-profile'
