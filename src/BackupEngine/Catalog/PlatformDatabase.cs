using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>
/// The catalog: one SQLite file in write-ahead mode. It is a cache of what the storages hold (and the home of sites and apps); a lost one
/// is rebuilt by a sync. Thread-safe: one statement at a time.
/// </summary>
internal sealed class PlatformDatabase : IDisposable
{
    private const int BusyTimeoutSeconds = 30;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private bool _isInTransaction;

    private PlatformDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the catalog, makes it when it is missing, and brings it to the present schema.</summary>
    /// <exception cref="BackupException">It is damaged, not ours to write, or of a newer CloudBackup.</exception>
    public static PlatformDatabase Open(string path) => Open(path, Migrations.CurrentVersion);

    /// <summary>Opens the catalog, makes it when it is missing, and brings it to a schema.</summary>
    /// <exception cref="BackupException">It is damaged, not ours to write, or of a newer schema.</exception>
    public static PlatformDatabase Open(string path, int schema)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = BusyTimeoutSeconds,
            Pooling = false,
        };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            Prepare(connection);
            Migrations.Apply(connection, path, schema);
            return new PlatformDatabase(connection);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException or IOException)
        {
            connection.Dispose();
            throw BackupErrors.CatalogUnusable(path, failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Prepare(sql, parameters);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>Runs a query and returns all its rows, as <paramref name="read"/> makes them.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Prepare(sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }
            return rows;
        }
    }

    /// <summary>Runs several statements of this class as one: all of them hold, or none. Inside another such call, it is part of that.</summary>
    public T InTransaction<T>(Func<T> work)
    {
        lock (_lock)
        {
            if (_isInTransaction)
            {
                return work();
            }
            using var transaction = _connection.BeginTransaction(deferred: false);
            _isInTransaction = true;
            try
            {
                var result = work();
                transaction.Commit();
                return result;
            }
            finally
            {
                _isInTransaction = false;
            }
        }
    }

    /// <summary>Runs statements as one, while another database file is there under a name of its own.</summary>
    public void WithAttached(string path, string name, Action work)
    {
        lock (_lock)
        {
            Execute($"ATTACH DATABASE $path AS {name}", ("$path", path));
            try
            {
                InTransaction(() =>
                {
                    work();
                    return true;
                });
            }
            finally
            {
                Execute($"DETACH DATABASE {name}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static void Prepare(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        // FULL: a record that says Ready must not be lost with the power, however cheap that would be to repair.
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
        return command;
    }
}
