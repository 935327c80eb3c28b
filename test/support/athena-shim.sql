-- Further names of Trino that queries/athena/event.sql needs on DuckDB, beside shim.sql. DuckDB only.
CREATE OR REPLACE MACRO json_format(j) AS CAST(j AS VARCHAR);
CREATE OR REPLACE MACRO json_array_get(j, i) AS json_extract(j, i);
CREATE OR REPLACE MACRO sequence(a, b) AS generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT));
CREATE OR REPLACE MACRO array_min(a) AS list_min(a);
CREATE OR REPLACE MACRO to_utf8(s) AS encode(s);
CREATE OR REPLACE MACRO cardinality(a) AS len(a);
