using CloudBackup.Catalog;
using CloudBackup.Sites;

namespace CloudBackup.PlatformRestore;

/// <summary>What a restore of the platform is going to do. Holds the platform's lock and what was read of the backup until it is disposed.</summary>
public sealed class PlatformRestorePlan : IDisposable
{
    private readonly IDisposable _lock;

    internal PlatformRestorePlan(IDisposable platformLock, PlatformRestoreOptions options, RestoreSite source, PlatformRestoreResult preview)
    {
        _lock = platformLock;
        Options = options;
        Source = source;
        Preview = preview;
    }

    /// <summary>What would be done, and what was looked at.</summary>
    public PlatformRestoreResult Preview { get; }

    /// <summary>Why the restore is refused; empty when it is not.</summary>
    public IReadOnlyList<BackupException> Refusals => [.. Preview.Checks.Select(check => check.Failure).OfType<BackupException>()];

    /// <summary>
    /// Whether anyone who can write to the storage may have made the backup: it is not encrypted, and not known to be one of this platform.
    /// </summary>
    public bool IsDoubtful { get; internal init; }

    /// <summary>Whether the storage has a newer backup, which is not trusted: an older state comes back than you may expect.</summary>
    public bool PassesOverNewer { get; internal init; }

    internal PlatformRestoreOptions Options { get; }

    internal RestoreSite Source { get; }

    /// <summary>The backup; null when only the apps of an interrupted restore are left to do.</summary>
    internal FoundPlatform? Platform { get; init; }

    internal PlatformContent? Content { get; init; }

    /// <summary>Whether what the backup says counts as what this platform wrote.</summary>
    internal bool IsTrusted { get; init; }

    internal IReadOnlyList<AppToRestore> Apps { get; init; } = [];

    /// <summary>An earlier restore that was interrupted; null when there is none.</summary>
    internal PlatformRestoreEntry? Unfinished { get; init; }

    /// <summary>Whether the platform backup, or one that it depends on, is encrypted with these keys.</summary>
    internal bool IsKeyNeeded(string keyId) =>
        Apps.Select(app => app.Info).Prepend(Platform?.Info).Any(info => info?.Encryption?.KeyId == keyId);

    /// <inheritdoc/>
    public void Dispose()
    {
        Content?.Dispose();
        Source.Dispose();
        _lock.Dispose();
    }
}
