using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// An item that comes from a pipe: what a command writes that dumps a database. Its length is known only at its end, and it is never all in
/// memory or on the disk. How a format stores it is the format's: as one object, or in pieces (<see cref="PieceNames"/>).
/// </summary>
/// <param name="path">The path inside the backup; with pieces, that of the first one.</param>
/// <param name="modified">The time that it gets.</param>
/// <param name="start">
/// Starts the producer, anew at each call: a backup that begins once more reads it once more. Reading to the end of the stream gives the whole
/// item, so a producer that fails makes a read throw, also when all of its output was read. Reads end promptly when their token is cancelled, and
/// disposing the stream ends the producer.
/// </param>
internal sealed class StreamItem(string path, UnixTime modified, Func<CancellationToken, Task<Stream>> start)
    : SourceItem(path, new FileFacts { Kind = EntryKind.File, Mode = 0x180, Modified = modified, LinkCount = 1 })
{
    /// <summary>
    /// The length of a piece when the item does not say another: so long that the names of a terabyte of them fit one command line, so short that
    /// two of them are room that any machine has.
    /// </summary>
    public const int DefaultPieceLength = 64 * 1024 * 1024;

    /// <summary>The most bytes of a piece, for formats that store pieces.</summary>
    public int PieceLength { get; init; } = DefaultPieceLength;

    /// <summary>
    /// Whether a backup without the item is better than none: when the producer fails, the item is left out, and the backup is Partial. Else the
    /// backup fails, unless its caller said to go on.
    /// </summary>
    public bool IsOptional { get; init; }

    /// <inheritdoc/>
    public override StreamItem AsStream => this;

    /// <summary>Starts the producer.</summary>
    public Task<Stream> StartAsync(CancellationToken cancellationToken) => start(cancellationToken);

    /// <inheritdoc/>
    public override ReadableFile Open() => throw new InvalidOperationException("A stream cannot be read from any place.");
}

/// <summary>
/// The producer of a <see cref="StreamItem"/> has failed. It is neither a failure of the storage, which the content is on its way to, nor one of
/// the run.
/// </summary>
/// <param name="item">The item.</param>
/// <param name="failure">What happened, in words for users.</param>
internal sealed class StreamBrokenException(StreamItem item, BackupException failure) : Exception(failure.Message, failure)
{
    /// <summary>The item.</summary>
    public StreamItem Item { get; } = item;

    /// <summary>What happened, in words for users.</summary>
    public BackupException Failure { get; } = failure;
}
