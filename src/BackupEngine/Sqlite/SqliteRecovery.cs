using CloudBackup.FileTree;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup.Sqlite;

/// <summary>
/// Brings the copy of a database that was in use to one state, as the app's next start would: SQLite rolls an unfinished write back, or takes
/// what the write-ahead log holds. SQLite runs no SQL of the database for that, does not even read its schema, and may open nothing outside
/// the folder of the copy.
/// </summary>
internal static class SqliteRecovery
{
    /// <summary>What SQLite appends to a database's name for the files beside it.</summary>
    public static IReadOnlyList<string> SideFiles { get; } = ["-wal", "-journal", "-shm"];

    /// <summary>Recovers the database, and returns what makes that impossible when it is damaged.</summary>
    /// <param name="folder">A folder that no other user can enter.</param>
    /// <param name="name">The database's name in it; its side files are gone afterwards.</param>
    /// <param name="cancellationToken">Stops the recovery.</param>
    /// <exception cref="SqliteException">SQLite failed for another reason.</exception>
    public static string? Run(DirectoryNode folder, string name, CancellationToken cancellationToken)
    {
        if (!SideFiles.Any(suffix => folder.Exists(name + suffix)))
        {
            return null;
        }
        try
        {
            Recover(RealPath.Of(folder.Path), name, cancellationToken);
            return null;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            return failure.Message;
        }
        finally
        {
            foreach (var suffix in SideFiles.Where(suffix => folder.Exists(name + suffix)))
            {
                folder.RemoveFile(name + suffix);
            }
        }
    }

    private static void Recover(string folder, string name, CancellationToken cancellationToken)
    {
        using var confined = SqliteSystemCalls.Confine(folder, cancellationToken);
        var text = new SqliteConnectionStringBuilder { DataSource = Path.Join(folder, name), Mode = SqliteOpenMode.ReadWrite, Pooling = false };
        using var connection = new SqliteConnection(text.ConnectionString);
        connection.Open();
        using var interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle!));
        foreach (var sql in new[] { "PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE", "ROLLBACK" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
        cancellationToken.ThrowIfCancellationRequested();
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle!, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException($"SQLite Error {result}: {raw.sqlite3_errmsg(connection.Handle!).utf8_to_string()}.", result);
        }
    }
}
