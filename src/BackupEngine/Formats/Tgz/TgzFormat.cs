using CloudBackup.Formats.Index;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Tgz;

/// <summary>One gzip-compressed PAX tar archive per backup, with its index beside it.</summary>
internal sealed class TgzFormat : IBackupFormat
{
    /// <inheritdoc/>
    public BackupFormat Kind => BackupFormat.Tgz;

    /// <inheritdoc/>
    public async Task<FormatResult> WriteAsync(FormatWrite request, CancellationToken cancellationToken)
    {
        using var index = new IndexSpool(request.SpoolFolder);
        var archive = await WriteArchiveAsync(request, index, cancellationToken).ConfigureAwait(false);
        var indexFacts = await index.StoreAsync(request.Storage, BackupNames.Index(request.RemotePath), cancellationToken).ConfigureAwait(false);
        return new FormatResult(archive, indexFacts, index.Writer.EntryCount, archive.Size + indexFacts.Size);
    }

    /// <inheritdoc/>
    public async Task ReadAsync(FormatRead request, IEntryTarget target, CancellationToken cancellationToken)
    {
        var facts = request.Info.Archive ?? throw BackupErrors.BackupDamaged(request.Info.Id, "its record does not tell of an archive.");
        if (request.Members.Count != facts.Members || request.Members.Sum() != facts.Size)
        {
            throw BackupErrors.BackupDamaged(request.Info.Id, "its index does not fit its archive.");
        }
        var path = BackupNames.Archive(request.Info.RemotePath);
        var archive = await request.Storage.OpenReadAsync(path, 0, null, cancellationToken).ConfigureAwait(false);
        await using var _ = archive.ConfigureAwait(false);
        var options = new TgzOptions { MemoryBudgetBytes = MemoryBudget.Of(request.Limits) };
        using var reader = new TgzReader(options, target, request.Counters, cancellationToken);
        await reader.RunAsync(archive, request.Members, request.Entries, request.Info.Id).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(IBackupStorage storage, string remotePath, CancellationToken cancellationToken)
    {
        await storage.RemoveAsync(BackupNames.Archive(remotePath), cancellationToken).ConfigureAwait(false);
        await storage.RemoveAsync(BackupNames.Index(remotePath), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ArchiveFacts> WriteArchiveAsync(FormatWrite request, IndexSpool index, CancellationToken cancellationToken)
    {
        var options = new TgzOptions
        {
            CompressionLevel = request.Limits.CompressionLevel ?? TgzOptions.DefaultCompressionLevel,
            MemoryBudgetBytes = MemoryBudget.Of(request.Limits),
        };
        var archive = new TgzArchiveStream(request.Items, index.Writer, options, request.Issues, request.Counters, cancellationToken);
        await using var _ = archive.ConfigureAwait(false);
        var path = BackupNames.Archive(request.RemotePath);
        var size = await request.Storage.WriteAsync(path, ObjectContent.FromStream(archive), WriteMode.CreateNew, cancellationToken)
            .ConfigureAwait(false);
        return archive.IsComplete
            ? new ArchiveFacts(size, index.Writer.MemberCount)
            : throw new StorageException(StorageErrorKind.Corrupt, path, $"The storage did not take all of '{path}'.");
    }
}
