using CloudBackup.FileTree;
using CloudBackup.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// The database of an addon, found from the open data directory step by step. The app's user owns that directory and may put anything
/// anywhere in it: only a regular file that no link leads to is a database, for the look and for SQLite alike.
/// </summary>
internal sealed class SqliteSource : IDisposable
{
    private readonly BackupAddon _addon;
    private readonly string _path;
    private readonly DirectoryNode _folder;
    private readonly string _name;
    private readonly string _dataPath;

    private SqliteSource(BackupAddon addon, string path, DirectoryNode folder, string name, string dataPath)
    {
        _addon = addon;
        _path = path;
        _folder = folder;
        _name = name;
        _dataPath = dataPath;
    }

    /// <summary>The names that SQLite gives to files of a database.</summary>
    public static IEnumerable<string> FilesOf(string path) => [path, .. SqliteRecovery.SideFiles.Select(suffix => path + suffix)];

    /// <summary>Finds the database.</summary>
    /// <param name="addon">The addon, for messages.</param>
    /// <param name="path">The database's path below the data directory.</param>
    /// <param name="data">The data directory.</param>
    /// <exception cref="BackupException">It is a link, in a linked folder, or not a regular file.</exception>
    /// <exception cref="FileTreeException">It is not there, or closed to the current user.</exception>
    public static SqliteSource Open(BackupAddon addon, string path, DirectoryNode data)
    {
        var parts = path.Split('/');
        var folder = data.AddReference();
        try
        {
            for (var i = 0; i < parts.Length - 1; i++)
            {
                Require(addon, folder, parts[i], EntryKind.Directory, string.Join('/', parts[..(i + 1)]));
                var inner = folder.OpenDirectory(parts[i]);
                folder.Dispose();
                folder = inner;
            }
            var source = new SqliteSource(addon, path, folder, parts[^1], data.Path);
            source.Look();
            return source;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Copies the database. A damaged one is copied as it is: parts of it can perhaps be saved.</summary>
    /// <param name="spool">The folder for the copy.</param>
    /// <param name="copyName">Its name there.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <exception cref="BackupException">It cannot be read, is locked, or is replaced again and again.</exception>
    /// <exception cref="FileTreeException">It has vanished.</exception>
    public SqliteCopy CopyTo(DirectoryNode spool, string copyName, CancellationToken cancellationToken)
    {
        using var copies = spool.MakePrivateDirectory($"{copyName}-files");
        var copy = _folder.HandlePath is null ? CopyBySqlite(copies, cancellationToken) : CopyByLocks(copies, cancellationToken);
        copies.MoveToFree(SqliteLiveCopy.CopyName, spool, copyName);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private void Look()
    {
        Require(_addon, _folder, _name, EntryKind.File, _path);
        foreach (var suffix in SqliteRecovery.SideFiles)
        {
            try
            {
                Require(_addon, _folder, _name + suffix, EntryKind.File, _path + suffix);
            }
            catch (FileTreeException failure) when (failure.MeansGone)
            {
                // None, or the app has removed it just now.
            }
        }
    }

    private SqliteCopy CopyByLocks(DirectoryNode copies, CancellationToken cancellationToken)
    {
        try
        {
            var (facts, attributes) = new SqliteLiveCopy(_folder, _name, Look, _dataPath, copies, cancellationToken).Run();
            var defect = SqliteRecovery.Run(copies, SqliteLiveCopy.CopyName, cancellationToken);
            return Check(new SqliteCopy(facts, attributes, defect), copies, cancellationToken);
        }
        catch (SqliteException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw BackupErrors.SqliteCopyFailed(ShownPath, failure);
        }
        catch (FileTreeException failure) when (!failure.MeansGone)
        {
            throw BackupErrors.SqliteCopyFailed(ShownPath, failure);
        }
    }

    /// <summary>Where the system has no locks that we could take ourselves, SQLite copies.</summary>
    private SqliteCopy CopyBySqlite(DirectoryNode copies, CancellationToken cancellationToken)
    {
        var facts = _folder.Stat(_name);
        try
        {
            SqliteOnlineCopy.Copy(ShownPath, Path.Join(copies.Path, SqliteLiveCopy.CopyName), cancellationToken);
            return Check(new SqliteCopy(facts, [], null), copies, cancellationToken);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            File.Copy(ShownPath, Path.Join(copies.Path, SqliteLiveCopy.CopyName), overwrite: true);
            return Check(new SqliteCopy(facts, [], failure.Message), copies, cancellationToken);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            throw BackupErrors.SqliteLocked(ShownPath, failure);
        }
        catch (SqliteException failure)
        {
            throw BackupErrors.SqliteCopyFailed(ShownPath, failure);
        }
    }

    /// <summary>Which file it is.</summary>
    public (ulong Device, ulong Inode) Identity => _folder.Stat(_name).Identity;

    private string ShownPath => Path.Join(_folder.Path, _name);

    private static SqliteCopy Check(SqliteCopy copy, DirectoryNode copies, CancellationToken cancellationToken)
    {
        using var file = copies.OpenFile(SqliteLiveCopy.CopyName);
        if (SqliteStructure.IsForeign(file))
        {
            return copy with { Defect = "it does not begin as a SQLite database does", MayBeEncrypted = true };
        }
        var schema = new SqliteSchemaSize();
        var defect = copy.Defect ?? SqliteStructure.FindDefect(file, schema, cancellationToken);
        if (defect is null && !schema.IsTooLarge)
        {
            defect = SqliteSchemaCheck.FindDefect(copies, SqliteLiveCopy.CopyName, cancellationToken);
        }
        return copy with { Defect = defect, IsSchemaTooLarge = defect is null && schema.IsTooLarge };
    }

    private static void Require(BackupAddon addon, DirectoryNode folder, string name, EntryKind kind, string path)
    {
        var found = folder.Stat(name).Kind;
        if (found == kind)
        {
            return;
        }
        throw BackupErrors.AddonSourceNotFile(addon.ToString(), found switch
        {
            EntryKind.SymbolicLink => $"'data/{path}' is a symbolic link to '{PathText.ForDisplay(folder.ReadLink(name))}'",
            _ when kind == EntryKind.Directory => $"'data/{path}' is not a folder",
            _ => $"'data/{path}' is not a regular file",
        });
    }
}

/// <summary>A copy of a database.</summary>
/// <param name="Facts">The facts of the file that was copied.</param>
/// <param name="Attributes">Its extended attributes, access control lists among them.</param>
/// <param name="Defect">The first thing that is wrong with it; null when all is well.</param>
internal readonly record struct SqliteCopy(FileFacts Facts, IReadOnlyList<ExtendedAttribute> Attributes, string? Defect)
{
    /// <summary>Whether it begins as no SQLite database does.</summary>
    public bool MayBeEncrypted { get; init; }

    /// <summary>Whether its schema was not checked, since that could take for ever.</summary>
    public bool IsSchemaTooLarge { get; init; }
}
