using System.Security.Cryptography;
using System.Text.Json;
using CloudBackup.Catalog;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Storage;

namespace CloudBackup.Restore;

/// <summary>
/// A stored backup, ready to be read: its record and its index are here and are what they claim to be. The index is a local file, since it
/// is read more than once.
/// </summary>
internal sealed class OpenedBackup : IAsyncDisposable
{
    private const int LargestInfo = 16 * 1024 * 1024;

    private readonly EngineContext _context;
    private readonly string _spoolName;
    private readonly string _indexPath;

    private OpenedBackup(EngineContext context, IBackupStorage storage, BackupInfo info, string spoolName, string indexPath, bool isTrusted)
    {
        _context = context;
        _spoolName = spoolName;
        Storage = storage;
        Info = info;
        _indexPath = indexPath;
        IsTrusted = isTrusted;
    }

    /// <summary>The storage that holds it.</summary>
    public IBackupStorage Storage { get; }

    /// <summary>Its record.</summary>
    public BackupInfo Info { get; }

    /// <summary>Whether the record is known to be the one that this platform wrote.</summary>
    public bool IsTrusted { get; }

    /// <summary>Opens a backup of the catalog.</summary>
    /// <exception cref="BackupException">It is not restorable, or damaged.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public static async Task<OpenedBackup> OpenAsync(
        EngineContext context, BackupRecord record, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var backup = record.Backup;
        if (backup.State is not (BackupState.Ready or BackupState.Partial))
        {
            throw BackupErrors.BackupNotRestorable(backup);
        }
        var (info, isTrusted) = await ReadInfoAsync(record, storage, cancellationToken).ConfigureAwait(false);
        var spoolName = $"read-{context.Random.NextHex(8)}";
        var folder = context.Home.MakeTemporaryFolder(spoolName);
        try
        {
            var indexPath = Path.Join(folder, "index.gz");
            await FetchIndexAsync(info, storage, indexPath, cancellationToken).ConfigureAwait(false);
            return new OpenedBackup(context, storage, info, spoolName, indexPath, isTrusted);
        }
        catch
        {
            context.Home.RemoveTemporaryFolder(spoolName);
            throw;
        }
    }

    /// <summary>Reads the index's entries from the start.</summary>
    /// <exception cref="BackupException">The index is malformed.</exception>
    public IEnumerable<IndexEntry> ReadEntries()
    {
        using var reader = new IndexReader(File.OpenRead(_indexPath));
        using var entries = reader.ReadEntries().GetEnumerator();
        while (MoveNext(entries))
        {
            yield return entries.Current;
        }
    }

    /// <summary>Reads everything back and gives it to <paramref name="target"/>.</summary>
    /// <exception cref="BackupException">The backup is damaged as a whole; for single entries, the target decides.</exception>
    public Task ReadAsync(IEntryTarget target, RunCounters counters, SiteLimits limits, CancellationToken cancellationToken)
    {
        counters.Expect(Info.SourceSize, Info.FileCount);
        var request = new FormatRead
        {
            Storage = Storage,
            Info = Info,
            Entries = ReadEntries(),
            Members = Info.Archive is null ? [] : ReadMembers(),
            Counters = counters,
            Limits = limits,
        };
        return BackupFormats.Get(Info.Format).ReadAsync(request, target, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _context.Home.RemoveTemporaryFolder(_spoolName);
        return ValueTask.CompletedTask;
    }

    /// <summary>All bytes of a small object.</summary>
    public static async Task<byte[]> ReadSmallAsync(IBackupStorage storage, string path, CancellationToken cancellationToken)
    {
        var stream = await storage.OpenReadAsync(path, 0, LargestInfo, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private static async Task<(BackupInfo Info, bool IsTrusted)> ReadInfoAsync(
        BackupRecord record, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var id = record.Backup.Id;
        var bytes = await ReadSmallAsync(storage, BackupNames.Info(record.Backup.RemotePath), cancellationToken).ConfigureAwait(false);
        if (record.InfoHash != Convert.ToHexStringLower(SHA256.HashData(bytes)))
        {
            throw BackupErrors.BackupDamaged(id, "its record in the storage is not the one that the catalog knows.");
        }
        try
        {
            var info = BackupInfo.FromBytes(bytes);
            return info.RemotePath == record.Backup.RemotePath && info.Id == id
                ? (info, record.IsLocal)
                : throw BackupErrors.BackupDamaged(id, $"its record belongs to '{info.Id}'.");
        }
        catch (JsonException failure)
        {
            throw BackupErrors.BackupDamaged(id, $"its record cannot be read: {failure.Message}", failure);
        }
    }

    private static async Task FetchIndexAsync(BackupInfo info, IBackupStorage storage, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = await storage.OpenReadAsync(BackupNames.Index(info.RemotePath), 0, null, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var __ = target.ConfigureAwait(false);
        var buffer = new byte[256 * 1024];
        while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        if (target.Length != info.Index.Size || Convert.ToHexStringLower(hash.GetHashAndReset()) != info.Index.Sha256)
        {
            throw BackupErrors.BackupDamaged(info.Id, "its index is not the one that its record tells of.");
        }
    }

    private List<long> ReadMembers()
    {
        try
        {
            var file = File.OpenRead(_indexPath);
            file.Position = Info.Index.MembersOffset;
            return IndexReader.ReadMembers(file);
        }
        catch (IndexFormatException failure)
        {
            throw BackupErrors.BackupDamaged(Info.Id, failure.Message, failure);
        }
    }

    private bool MoveNext(IEnumerator<IndexEntry> entries)
    {
        try
        {
            return entries.MoveNext();
        }
        catch (IndexFormatException failure)
        {
            throw BackupErrors.BackupDamaged(Info.Id, failure.Message, failure);
        }
    }
}
