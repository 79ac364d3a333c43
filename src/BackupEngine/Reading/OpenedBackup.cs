using System.Security.Cryptography;
using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Retention;
using CloudBackup.Storage;

namespace CloudBackup.Reading;

/// <summary>
/// A stored backup, ready to be read: its record and its index are here and are what they claim to be. The index is a local file, since it
/// is read more than once.
/// </summary>
internal sealed class OpenedBackup : IRecordedIndex
{
    private readonly EngineContext _context;
    private readonly string _spoolName;
    private readonly string _indexPath;

    private readonly BackupOpener? _opener;
    private BackupRecord? _record;

    private OpenedBackup(EngineContext context, IBackupStorage storage, StoredInfo stored, string spoolName, string indexPath, bool isTrusted)
    {
        _context = context;
        _opener = stored.Opener;
        _spoolName = spoolName;
        Storage = storage;
        Info = stored.Info;
        _indexPath = indexPath;
        IsTrusted = isTrusted;
    }

    /// <summary>The storage that holds it.</summary>
    public IBackupStorage Storage { get; }

    /// <summary>Its record.</summary>
    public BackupInfo Info { get; }

    /// <summary>Whether the record is known to be one that this platform, or another one that has its keys, wrote.</summary>
    public bool IsTrusted { get; }

    /// <summary>Why it is not trusted; null when it is.</summary>
    public string? Doubt => IsTrusted
        ? null
        : _record is { Backup: { Trusted: false } backup }
            ? BackupDoubt.Find(backup, _context.Sites.Find(backup.Site))
            : BackupDoubt.Of(Info.Id, Info.AppId is not null, isSiteEncrypted: false);

    /// <summary>
    /// Tells it, as it is restored here, from all others: what an interrupted restore has left with another key is of no use for this one.
    /// </summary>
    public string Key => $"{Info.Id} {Info.Index.Sha256} {(IsTrusted ? "trusted" : "untrusted")}";

