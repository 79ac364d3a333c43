using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Addons;

/// <summary>Knows how one kind of addon is dumped and put back.</summary>
internal interface IAddonHandler
{
    /// <summary>The kind.</summary>
    AddonType Type { get; }

    /// <summary>Refuses an addon that cannot work, when an app is registered with it.</summary>
    /// <exception cref="BackupException">A value is missing or wrong.</exception>
    void Validate(BackupAddon addon);

    /// <summary>Refuses an addon whose source is there and cannot be dumped, as each backup would; one that is not there yet is not refused.</summary>
    /// <param name="addon">The addon.</param>
    /// <param name="data">The app's data directory.</param>
    /// <returns>Which file the source is; null when it is not there yet.</returns>
    /// <exception cref="BackupException">The source is not what it should be.</exception>
    (ulong Device, ulong Inode)? CheckSource(BackupAddon addon, DirectoryNode data);

    /// <summary>The files that are not to be copied live, relative to the data directory.</summary>
    IEnumerable<string> LiveFiles(BackupAddon addon);

    /// <summary>
    /// Dumps into the spool folder and returns what goes into the backup. What can be read from a pipe is a <see cref="StreamItem"/>, whose producer
    /// starts when its turn comes.
    /// </summary>
    /// <exception cref="BackupException">The dump failed.</exception>
    Task<IReadOnlyList<SourceItem>> DumpAsync(BackupAddon addon, AddonContext context, CancellationToken cancellationToken);

    /// <summary>Where an addon's dump is in a backup, and where it comes when it is restored.</summary>
    AddonMove MoveOf(BackupAddon addon);

    /// <summary>Puts a dump to its place in an unpacked backup, before that becomes the app's data.</summary>
    /// <param name="addon">The addon.</param>
    /// <param name="content">The folder that the backup is unpacked in.</param>
    /// <exception cref="BackupException">The backup does not hold the dump.</exception>
    void Assemble(BackupAddon addon, DirectoryNode content);
}

/// <summary>The way of a dump in a restored backup.</summary>
/// <param name="Dump">Its path in the backup.</param>
/// <param name="Place">Where it comes.</param>
internal readonly record struct AddonMove(string Dump, string Place);
