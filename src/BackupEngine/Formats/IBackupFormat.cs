using CloudBackup.Encryption;
using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats;

/// <summary>
/// How the content of a backup is laid out in a storage. Both formats hold the same entries and write the same index; they differ in the
/// objects that carry the content.
/// </summary>
internal interface IBackupFormat
{
    /// <summary>Which one.</summary>
    BackupFormat Kind { get; }

    /// <summary>What the rest of the engine has to know of it.</summary>
    FormatFacts Facts { get; }

    /// <summary>
    /// Stores content and index at <see cref="FormatWriteRequest.Paths"/>. When it returns, both are durable; when it throws, what was
    /// written is for the caller to remove.
    /// </summary>
    Task<FormatResult> WriteAsync(FormatWriteRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Reads all content back, checks every hash, and gives it to <paramref name="target"/>. What is damaged is told to the target, which
    /// decides whether that ends the reading.
    /// </summary>
    Task ReadAsync(FormatReadRequest request, IEntryTarget target, CancellationToken cancellationToken);

    /// <summary>
    /// Checks a backup as far as that costs little, or to the last byte; what is damaged is told to <paramref name="target"/>, which wants no
    /// content. Returns whether all content was read.
    /// </summary>
    Task<bool> CheckAsync(FormatReadRequest request, IEntryTarget target, bool isDeep, CancellationToken cancellationToken);

    /// <summary>A backup was found damaged: whatever the format keeps to make the next one faster is not to be believed.</summary>
    /// <param name="localFolder">See <see cref="SnapshotPlace.LocalFolder"/>.</param>
    /// <param name="name">See <see cref="SnapshotPlace.Name"/>.</param>
    void Distrust(string localFolder, string name)
    {
    }

    /// <summary>
    /// The paths of everything that a backup may have in a storage but its backup info: what is to be removed with it. Objects that are
    /// always the same are told whether they are there or not.
    /// </summary>
    IAsyncEnumerable<string> ListObjectsAsync(IBackupStorage storage, BackupPaths paths, CancellationToken cancellationToken);
}

/// <summary>What is to be stored, and with what.</summary>
internal sealed record FormatWriteRequest
{
    /// <summary>Where to.</summary>
    public required IBackupStorage Storage { get; init; }

    /// <summary>Where below the site's prefix.</summary>
    public required BackupPaths Paths { get; init; }

    /// <summary>Encrypts the content; null when it is stored as it is.</summary>
    public BackupSealer? Sealer { get; init; }

    /// <summary>
    /// Reads back what the sealer has encrypted, in earlier runs too; null when nothing is encrypted, and on a machine that can encrypt but not
    /// decrypt.
    /// </summary>
    public BackupOpener? Opener { get; init; }

    /// <summary>
    /// What goes in, in order: generated items first, then trees by the paths of their roots, each as it is walked. Enumerated once, on a
    /// thread of the format's.
    /// </summary>
    public required IEnumerable<SourceItem> Items { get; init; }

    /// <summary>A local folder of this run.</summary>
    public required string SpoolFolder { get; init; }

    /// <summary>Takes what could not be read.</summary>
    public required SourceIssues Issues { get; init; }

    /// <summary>Counts what is done.</summary>
    public required RunCounters Counters { get; init; }

    /// <summary>What the run may use.</summary>
    public required SiteLimits Limits { get; init; }

    /// <summary>The bytes that the last backup of the same took in the same format; 0 when there is none.</summary>
    public long LastSize { get; init; }

    /// <summary>Where the format may keep what helps the next run; null when nothing is kept.</summary>
    public SnapshotPlace? Snapshot { get; init; }

    /// <summary>
    /// The indexes of earlier backups of the same, in the same format and encrypted with the same keys, the newest first. Each is read when it is
    /// asked for, and disposed by who asks.
    /// </summary>
    public IAsyncEnumerable<IRecordedIndex> EarlierIndexes { get; init; } = AsyncEnumerable.Empty<IRecordedIndex>();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Is told of steps and warnings.</summary>
    public IOperationObserver Observer { get; init; } = NullObserver.Instance;
}

/// <summary>Where a format keeps the working mirror that its next run compares with.</summary>
internal sealed record SnapshotPlace
{
    /// <summary>The name below <c>snapshot/</c> in the storage.</summary>
    public required string Name { get; init; }

    /// <summary>A folder of this machine that outlives the run, for this site.</summary>
    public required string LocalFolder { get; init; }

    /// <summary>Makes the random names of a snapshot's changes.</summary>
    public required IRandomSource Random { get; init; }
}

/// <summary>The index of a stored backup, opened and checked.</summary>
internal interface IRecordedIndex : IAsyncDisposable
{
    /// <summary>Reads the entries from the start.</summary>
    /// <exception cref="BackupException">The index is malformed.</exception>
    IEnumerable<IndexEntry> ReadEntries();
}

/// <summary>What is to be read.</summary>
internal sealed record FormatReadRequest
{
    /// <summary>Where from.</summary>
    public required IBackupStorage Storage { get; init; }

    /// <summary>The backup's record.</summary>
    public required BackupInfo Info { get; init; }

    /// <summary>Decrypts the content; null when it is stored as it is.</summary>
    public BackupOpener? Opener { get; init; }

    /// <summary>The index's entries, in order, from the start for each enumeration.</summary>
    public required IEnumerable<IndexEntry> Entries { get; init; }

    /// <summary>
    /// Says which entries' contents are wanted; null for all of them. Then only what they need is read, and what else is damaged is not told.
    /// </summary>
    public Func<IndexEntry, bool>? IsWanted { get; init; }

    /// <summary>The lengths of the archive's members; empty for formats without one.</summary>
    public required IReadOnlyList<long> Members { get; init; }

    /// <summary>A local folder of this reading.</summary>
    public required string SpoolFolder { get; init; }

    /// <summary>Counts what is done.</summary>
    public required RunCounters Counters { get; init; }

    /// <summary>What the run may use.</summary>
    public required SiteLimits Limits { get; init; }
}
