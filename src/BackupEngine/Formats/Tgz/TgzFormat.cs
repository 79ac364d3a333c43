using CloudBackup.Formats.Index;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Tgz;

/// <summary>One gzip-compressed PAX tar archive per backup, with its index beside it.</summary>
internal sealed class TgzFormat : IBackupFormat
{
    /// <inheritdoc/>
    public BackupFormat Kind => BackupFormat.Tgz;

    /// <inheritdoc/>
    public FormatFacts Facts { get; } = new() { HasArchive = true, HoldsFirstNamesOpen = true, ForecastsByWalking = true };

    /// <inheritdoc/>
    public async Task<FormatResult> WriteAsync(FormatWriteRequest request, CancellationToken cancellationToken)
    {
        using var index = new IndexSpool(request.SpoolFolder);
        var archive = await WriteArchiveAsync(request, index, cancellationToken).ConfigureAwait(false);
        var indexFacts = await index.StoreAsync(request, cancellationToken).ConfigureAwait(false);
        return new FormatResult(archive, indexFacts, index.Writer.EntryCount, index.Writer.SourceBytes, archive.Size + indexFacts.Size);
    }

    /// <inheritdoc/>
    public async Task ReadAsync(FormatReadRequest request, IEntryTarget target, CancellationToken cancellationToken)
    {
        var facts = request.Info.Archive ?? throw BackupErrors.BackupDamaged(request.Info.Id, "its record does not tell of an archive.");
        var length = request.Members.Sum();
        if (request.Members.Count != facts.Members || (request.Opener?.StoredLength(length) ?? length) != facts.Size)
        {
            throw BackupErrors.BackupDamaged(request.Info.Id, "its index does not fit its archive.");
        }
        if (request.IsWanted is { } isWanted)
        {
            await ReadSelectedAsync(request, new SelectedTarget(target, isWanted), isWanted, cancellationToken).ConfigureAwait(false);
            return;
        }
        var stored = await request.Storage.OpenReadAsync(request.Info.Paths.Archive, 0, null, cancellationToken).ConfigureAwait(false);
        var archive = request.Opener?.Decrypt(stored) ?? stored;
        var source = new MemberSource(request.Members, null, (_, _, _) => Task.FromResult(archive));
        await using var _ = source.ConfigureAwait(false);
        await ReadMembersAsync(request, source, target, cancellationToken).ConfigureAwait(false);
        // Only the end tells whether what came before is what was encrypted.
        if (await archive.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0)
        {
            throw BackupErrors.BackupDamaged(request.Info.Id, "its archive is longer than its record says.");
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(FormatReadRequest request, IEntryTarget target, bool isDeep, CancellationToken cancellationToken)
    {
        // One stream: only who reads all of it knows that it is whole.
        await ReadAsync(request, target, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListObjectsAsync(IBackupStorage storage, BackupPaths paths, CancellationToken cancellationToken) =>
        new[] { paths.Archive, paths.Index }.ToAsyncEnumerable();

    /// <summary>
    /// Reads the members that hold wanted entries. The MAC of an encrypted archive covers all of it, so it cannot vouch for a part; the hash of
    /// each file does, which stands in the authenticated index.
    /// </summary>
    private static async Task ReadSelectedAsync(
        FormatReadRequest request, IEntryTarget target, Func<IndexEntry, bool> isWanted, CancellationToken cancellationToken)
    {
        var wanted = MemberSource.FindWanted(request.Members.Count, request.Entries, isWanted);
        var source = new MemberSource(request.Members, wanted, (offset, length, token) => OpenRangeAsync(request, offset, length, token));
        await using var _ = source.ConfigureAwait(false);
        await ReadMembersAsync(request, source, target, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReadMembersAsync(FormatReadRequest request, MemberSource source, IEntryTarget target, CancellationToken cancellationToken)
    {
        var options = new TgzOptions { MemoryBudgetBytes = MemoryBudget.OfFormat(request.Limits, request.Storage.Capabilities) };
        using var reader = new TgzReader(options, target, request.Counters, cancellationToken);
        await reader.RunAsync(source, request.Entries, request.Info.Id).ConfigureAwait(false);
    }

    private static async Task<Stream> OpenRangeAsync(FormatReadRequest request, long offset, long length, CancellationToken cancellationToken)
    {
        var path = request.Info.Paths.Archive;
        if (request.Opener is not { } opener)
        {
            return await request.Storage.OpenReadAsync(path, offset, length, cancellationToken).ConfigureAwait(false);
        }
        var range = opener.RangeOf(offset, length);
        var stored = await request.Storage.OpenReadAsync(path, range.Offset, range.Length, cancellationToken).ConfigureAwait(false);
        return opener.DecryptRange(stored, offset, length);
    }

    private static async Task<ArchiveFacts> WriteArchiveAsync(FormatWriteRequest request, IndexSpool index, CancellationToken cancellationToken)
    {
        var options = new TgzOptions
        {
            CompressionLevel = request.Limits.CompressionLevel ?? TgzOptions.DefaultCompressionLevel,
            MemoryBudgetBytes = MemoryBudget.OfFormat(request.Limits, request.Storage.Capabilities),
            SpoolFolder = request.SpoolFolder,
        };
        var archive = new TgzArchiveStream(request.Items, index.Writer, options, request.Issues, request.Counters, cancellationToken);
        await using var _ = archive.ConfigureAwait(false);
        var path = request.Paths.Archive;
        var stored = request.Sealer?.Encrypt(archive) ?? archive;
        await using var __ = stored.ConfigureAwait(false);
        var content = ObjectContent.FromStream(stored, () => request.LastSize > 0 ? request.LastSize : request.Counters.ExpectedBytes);
        var size = await request.Storage.WriteAsync(path, content, WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        return archive.IsComplete
            ? new ArchiveFacts(size, index.Writer.MemberCount)
            : throw new StorageException(StorageErrorKind.Corrupt, path, $"The storage did not take all of '{path}'.");
    }
}
