using CloudBackup.FileTree;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup.Sqlite;

/// <summary>
/// Lets SQLite read the schema of a copied database, to find one that no SQLite can read. Reading it can compute what another user wrote: columns
/// of the statistics that are read with it. So every function gives NULL, values and work are limited, and no other file can be opened. SQLite asks
/// for no stop while it works on one statement: a run that is stopped does not wait for it.
/// </summary>
internal static class SqliteSchemaCheck
{
    private const int LongestValue = 256 * 1024;
    private const int StepsPerLook = 1000;
    private const int MostLooks = 5_000;

    private static readonly Lazy<string[]> Functions = new(ListFunctions);

    /// <summary>What makes the schema unreadable when it is damaged; null when it can be read, or is more than the limits allow.</summary>
    /// <param name="folder">A folder that no other user can enter.</param>
    /// <param name="name">The database's name in it.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    public static string? FindDefect(DirectoryNode folder, string name, CancellationToken cancellationToken)
    {
        var path = RealPath.Of(folder.Path);
        var isConfined = folder.HandlePath is not null;
        var reading = Task.Factory.StartNew(
            () => Read(path, name, isConfined, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return reading.WaitAsync(cancellationToken).GetAwaiter().GetResult();
    }

    private static string? Read(string path, string name, bool isConfined, CancellationToken cancellationToken)
    {
        var functions = Functions.Value;
        using var confined = isConfined ? SqliteSystemCalls.Confine(path, cancellationToken) : null;
        // Immutable: no log, no locks, no other file.
        var uri = $"file:{Uri.EscapeDataString(Path.Join(path, name)).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        var text = new SqliteConnectionStringBuilder { DataSource = uri, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        using var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            Restrict(connection.Handle!, functions, cancellationToken);
            using var interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle!));
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1 FROM sqlite_schema LIMIT 1";
            _ = command.ExecuteScalar();
            return null;
        }
        catch (SqliteException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return failure.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT ? failure.Message.ReplaceLineEndings(" ") : null;
        }
    }

    private static void Restrict(sqlite3 connection, string[] functions, CancellationToken cancellationToken)
    {
        foreach (var function in functions)
        {
            // Deterministic, as what a schema may use has to be.
            raw.sqlite3_create_function(
                connection, function, -1, raw.SQLITE_DETERMINISTIC, null, (context, _, _) => raw.sqlite3_result_null(context));
        }
        raw.sqlite3_limit(connection, raw.SQLITE_LIMIT_LENGTH, LongestValue);
        var looks = 0;
        raw.sqlite3_progress_handler(
            connection, StepsPerLook, _ => ++looks > MostLooks || cancellationToken.IsCancellationRequested ? 1 : 0, null);
    }

    private static string[] ListFunctions()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT DISTINCT name FROM pragma_function_list";
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return [.. names];
    }
}
