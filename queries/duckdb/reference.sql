-- Reference data: Regions, profiles, boundaries. The snapshot of profiles replaces what an older snapshot said; rows that the user
-- refreshed stay and win.
DELETE FROM region;

INSERT INTO region (region, name, country, country_name, eu_member, eea_member, partition, jurisdiction, as_of)
SELECT
  r.region,
  r.name,
  r.country,
  r.country_name,
  r.eu_member,
  r.eea_member,
  r.partition,
  r.jurisdiction,
  f.as_of
FROM (
  SELECT
    as_of,
    unnest(rows) AS r
  FROM read_json(
    {{regions}},
    format = 'unstructured',
    columns = {
      as_of: 'VARCHAR',
      rows: 'STRUCT(region VARCHAR, name VARCHAR, country VARCHAR, country_name VARCHAR, eu_member BOOLEAN, eea_member BOOLEAN, partition VARCHAR, jurisdiction VARCHAR)[]'
    }
  )
) f;

CREATE OR REPLACE TEMP TABLE shipped_profile AS
SELECT
  p.profileId AS profile_id,
  p.sourceRegion AS source_region,
  unnest(p.destinations) AS destination_region,
  p.model,
  p."asOf" AS as_of,
  p.source
FROM (
  SELECT unnest(rows) AS p
  FROM read_json(
    {{profiles}},
    format = 'unstructured',
    columns = {
      rows: 'STRUCT(profileId VARCHAR, sourceRegion VARCHAR, destinations VARCHAR[], model VARCHAR, "asOf" VARCHAR, source VARCHAR)[]'
    }
  )
);

DELETE FROM inference_profile
WHERE source IN (SELECT source FROM shipped_profile);

INSERT INTO inference_profile (profile_id, source_region, destination_region, model, as_of, source)
SELECT s.profile_id, s.source_region, s.destination_region, s.model, s.as_of, s.source
FROM shipped_profile s
ANTI JOIN inference_profile i ON i.profile_id = s.profile_id AND i.source_region = s.source_region;

DROP TABLE shipped_profile;

DELETE FROM boundary
WHERE source = 'reference';

INSERT INTO boundary (name, region, source)
VALUES
  {{boundaries}}
