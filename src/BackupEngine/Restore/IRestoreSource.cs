using CloudBackup.Formats;

namespace CloudBackup.Restore;

/// <summary>Where an app's restored content comes from: a backup in a site, or a file or folder on this machine.</summary>
internal interface IRestoreSource
{
    /// <summary>The backup's id, or the file; for messages and the journal.</summary>
    string Name { get; }

    /// <summary>The version of the app that the content is of; null when only the content tells.</summary>
    string? Version { get; }

    /// <summary>Bytes that the content takes on the disk; at least, when more is not known.</summary>
    long Size { get; }

    /// <summary>
    /// Unpacks into an empty folder and puts dumps to their places, so that <c>data</c> in it is the app's data as it was. When it returns,
    /// everything is checked and on the disk.
    /// </summary>
    /// <param name="target">Where to, and for whom.</param>
    /// <param name="cancellationToken">Stops the unpacking.</param>
    /// <returns>The app's configuration; null when the source does not tell it.</returns>
    /// <exception cref="BackupException">The source is damaged or hostile, or the folder cannot take it.</exception>
    Task<AppConfig?> UnpackAsync(UnpackTarget target, CancellationToken cancellationToken);
}

/// <summary>Where content is unpacked.</summary>
/// <param name="Folder">The empty folder.</param>
/// <param name="Destination">What the user named, for messages.</param>
/// <param name="Activity">For the progress.</param>
/// <param name="Limits">What may be used.</param>
/// <param name="Observer">Is told of steps and progress.</param>
internal sealed record UnpackTarget(string Folder, string Destination, string Activity, SiteLimits Limits, IOperationObserver Observer);
