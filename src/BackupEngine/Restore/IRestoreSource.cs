using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>Where an app's restored content comes from: a backup in a site, or a file or folder on this machine.</summary>
internal interface IRestoreSource
{
    /// <summary>The backup's id, or the file; for messages and the journal.</summary>
    string Name { get; }

    /// <summary>The version of the app that the content is of; null when only the content tells.</summary>
    string? Version { get; }

    /// <summary>Whether the content is known to be of this platform, or of another one that has its keys.</summary>
    bool IsTrusted { get; }

    /// <summary>Why the content is not trusted and what to check, when it is a backup; null otherwise.</summary>
    string? Doubt { get; }

    /// <summary>Bytes that the content takes on the disk; at least, when more is not known.</summary>
    long Size { get; }

    /// <summary>
    /// Tells the content from all others, where an unpacking that was interrupted can be gone on with; null where each starts anew.
    /// </summary>
    string? ResumeKey { get; }

    /// <summary>
    /// Unpacks into a folder that is empty, or has what an interrupted unpacking of the same content has left, and puts dumps to their places,
    /// so that <c>data</c> in it is the app's data as it was. When it returns, everything is checked and on the disk.
    /// </summary>
    /// <param name="target">Where to, and for whom.</param>
    /// <param name="cancellationToken">Stops the unpacking.</param>
    /// <returns>The app's configuration; null when the source does not tell it.</returns>
    /// <exception cref="BackupException">The source is damaged or hostile, or the folder cannot take it.</exception>
    Task<AppConfig?> UnpackAsync(UnpackTarget target, CancellationToken cancellationToken);
}

/// <summary>Where content is unpacked.</summary>
/// <param name="Folder">The folder; stays the caller's.</param>
/// <param name="Destination">What the user named, for messages.</param>
/// <param name="Activity">For the progress.</param>
/// <param name="Limits">What may be used.</param>
/// <param name="Observer">Is told of steps and progress.</param>
internal sealed record UnpackTarget(DirectoryNode Folder, string Destination, string Activity, SiteLimits Limits, IOperationObserver Observer)
{
    /// <summary>Stands beside the folder until all contents are there; null for a source that cannot go on with what is there.</summary>
    public UnfinishedMark? Mark { get; init; }
}
