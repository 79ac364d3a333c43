using CloudBackup.Catalog;
using CloudBackup.Platform;

namespace CloudBackup.Infrastructure;

/// <summary>What all parts of the engine stand on: one per open engine.</summary>
internal sealed record EngineContext(
    PlatformHome Home,
    SiteStore Sites,
    AppStore Apps,
    BackupStore Backups,
    RestoreJournal RestoreJournal,
    TimeProvider Time,
    IRandomSource Random);
