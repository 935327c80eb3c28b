// Prints what this version of DuckDB reads from a file, as read-file.py does: every table and view, each cell as text.
import java.sql.*;
import java.util.*;

public class ReadFile {
    static String text(String value) {
        if (value == null) return "null";
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 0x20 || c > 0x7e) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    static List<String[]> rows(Statement statement, String sql) throws SQLException {
        List<String[]> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            int width = result.getMetaData().getColumnCount();
            while (result.next()) {
                String[] row = new String[width];
                for (int i = 0; i < width; i++) row[i] = result.getString(i + 1);
                rows.add(row);
            }
        }
        return rows;
    }

    public static void main(String[] args) throws Exception {
        StringBuilder out = new StringBuilder();
        Properties options = new Properties();
        options.setProperty("duckdb.read_only", "true");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + args[0], options);
                Statement statement = connection.createStatement()) {
            String version = rows(statement, "SELECT version()").get(0)[0];
            out.append("{\"version\": ").append(text(version)).append(", \"relations\": {");
            String separator = "";
            for (String[] name : rows(statement,
                    "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
                    + " UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL")) {
                out.append(separator).append(text(name[0] + "." + name[1])).append(": [");
                separator = "";
                for (String[] row : rows(statement, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM \"" + name[0] + "\".\"" + name[1] + "\"")) {
                    StringJoiner cells = new StringJoiner(",", "[", "]");
                    for (String cell : row) cells.add(text(cell));
                    out.append(separator).append(cells);
                    separator = ",";
                }
                out.append("]");
                separator = ",";
            }
            out.append("}}");
        } catch (SQLException error) {
            out = new StringBuilder("{\"version\": \"?\", \"refused\": ").append(text(error.getMessage())).append("}");
        }
        System.out.println(out);
    }
}
