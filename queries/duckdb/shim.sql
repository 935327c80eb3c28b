-- Names that Trino has and DuckDB lacks, so that the files in queries/ run unchanged on both.
-- DuckDB only; run once per connection or store in the database. Each macro keeps to what both engines answer alike.
CREATE OR REPLACE MACRO json_extract_scalar(j, p) AS json_extract_string(j, p);
CREATE OR REPLACE MACRO json_parse(s) AS CAST(s AS JSON);
CREATE OR REPLACE MACRO from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ);
CREATE OR REPLACE MACRO at_timezone(t, z) AS timezone(z, t);
CREATE OR REPLACE MACRO date_parse(s, f) AS strptime(s, f);
CREATE OR REPLACE MACRO date_format(t, f) AS strftime(t, f);
CREATE OR REPLACE MACRO regexp_like(s, p) AS regexp_matches(s, p);
CREATE OR REPLACE MACRO approx_distinct(x) AS approx_count_distinct(x);
CREATE OR REPLACE MACRO approx_percentile(x, p) AS approx_quantile(x, p);
CREATE OR REPLACE MACRO array_join(a, s) AS array_to_string(a, s);
