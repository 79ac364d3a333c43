using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// The database of an addon, found from the open data directory step by step. The app's user owns that directory and may put anything
/// anywhere in it: only a regular file that no link leads to is a database, for the look and for SQLite alike.
/// </summary>
internal sealed class SqliteSource : IDisposable
{
    private const int Attempts = 3;
    private const int BufferLength = 1024 * 1024;

    private static readonly string[] SideFiles = ["-wal", "-shm", "-journal"];

    private readonly BackupAddon _addon;
    private readonly string _path;
    private readonly DirectoryNode _folder;
    private readonly string _name;

    private SqliteSource(BackupAddon addon, string path, DirectoryNode folder, string name)
    {
        _addon = addon;
        _path = path;
        _folder = folder;
        _name = name;
    }

    /// <summary>The names that SQLite gives to files of a database.</summary>
    public static IEnumerable<string> FilesOf(string path) => SideFiles.Select(suffix => path + suffix).Prepend(path);

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
            var source = new SqliteSource(addon, path, folder, parts[^1]);
            source.Look();
            return source;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies the database. One that SQLite cannot open because it is damaged is copied byte by byte: parts of it can perhaps be saved.
    /// </summary>
    /// <param name="destination">The new file.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>The facts of the file that was copied, and the first thing that is wrong with it.</returns>
    /// <exception cref="BackupException">It cannot be read, is locked, or is replaced again and again.</exception>
    /// <exception cref="FileTreeException">It has vanished.</exception>
    public (FileFacts Facts, string? Defect) CopyTo(string destination, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Look();
            var source = new SqliteConfinement(_folder, _name);
            try
            {
                SqliteOnlineCopy.Copy(source, destination, cancellationToken);
                return (source.Facts, SqliteOnlineCopy.FindDefect(destination, cancellationToken));
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
            {
                return (CopyBytes(destination, cancellationToken), failure.Message);
            }
            catch (SqliteException) when (attempt < Attempts && _folder.Stat(_name).Identity != source.Facts.Identity)
            {
                // The app has put another file in its place meanwhile.
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            {
                throw BackupErrors.SqliteLocked(source.ShownPath, failure);
            }
            catch (SqliteException failure)
            {
                throw BackupErrors.SqliteCopyFailed(source.ShownPath, failure);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private void Look()
    {
        Require(_addon, _folder, _name, EntryKind.File, _path);
        foreach (var suffix in SideFiles.Where(suffix => _folder.Exists(_name + suffix)))
        {
            Require(_addon, _folder, _name + suffix, EntryKind.File, _path + suffix);
        }
    }

    private FileFacts CopyBytes(string destination, CancellationToken cancellationToken)
    {
        using var file = _folder.OpenFile(_name);
        using var copy = File.Create(destination, bufferSize: 0);
        var buffer = new byte[BufferLength];
        for (long offset = 0; file.Read(buffer, offset) is > 0 and var count; offset += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            copy.Write(buffer, 0, count);
        }
        return file.Facts;
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
