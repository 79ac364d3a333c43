using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>What the backups of one run share: the place, the time that their folder is named after, and what was asked for.</summary>
internal sealed record BackupRun
{
    /// <summary>The site.</summary>
    public required BackupSite Site { get; init; }

    /// <summary>Its storage.</summary>
    public required IBackupStorage Storage { get; init; }

    /// <summary>When the run started, in whole milliseconds like the tag that is made of it.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>What one backup of the run may use: the site's limits, shared by those that are made at a time.</summary>
    public required SiteLimits Limits { get; init; }

    /// <summary>Is told of steps and progress.</summary>
    public required IOperationObserver Observer { get; init; }

    /// <summary>The disk or bucket that the run's backups are on.</summary>
    public RunMedium Medium { get; } = new();

    /// <summary>A text of the user's.</summary>
    public string? Label { get; init; }

    /// <summary>Retention leaves the backups alone until then.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>Whether unreadable items make a backup Partial instead of failing it.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>A run of app backups that starts now.</summary>
    public static BackupRun Start(
        EngineContext context, BackupSite site, IBackupStorage storage, AppBackupOptions options, IOperationObserver observer) => new()
        {
            Site = site,
            Storage = storage,
            Started = context.NowInMilliseconds(),
            Limits = site.Limits,
            Observer = observer,
            Label = options.Label,
            PreserveUntil = options.PreserveUntil,
            ContinueOnError = options.ContinueOnError,
        };
}
