using System.Globalization;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>
/// The schema, version by version. A version that was ever released is never edited: a change is a new step at the end. Each step runs
/// once, in its own transaction together with the version number it leads to.
/// </summary>
internal static class Migrations
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE site (
            name        TEXT PRIMARY KEY COLLATE NOCASE,
            is_default  INTEGER NOT NULL,
            document    TEXT NOT NULL
        );
        CREATE UNIQUE INDEX site_default ON site (is_default) WHERE is_default = 1;

        CREATE TABLE app (
            id        TEXT PRIMARY KEY,
            location  TEXT NOT NULL UNIQUE COLLATE NOCASE,
            document  TEXT NOT NULL
        );

        -- origin: 'local' for what this platform stored itself, 'storage' for what a sync found there.
        CREATE TABLE app_backup (
            id           TEXT PRIMARY KEY,
            app_id       TEXT NOT NULL,
            location     TEXT NOT NULL COLLATE NOCASE,
            site         TEXT NOT NULL COLLATE NOCASE,
            remote_path  TEXT NOT NULL,
            state        TEXT NOT NULL,
            created      INTEGER NOT NULL,
            origin       TEXT NOT NULL,
            info_hash    TEXT,
            document     TEXT NOT NULL,
            UNIQUE (site, remote_path)
        );
        CREATE INDEX app_backup_by_app ON app_backup (app_id, created);

        -- What a restore in place was about to do, so that the next command can undo it after a crash.
        CREATE TABLE restore_journal (
            app_id    TEXT PRIMARY KEY,
            document  TEXT NOT NULL
        );
        """,
        """
        -- kind: 'app' for the backup of an app, 'box' for the platform's, which has neither app nor location.
        CREATE TABLE backup (
            id           TEXT PRIMARY KEY,
            kind         TEXT NOT NULL,
            app_id       TEXT,
            location     TEXT COLLATE NOCASE,
            site         TEXT NOT NULL COLLATE NOCASE,
            remote_path  TEXT NOT NULL,
            state        TEXT NOT NULL,
            created      INTEGER NOT NULL,
            origin       TEXT NOT NULL,
            info_hash    TEXT,
            document     TEXT NOT NULL,
            UNIQUE (site, remote_path)
        );
        INSERT INTO backup (id, kind, app_id, location, site, remote_path, state, created, origin, info_hash, document)
            SELECT id, 'app', app_id, location, site, remote_path, state, created, origin, info_hash, document FROM app_backup;
        DROP TABLE app_backup;
        CREATE INDEX backup_by_app ON backup (app_id, created);

        -- What is known of the platform as a whole: one row.
        CREATE TABLE platform (
            number    INTEGER PRIMARY KEY CHECK (number = 1),
            document  TEXT NOT NULL
        );
        """,
        """
        -- A restore of the platform that has begun and not ended: one row. A restored catalog does not replace it.
        CREATE TABLE platform_restore (
            number    INTEGER PRIMARY KEY CHECK (number = 1),
            document  TEXT NOT NULL
        );
        """,
        """
        -- The backup infos that this platform wrote and whose records it has dropped: should they be in the storage after all, they are its own.
        CREATE TABLE own_record (
            info_hash    TEXT PRIMARY KEY,
            remote_path  TEXT NOT NULL
        );
        """,
    ];

    /// <summary>The schema that this code works with.</summary>
    public static int CurrentVersion => Steps.Length;

    /// <summary>Brings the database to a version.</summary>
    /// <exception cref="BackupException">The database is of a newer version.</exception>
    public static void Apply(SqliteConnection connection, string path, int wanted)
    {
        while (ReadVersion(connection) is var version && version != wanted)
        {
            if (version > wanted)
            {
                throw BackupErrors.PlatformTooNew(path, version, wanted);
            }
            using var transaction = connection.BeginTransaction(deferred: false);
            // Another process may have done the step while this one waited for the lock.
            if (ReadVersion(connection, transaction) == version)
            {
                Run(connection, transaction, Steps[version]);
                Run(connection, transaction, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"));
                transaction.Commit();
            }
        }
    }

    private static int ReadVersion(SqliteConnection connection, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Run(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
