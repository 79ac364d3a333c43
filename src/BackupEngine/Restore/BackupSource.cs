using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Reading;

namespace CloudBackup.Restore;

/// <summary>A backup in a site as the source of a restore.</summary>
internal sealed class BackupSource(EngineContext context, OpenedBackup backup) : IRestoreSource
{
    /// <inheritdoc/>
    public string Name => backup.Info.Id;

    /// <inheritdoc/>
    public string? Version => backup.Info.Version;

    /// <inheritdoc/>
    public bool IsTrusted => backup.IsTrusted;

    /// <inheritdoc/>
    public string? Doubt => backup.Doubt;

    /// <inheritdoc/>
    public long Size => backup.Info.AllocatedSize;

    /// <inheritdoc/>
    /// <remarks>An archive is read from its start anyway: what was unpacked of it saves nothing.</remarks>
    public string? ResumeKey => BackupFormats.FactsOf(backup.Info.Format).ResumesReading ? backup.Key : null;

    /// <inheritdoc/>
    public async Task<AppConfig?> UnpackAsync(UnpackTarget target, CancellationToken cancellationToken) =>
        await new BackupUnpacker(context, target.Observer) { Mark = target.Mark }
            .RunAsync(backup, target.Limits, target.Folder, target.Destination, target.Activity, cancellationToken).ConfigureAwait(false);
}
