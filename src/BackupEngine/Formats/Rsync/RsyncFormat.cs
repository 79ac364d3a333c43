using CloudBackup.Formats.Rsync.Run;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// One object for each file, below a folder of the backup's own: uploaded to a snapshot by changes, and rotated from there by the storage
/// itself. See docs/design.md.
/// </summary>
internal sealed class RsyncFormat : IBackupFormat
{
    /// <inheritdoc/>
    public BackupFormat Kind => BackupFormat.Rsync;

    /// <inheritdoc/>
    public FormatFacts Facts { get; } = new()
    {
        HasArchive = false,
        OwnEntries = 1, // fsmetadata.json
        ResumesReading = true,
        SharesObjects = true,
        IndexIsInWalkOrder = true,
    };

    /// <inheritdoc/>
    public Task<FormatResult> WriteAsync(FormatWriteRequest request, CancellationToken cancellationToken) =>
        RsyncBackup.RunAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task ReadAsync(FormatReadRequest request, IEntryTarget target, CancellationToken cancellationToken) =>
        RsyncReader.RunAsync(request, target, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(FormatReadRequest request, IEntryTarget target, bool isDeep, CancellationToken cancellationToken)
    {
        await ListingCheck.RunAsync(request, target, onlyForeign: isDeep, cancellationToken).ConfigureAwait(false);
        if (isDeep)
        {
            await ReadAsync(request, target, cancellationToken).ConfigureAwait(false);
        }
        return isDeep;
    }

    /// <inheritdoc/>
    public void Distrust(string localFolder, string name) => SnapshotFiles.MarkDamage(localFolder, name);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListObjectsAsync(IBackupStorage storage, BackupPaths paths, CancellationToken cancellationToken) =>
        storage.ListAsync(paths.RemotePath, recursive: true, cancellationToken).Select(item => item.Path).Append(paths.Index);
}
