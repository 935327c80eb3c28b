# Prints what this version of DuckDB reads from a file: every table and view, each cell as text. `refused` is its error.
import json
import sys

import duckdb


def ident(name):
    return '"' + name.replace('"', '""') + '"'


answer = {"version": duckdb.__version__}
try:
    connection = duckdb.connect(sys.argv[1], read_only=True)
    names = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        " UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    answer["relations"] = {
        schema + "." + name: connection.execute(
            f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {ident(schema)}.{ident(name)}"
        ).fetchall()
        for schema, name in names
    }
except duckdb.Error as error:
    answer["refused"] = str(error)
json.dump(answer, sys.stdout)
