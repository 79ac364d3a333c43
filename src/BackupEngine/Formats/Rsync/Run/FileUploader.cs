using System.Buffers;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Carries out the action of one file at a time: reads it, and stores it unless the object holds the same already. One for each worker.
/// </summary>
internal sealed class FileUploader(SnapshotTarget target, FormatWriteRequest run, SnapshotChange change)
{
    /// <summary>Files up to this length are read at once: what is stored is what one undisturbed reading gave.</summary>
    private const int SmallFile = 1024 * 1024;

    /// <summary>What one of them holds at most: a short file, and the same encrypted.</summary>
    public const int MostMemory = 2 * SmallFile;

    private const int LeastBuffer = 64 * 1024;

    /// <summary>A time stamp may stay the same for so long while a file is written to: two seconds on FAT, less elsewhere.</summary>
    private static readonly TimeSpan CoarsestClock = TimeSpan.FromSeconds(2);

    private readonly ObjectNames _names = target.NewNames();

    /// <summary>Carries out an action.</summary>
    /// <param name="planned">What is planned.</param>
    /// <param name="action">The number of the action.</param>
    /// <param name="item">The file.</param>
    /// <param name="cancellationToken">Stops the work; the object is then the old or the new one.</param>
    /// <returns>What the object holds now, and whether it was uploaded.</returns>
    /// <exception cref="FileTreeException">The file is gone or cannot be read.</exception>
    public async Task<(PlanLine Record, bool IsUploaded)> RunAsync(
        PlanLine planned, long action, SourceItem item, CancellationToken cancellationToken)
    {
        // Before the file is looked at: whatever is written to it later is seen to be.
        var start = run.Time.GetUtcNow();
        if (item.AsStream is { } stream)
        {
            return await RunStreamAsync(planned, action, stream, cancellationToken).ConfigureAwait(false);
        }
        using var file = item.Open();
        var attributes = file.ReadAttributes();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(file.Facts.Size, LeastBuffer, SmallFile));
        try
        {
            if (file.Facts.Size > SmallFile)
            {
                return await RunLargeAsync(planned, action, start, file, buffer, attributes, cancellationToken).ConfigureAwait(false);
            }
            if (ReadSmall(file, buffer) is { } reading)
            {
                return await RunSmallAsync(planned, action, start, reading, buffer, attributes, cancellationToken).ConfigureAwait(false);
            }
            using var grown = item.Open();
            return await RunLargeAsync(planned, action, start, grown, buffer, attributes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<(PlanLine Record, bool IsUploaded)> RunSmallAsync(
        PlanLine planned,
        long action,
        DateTimeOffset start,
        SmallReading reading,
        byte[] buffer,
        IReadOnlyList<ExtendedAttribute> attributes,
        CancellationToken cancellationToken)
    {
        var content = buffer.AsMemory(0, reading.Length);
        var record = RecordOf(planned, start, reading.Facts with { Size = content.Length }, SHA256.HashData(content.Span), attributes, reading.HasChanged);
        run.Counters.AddSourceBytes(content.Length);
        if (await HoldsAsync(planned, record, cancellationToken).ConfigureAwait(false))
        {
            return (record, false);
        }
        await change.BeforeReplaceAsync(planned, action, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> stored = target.Sealer is { } sealer ? sealer.Encrypt(content.Span) : content;
        await target.WriteAsync(_names.ObjectOf(planned.Path), ObjectContent.FromBytes(stored), IsNew(planned), cancellationToken).ConfigureAwait(false);
        return (record, true);
    }

    private async Task<(PlanLine Record, bool IsUploaded)> RunLargeAsync(
        PlanLine planned,
        long action,
        DateTimeOffset start,
        ReadableFile file,
        byte[] buffer,
        IReadOnlyList<ExtendedAttribute> attributes,
        CancellationToken cancellationToken)
    {
        if (planned.StoredSize == _names.StoredSize(file.Facts.Size) && planned.Action != PlanAction.Upload)
        {
            // Reading a file twice costs less than storing what is stored already.
            using var reader = new LongFileReader(file);
            reader.ReadToEnd(buffer, cancellationToken);
            var found = RecordOf(planned, start, file.Facts, reader.Hash, attributes, hasChanged: false);
            if (await HoldsAsync(planned, found, cancellationToken).ConfigureAwait(false))
            {
                run.Counters.AddSourceBytes(file.Facts.Size);
                return (RecordOf(planned, start, file.Facts, reader.Hash, attributes, HasChanged(reader)), false);
            }
        }
        await change.BeforeReplaceAsync(planned, action, cancellationToken).ConfigureAwait(false);
        using var content = new SourceContent(file, target.Sealer, run.Counters);
        var isDone = false;
        try
        {
            await target.WriteAsync(_names.ObjectOf(planned.Path), content, IsNew(planned), cancellationToken).ConfigureAwait(false);
            isDone = true;
        }
        finally
        {
            // A content that was read again counts once, and one that did not arrive counts as nothing.
            run.Counters.AddSourceBytes((isDone ? file.Facts.Size : 0) - content.Counted);
        }
        return (RecordOf(planned, start, file.Facts, content.Reader.Hash, attributes, HasChanged(content.Reader)), true);
    }

    /// <summary>
    /// A stream is stored as one object, always anew: its hash is known only at its end, and by then it is uploaded. A storage that lost a part
    /// of it on the way cannot have it again.
    /// </summary>
    private async Task<(PlanLine Record, bool IsUploaded)> RunStreamAsync(
        PlanLine planned, long action, StreamItem stream, CancellationToken cancellationToken)
    {
        await change.BeforeReplaceAsync(planned, action, cancellationToken).ConfigureAwait(false);
        var path = _names.ObjectOf(planned.Path);
        var reading = new StreamReading(stream, count => run.Counters.AddSourceBytes(count));
        await using var _ = reading.ConfigureAwait(false);
        var stored = target.Sealer?.Encrypt(reading) ?? reading;
        await using var __ = stored.ConfigureAwait(false);
        try
        {
            var content = ObjectContent.FromStream(stored, () => Math.Max(0, planned.StoredSize));
            await target.WriteAsync(path, content, IsNew(planned), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            run.Counters.AddSourceBytes(-reading.Count);
            throw;
        }
        if (!reading.IsComplete)
        {
            throw new StorageException(StorageErrorKind.Corrupt, path, $"The storage did not take all of '{path}'.");
        }
        var facts = stream.Facts with { Size = reading.Count, Allocated = reading.Count };
        return (RecordOf(planned, run.Time.GetUtcNow(), facts, reading.Hash, stream.Attributes, hasChanged: false), true);
    }

    /// <summary>Reads a short file; null when it outgrows the buffer.</summary>
    private SmallReading? ReadSmall(ReadableFile file, byte[] buffer)
    {
        var reader = new ShortFileReader(file, run.Issues);
        do
        {
            if (reader.Facts.Size > buffer.Length)
            {
                return null;
            }
        }
        while (!reader.TryRead(buffer.AsSpan(0, (int)reader.Facts.Size)));
        return new SmallReading(reader.Facts, reader.Length, reader.HasChanged);
    }

    /// <summary>Whether a file changed while it was read. All of it was read then, so one that is gone by now has changed too.</summary>
    private bool HasChanged(LongFileReader reader)
    {
        bool hasChanged;
        try
        {
            hasChanged = reader.HasChanged();
        }
        catch (FileTreeException)
        {
            hasChanged = true;
        }
        if (hasChanged)
        {
            run.Issues.CountChanged();
        }
        return hasChanged;
    }

    private async Task<bool> HoldsAsync(PlanLine planned, PlanLine found, CancellationToken cancellationToken)
    {
        if (planned.StoredSize != found.StoredSize)
        {
            return false;
        }
        var hash = planned.IsKnown
            ? planned.Sha256
            : await target.HashAsync(_names.ObjectOf(planned.Path), cancellationToken).ConfigureAwait(false);
        return hash.AsSpan().SequenceEqual(found.Sha256);
    }

    /// <param name="planned">What was planned.</param>
    /// <param name="start">A time before the facts were read.</param>
    /// <param name="facts">What was read.</param>
    /// <param name="hash">The content's hash.</param>
    /// <param name="attributes">Extended attributes.</param>
    /// <param name="hasChanged">Whether the file was written to meanwhile.</param>
    private PlanLine RecordOf(
        PlanLine planned, DateTimeOffset start, FileFacts facts, byte[] hash, IReadOnlyList<ExtendedAttribute> attributes, bool hasChanged)
    {
        var isFresh = hasChanged || facts.Changed.Seconds >= UnixTime.From(start - CoarsestClock).Seconds;
        return planned with
        {
            Action = PlanAction.None,
            Kind = EntryKind.File,
            Facts = facts,
            Sha256 = hash,
            StoredSize = _names.StoredSize(facts.Size),
            Attributes = attributes,
            Knows = ObjectKnowledge.Hash | ObjectKnowledge.Facts | (isFresh ? ObjectKnowledge.Fresh : ObjectKnowledge.None),
        };
    }

    private static bool IsNew(PlanLine planned) => planned.StoredSize < 0;

    /// <summary>What one reading of a short file gave.</summary>
    private readonly record struct SmallReading(FileFacts Facts, int Length, bool HasChanged);
}
