using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup.Sqlite;

/// <summary>
/// Copies a database that is being written to (source: sqlite.org/backup.html). In write-ahead mode one read transaction holds one state
/// of the database while writers go on. In the older journal modes a reader blocks writers, so the copy is made in short steps and starts
/// again when somebody wrote in between; a database that never rests is held for one copy at last.
/// </summary>
internal static class SqliteOnlineCopy
{
    private const int PagesPerStep = 256;
    private const int RestartsBeforeHolding = 5;
    private const int BusyTimeoutSeconds = 60;
    private const int WaitMilliseconds = 20;

    /// <summary>Copies the database file <paramref name="source"/> to the new file <paramref name="destination"/>.</summary>
    /// <exception cref="BackupException">The source is not a database, or cannot be read.</exception>
    public static void Run(string source, string destination, CancellationToken cancellationToken)
    {
        try
        {
            Copy(source, destination, cancellationToken);
        }
        catch (SqliteException failure)
        {
            throw BackupErrors.SqliteCopyFailed(source, failure);
        }
    }

    /// <summary>The first thing that SQLite finds wrong with a database; null when all is well.</summary>
    public static string? FindDefect(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadOnly);
            var result = (string?)Query(connection, "PRAGMA quick_check(1)", cancellationToken);
            return result == "ok" ? null : result?.ReplaceLineEndings(" ") ?? "the check has no result";
        }
        catch (SqliteException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return failure.Message;
        }
    }

    /// <summary>Copies a database, and leaves it to the caller what a failure means.</summary>
    /// <exception cref="SqliteException">It cannot be read or is damaged.</exception>
    public static void Copy(string source, string destination, CancellationToken cancellationToken)
    {
        using var from = OpenSource(source, cancellationToken);
        var isWriteAhead = (string?)Query(from, "PRAGMA journal_mode", cancellationToken) == "wal";
        for (var restarts = 0; ; restarts++)
        {
            var hold = isWriteAhead || restarts >= RestartsBeforeHolding;
            // Each attempt starts with no file: what a broken-off one left is no database.
            File.Delete(destination);
            using var to = Open(destination, SqliteOpenMode.ReadWriteCreate);
            // The copy is thrown away when anything goes wrong; its own journal would only double the writing.
            Query(to, "PRAGMA journal_mode = OFF", cancellationToken);
            Query(to, "PRAGMA synchronous = OFF", cancellationToken);
            if (TryCopy(from, to, hold, cancellationToken))
            {
                return;
            }
        }
    }

    private static bool TryCopy(SqliteConnection from, SqliteConnection to, bool hold, CancellationToken cancellationToken)
    {
        if (hold)
        {
            Query(from, "BEGIN", cancellationToken);
            Query(from, "SELECT COUNT(*) FROM sqlite_schema", cancellationToken);
        }
        using var backup = raw.sqlite3_backup_init(to.Handle!, "main", from.Handle!, "main");
        if (backup is null || backup.IsInvalid)
        {
            throw new SqliteException(raw.sqlite3_errmsg(to.Handle!).utf8_to_string(), raw.sqlite3_errcode(to.Handle!));
        }
        try
        {
            return Step(backup, to, mayRestart: !hold, cancellationToken);
        }
        finally
        {
            raw.sqlite3_backup_finish(backup);
            if (hold)
            {
                Query(from, "COMMIT;", CancellationToken.None);
            }
        }
    }

    private static bool Step(sqlite3_backup backup, SqliteConnection to, bool mayRestart, CancellationToken cancellationToken)
    {
        var left = int.MaxValue;
        var refusals = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = raw.sqlite3_backup_step(backup, PagesPerStep);
            if (result == raw.SQLITE_DONE)
            {
                return true;
            }
            if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED))
            {
                throw new SqliteException($"SQLite Error {result}: {raw.sqlite3_errstr(result).utf8_to_string()}.", result);
            }
            var now = raw.sqlite3_backup_remaining(backup);
            if (mayRestart && now > left)
            {
                return false; // somebody wrote: SQLite has begun anew
            }
            left = now;
            if (result == raw.SQLITE_OK)
            {
                refusals = 0;
            }
            else if (++refusals < BusyTimeoutSeconds * 1000 / WaitMilliseconds)
            {
                cancellationToken.WaitHandle.WaitOne(WaitMilliseconds);
            }
            else
            {
                throw new SqliteException($"The database was locked by somebody else for {BusyTimeoutSeconds} seconds.", result);
            }
        }
    }

    /// <summary>
    /// Read-only, so that an app at rest is left untouched. Only a database that its app left in the middle of a write needs more: SQLite
    /// rolls that write back, as it would when the app starts again.
    /// </summary>
    private static SqliteConnection OpenSource(string path, CancellationToken cancellationToken)
    {
        var connection = Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            _ = Query(connection, "SELECT COUNT(*) FROM sqlite_schema", cancellationToken);
            return connection;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN)
        {
            connection.Dispose();
            return Open(path, SqliteOpenMode.ReadWrite);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs SQL and returns the first value. A lock is waited for here rather than in SQLite, and a long query is interrupted, so that a
    /// run that is stopped ends at once.
    /// </summary>
    private static object? Query(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle!));
        for (var refusals = 0; ; refusals++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                return command.ExecuteScalar();
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED && refusals < BusyTimeoutSeconds)
            {
                cancellationToken.WaitHandle.WaitOne(WaitMilliseconds);
            }
            catch (SqliteException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }
}
