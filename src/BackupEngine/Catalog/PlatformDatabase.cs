using CloudBackup.Sqlite;
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
    private readonly string _path;
    private bool _isInTransaction;

    private PlatformDatabase(SqliteConnection connection, string path)
    {
        _connection = connection;
        _path = path;
    }

    /// <summary>Rows that were passed over.</summary>
    public UnreadableRows Unreadable { get; } = new();

    /// <summary>Opens the catalog, and brings it to the present schema.</summary>
    /// <exception cref="BackupException">It is missing, damaged, not ours to write, or of a newer CloudBackup.</exception>
    public static PlatformDatabase Open(string path) => Open(path, Migrations.CurrentVersion);

    /// <summary>Opens the catalog, and brings it to a schema.</summary>
    /// <exception cref="BackupException">It is missing, damaged, not ours to write, or of a newer schema.</exception>
    public static PlatformDatabase Open(string path, int schema) => Connect(path, SqliteOpenMode.ReadWrite, connection =>
    {
        LimitToOwner(path);
        if (FindDefect(connection, path) is { } defect)
        {
            throw BackupErrors.CatalogUnusable(path, defect);
        }
        Prepare(connection);
        Migrations.Apply(connection, path, schema);
        return new PlatformDatabase(connection, path);
    });

    /// <summary>Makes the file of a new catalog.</summary>
    /// <exception cref="BackupException">It cannot be made.</exception>
    public static void Make(string path, int schema) => Connect(path, SqliteOpenMode.ReadWriteCreate, connection =>
    {
        LimitToOwner(path);
        Migrations.Apply(connection, path, schema);
        return connection;
    }).Dispose();

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            try
            {
                using var command = Prepare(sql, parameters);
                return command.ExecuteNonQuery();
            }
            catch (SqliteException failure) when (MachineFailure.ExplainDatabase(_path, failure) is { } explained)
            {
                throw explained;
            }
        }
    }

    /// <summary>Runs a query and returns all its rows, as <paramref name="read"/> makes them.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            try
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
            catch (SqliteException failure) when (MachineFailure.ExplainDatabase(_path, failure) is { } explained)
            {
                throw explained;
            }
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
            try
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                _isInTransaction = true;
                var result = work();
                transaction.Commit();
                return result;
            }
            catch (SqliteException failure) when (MachineFailure.ExplainDatabase(_path, failure) is { } explained)
            {
                throw explained;
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

    private static T Connect<T>(string path, SqliteOpenMode mode, Func<SqliteConnection, T> use)
    {
        SqliteSystemCalls.ReserveSharedMemory();
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, DefaultTimeout = BusyTimeoutSeconds, Pooling = false };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            return use(connection);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException or IOException)
        {
            connection.Dispose();
            throw (failure is SqliteException sqlite ? MachineFailure.ExplainDatabase(path, sqlite) : MachineFailure.Explain(failure))
                ?? BackupErrors.CatalogUnusable(path, failure.Message, failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void LimitToOwner(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    /// <summary>A catalog is complete from its first moment on, so that what has no tables of ours is what is left of one, or another file.</summary>
    private static string? FindDefect(SqliteConnection connection, string path)
    {
        const int SmallestPage = 512;
        var length = new FileInfo(path).Length;
        if (length == 0)
        {
            return "the file is empty";
        }
        // With its log, SQLite completes a page that was not written to its end.
        if (length % SmallestPage != 0 && new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 })
        {
            return "the file is cut off";
        }
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('site', 'app', 'restore_journal')";
        return command.ExecuteScalar() is 3L ? null : "the file is another database";
    }

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
