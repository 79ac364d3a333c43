using CloudBackup.FileTree;

namespace CloudBackup.Infrastructure;

/// <summary>
/// A database in a folder that another user can write to. SQLite is given the folder by its handle, follows no link in it, opens only the
/// file that was looked at here, its side files and the copy, and removes nothing else.
/// </summary>
/// <param name="folder">The database's folder, open.</param>
/// <param name="name">The database's name in it.</param>
internal sealed class SqliteConfinement(DirectoryNode folder, string name)
{
    /// <summary>The database's facts; its owner and mode go into the backup with the content of the very same file.</summary>
    public FileFacts Facts { get; } = folder.Stat(name);

    /// <summary>The path that SQLite opens.</summary>
    public string Path { get; } = System.IO.Path.Join(folder.HandlePath ?? folder.Path, name);

    /// <summary>The path for messages.</summary>
    public string ShownPath { get; } = System.IO.Path.Join(folder.Path, name);

    /// <summary>Confines this thread's SQLite until the result is disposed; null where the system has no handles for that.</summary>
    public IDisposable? Enter(string copy) =>
        folder.HandlePath is null ? null : SqliteSystemCalls.Confine(Path, Facts.Identity, copy);
}
