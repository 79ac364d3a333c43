using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>What one run is about.</summary>
internal sealed record BackupRun(
    BackupApp App, BackupSite Site, IBackupStorage Storage, AppBackupOptions Options, IOperationObserver Observer);