    /// <summary>Opens a backup of the catalog.</summary>
    /// <exception cref="BackupException">It is not restorable, or damaged.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public static async Task<OpenedBackup> OpenAsync(
        EngineContext context, BackupRecord record, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var backup = record.Backup;
        backup.RequireData();
        var stored = await ReadInfoAsync(context, record, storage, cancellationToken).ConfigureAwait(false);
        var opened = await OpenAsync(context, stored, backup.Trusted || stored.Opener is not null, storage, cancellationToken).ConfigureAwait(false);
        opened._record = record;
        return opened;
    }

    /// <summary>Opens a backup whose record was found in a storage.</summary>
    /// <exception cref="BackupException">It is damaged.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public static async Task<OpenedBackup> OpenAsync(
        EngineContext context, StoredInfo stored, bool isTrusted, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var spoolName = $"read-{context.Random.NextHex(8)}";
        var folder = context.Home.MakeTemporaryFolder(spoolName);
        try
        {
            var indexPath = Path.Join(folder, "index.gz");
            await FetchIndexAsync(stored, storage, folder, indexPath, cancellationToken).ConfigureAwait(false);
            return new OpenedBackup(context, storage, stored, spoolName, indexPath, isTrusted);
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
        using var reader = new IndexReader(File.OpenRead(_indexPath), IndexBounds.Of(Info));
        using var entries = reader.ReadEntries().GetEnumerator();
        while (MoveNext(entries))
        {
            yield return entries.Current;
        }
    }

    /// <summary>Checks the index by all rules of a restore.</summary>
    /// <param name="onFault">Gets each entry that a restore refuses, and why.</param>
    /// <param name="observer">Gets a warning when the record counts other bytes than the index.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>The sizes of all files, added up.</returns>
    /// <exception cref="BackupException">The index is malformed.</exception>
    public long CheckIndex(Action<IndexEntry, string> onFault, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using var check = new IndexCheck(Info, Path.GetDirectoryName(_indexPath)!, onFault);
        check.Run(ReadEntries(), cancellationToken);
        if (check.Doubt is { } doubt)
        {
            observer.OnWarning(doubt);
        }
        return check.SourceBytes;
    }

    /// <summary>Refuses a backup whose index breaks a rule, before anything of it is written.</summary>
    /// <exception cref="BackupException">It does.</exception>
    public void RequireIndex(IOperationObserver observer, CancellationToken cancellationToken) => CheckIndex(
        (entry, fault) => throw (entry.Path.Length == 0
            ? BackupErrors.BackupDamaged(Info.Id, fault + ".")
            : BackupErrors.BackupHostile(Info.Id, entry.Path, fault)),
        observer,
        cancellationToken);

    /// <summary>Reads everything back and gives it to <paramref name="target"/>.</summary>
    /// <exception cref="BackupException">The backup is damaged as a whole; for single entries, the target decides.</exception>
    public Task ReadAsync(IEntryTarget target, RunCounters counters, SiteLimits limits, CancellationToken cancellationToken)
    {
        counters.Expect(Info.SourceSize);
        return ReadAsync(target, counters, limits, isWanted: null, cancellationToken);
    }

    /// <summary>Reads wanted entries, and no more of the backup than they need; null for everything.</summary>
    /// <exception cref="BackupException">The backup is damaged as a whole; for single entries, the target decides.</exception>
    public async Task ReadAsync(
        IEntryTarget target, RunCounters counters, SiteLimits limits, Func<IndexEntry, bool>? isWanted, CancellationToken cancellationToken)
    {
        try
        {
            await Format.ReadAsync(NewRequest(counters, limits) with { IsWanted = isWanted }, Doubting(target), cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"the backup '{Info.Id}'", failure);
        }
    }

    /// <summary>Reads only the app's configuration.</summary>
    /// <exception cref="BackupException">The backup is damaged, or has none.</exception>
    public async Task<AppConfig> ReadConfigAsync(SiteLimits limits, CancellationToken cancellationToken)
    {
        var target = new ConfigTarget(Info, new RoutedTarget(Info.Id, []));
        await ReadAsync(target, new RunCounters(), limits, entry => entry.Path == AppConfig.Path, cancellationToken).ConfigureAwait(false);
        return target.Config ?? throw BackupErrors.BackupDamaged(Info.Id, $"it has no {AppConfig.Path}.");
    }

    /// <summary>Checks the backup, as <see cref="IBackupFormat.CheckAsync"/>; returns whether all content was read.</summary>
    /// <exception cref="BackupException">The backup is damaged as a whole.</exception>
    public async Task<bool> CheckAsync(
        IEntryTarget target, bool isDeep, RunCounters counters, SiteLimits limits, CancellationToken cancellationToken)
    {
        counters.Expect(Info.SourceSize);
        try
        {
            return await Format.CheckAsync(NewRequest(counters, limits), Doubting(target), isDeep, cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"the backup '{Info.Id}'", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _context.Home.RemoveTemporaryFolder(_spoolName);
        return ValueTask.CompletedTask;
    }

    private IBackupFormat Format => BackupFormats.Get(Info.Format);

    /// <summary>
    /// Where the storage has links, backups share unchanged objects with the snapshot: damage that anybody meets in one of them is not handed
    /// on to the next one.
    /// </summary>
    private IEntryTarget Doubting(IEntryTarget target)
    {
        target = new ConfigTarget(Info, target);
        if (_record is not { Backup: var backup })
        {
            return target; // found in some storage: nothing here is made of it
        }
        return new DoubtingTarget(target, () => Format.Distrust(
            _context.Home.MakeSyncFolder(backup.Site), SnapshotPlaces.NameOf(_context, BackupOwner.Of(backup))));
    }

    private FormatReadRequest NewRequest(RunCounters counters, SiteLimits limits) => new()
    {
        Storage = Storage,
        Info = Info,
        Opener = _opener,
        Entries = ReadEntries(),
        Members = Info.Archive is null ? [] : ReadMembers(),
        SpoolFolder = Path.GetDirectoryName(_indexPath)!,
        Counters = counters,
        Limits = limits,
    };

    private static async Task<StoredInfo> ReadInfoAsync(
        EngineContext context, BackupRecord record, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var backup = record.Backup;
        var paths = BackupPaths.Of(backup);
        var bytes = await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false);
        if (record.InfoHash != StoredInfo.HashOf(bytes))
        {
            throw BackupErrors.BackupDamaged(backup.Id, "its record in the storage is not the one that the catalog knows.");
        }
        var stored = StoredInfo.Open(bytes, paths, backup.KeyId is { } keyId ? [context.Keys.Get(keyId)] : []);
        return stored.Info.Id == backup.Id
            ? stored
            : throw BackupErrors.BackupDamaged(backup.Id, $"its record belongs to '{stored.Info.Id}'.");
    }

    private static async Task FetchIndexAsync(
        StoredInfo stored, IBackupStorage storage, string folder, string path, CancellationToken cancellationToken)
    {
        var info = stored.Info;
        var fetched = stored.Opener is null ? path : Path.Join(folder, "index.enc");
        var hash = await FetchAsync(storage, info.Paths.Index, fetched, cancellationToken).ConfigureAwait(false);
        if (hash.Sha256 != info.Index.Sha256 || hash.Size != info.Index.Size)
        {
            throw BackupErrors.BackupDamaged(info.Id, "its index is not the one that its record tells of.");
        }
        if (stored.Opener is not { } opener)
        {
            return;
        }
        if (opener.IndexMac(info.RemotePath, hash.Sha256) != info.Index.Mac)
        {
            throw BackupErrors.BackupDamaged(info.Id, "its index is not authenticated for this backup.");
        }
        try
        {
            var plain = opener.Decrypt(File.OpenRead(fetched));
            await using var _ = plain.ConfigureAwait(false);
            var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await using var __ = target.ConfigureAwait(false);
            await plain.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"the index of the backup '{info.Id}'", failure);
        }
    }

    private static async Task<(string Sha256, long Size)> FetchAsync(
        IBackupStorage storage, string from, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = await storage.OpenReadAsync(from, 0, null, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var __ = target.ConfigureAwait(false);
        var buffer = new byte[256 * 1024];
        while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), target.Length);
    }

    private List<long> ReadMembers()
    {
        try
        {
            var file = File.OpenRead(_indexPath);
            file.Position = Math.Clamp(Info.Index.MembersOffset, 0, file.Length);
            return IndexReader.ReadMembers(file, IndexBounds.Of(Info));
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

    /// <summary>Raises a doubt before damage is told.</summary>
    private sealed class DoubtingTarget(IEntryTarget inner, Action distrust) : IEntryTarget
    {
        private int _told;

        public bool HasContent(IndexEntry entry, CancellationToken cancellationToken) => inner.HasContent(entry, cancellationToken);

        public IFileTarget? BeginFile(IndexEntry entry) => inner.BeginFile(entry);

        public void OnDamaged(IndexEntry entry, string reason)
        {
            Distrust();
            inner.OnDamaged(entry, reason);
        }

        public void OnDoubt(string reason)
        {
            Distrust();
            inner.OnDoubt(reason);
        }

        public void OnUnknown(string path)
        {
            Distrust();
            inner.OnUnknown(path);
        }

        private void Distrust()
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                distrust();
            }
        }
    }
}
