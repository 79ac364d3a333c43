namespace CloudBackup;

/// <summary>What a long operation does.</summary>
public enum OperationKind
{
    /// <summary>Backups of apps.</summary>
    Backup,

    /// <summary>A backup of the platform, with those of its apps.</summary>
    PlatformBackup,

    /// <summary>A test of a backup.</summary>
    Test,

    /// <summary>A restore of an app in place, or of a backup to a folder.</summary>
    Restore,

    /// <summary>A listing or restore of single items.</summary>
    Items,

    /// <summary>A backup brought up as another app.</summary>
    Clone,

    /// <summary>Data from elsewhere brought into an app.</summary>
    Import,

    /// <summary>An app brought to another version.</summary>
    Update,

    /// <summary>A removal of a backup.</summary>
    Removal,

    /// <summary>A cleanup of a site.</summary>
    Cleanup,

    /// <summary>The catalog brought in line with a site's storage.</summary>
    Sync,

    /// <summary>A test of a site.</summary>
    SiteTest,

    /// <summary>A restore of the platform.</summary>
    PlatformRestore,
}

/// <summary>A long operation that is under way in this engine. Thread-safe.</summary>
public interface IBackupOperation
{
    /// <summary>Tells it from all others.</summary>
    Guid Id { get; }

    /// <summary>What it does.</summary>
    OperationKind Kind { get; }

    /// <summary>What it works on: the location of an app, the id of a backup, the name of a site, or a place; empty for the default.</summary>
    string Subject { get; }

    /// <summary>When it began.</summary>
    DateTimeOffset Started { get; }

    /// <summary>The last step that began or ended; null before the first one.</summary>
    string? Step { get; }

    /// <summary>How far it is; null while that is unknown.</summary>
    OperationProgress? Progress { get; }

    /// <summary>Stops it. It ends as if its caller had cancelled it.</summary>
    void Cancel();
}
