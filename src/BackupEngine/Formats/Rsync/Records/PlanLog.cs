using System.Buffers.Binary;
using System.Numerics;
using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;
using Microsoft.Win32.SafeHandles;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>
/// Tells, action by action, what a run has done, for a run that is killed: what counts as soon as it is said is written to the file at once,
/// what counts only after a flush of the storage at the latest before that flush is noted. Where each outcome stands is kept in memory, eight
/// bytes for each action. Thread-safe.
/// </summary>
internal sealed class PlanLog : IDisposable
{
    private const int HeadLength = 8;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private readonly LineEncoder _encoder = new();
    private readonly List<long> _places = [];
    private byte[] _late = new byte[64 * 1024];
    private byte[] _frame = new byte[1024];
    private long _length;
    private int _lateLength;
    private int _batch;

    private PlanLog(SafeFileHandle file) => _file = file;

    /// <summary>
    /// Whether all that was written is still there, although none of it was forced to the disk: the machine has not been started anew since.
    /// After a power cut the beginning of an action may be missing, and with it the word that its object is another one now.
    /// </summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>The number of the present batch: what is done in it is durable once a flush that began later has ended.</summary>
    private int Batch => Volatile.Read(ref _batch);

    /// <summary>Starts the log of a plan, in place of one of the same name.</summary>
    public static PlanLog Create(string path, LineStamp stamp)
    {
        var log = new PlanLog(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
        log.Write(new LogFrame(ActionOutcome.Opened, 0, null) { Opening = new LogOpening(stamp.Token, SystemFacts.BootId) });
        return log;
    }

    /// <summary>
    /// Opens the log of a plan that was not carried out to its end; an outcome that was not written whole is as if it were not there. Null
    /// when there is none, or it is of another plan.
    /// </summary>
    public static PlanLog? TryOpen(string path, LineStamp stamp)
    {
        PlanLog? log = null;
        try
        {
            log = new PlanLog(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            if (log.Scan(stamp))
            {
                return log;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or LineFileException)
        {
            // As if there were none.
        }
        log?.Dispose();
        return null;
    }

    /// <summary>An object whose content was known is about to be replaced.</summary>
    public void Start(long action) => Write(new LogFrame(ActionOutcome.Started, action, Batch));

    /// <summary>The object holds what the line says.</summary>
    /// <param name="action">The number of the action, from 0.</param>
    /// <param name="stored">The item as it was stored.</param>
    /// <param name="isPending">Whether it is durable only after the next flush.</param>
    public void Finish(long action, PlanLine stored, bool isPending) =>
        Write(new LogFrame(ActionOutcome.Done, action, isPending ? Batch : null) { Stored = stored });

    /// <summary>The file is gone.</summary>
    public void Drop(long action) => Write(new LogFrame(ActionOutcome.Dropped, action, null));

    /// <summary>A flush of the storage begins: what is done from now on is not covered by it.</summary>
    public int BeginFlush() => Interlocked.Increment(ref _batch) - 1;

    /// <summary>The flush that began with <see cref="BeginFlush"/> has ended well.</summary>
    public void EndFlush(int batch) => Write(new LogFrame(ActionOutcome.Flushed, batch, null));

    /// <summary>What became of an action.</summary>
    /// <param name="action">Its number, from 0.</param>
    /// <param name="stored">The item as it was stored, when it is <see cref="ActionOutcome.Done"/>.</param>
    /// <param name="isDurable">Whether that is certain to be durable.</param>
    public ActionOutcome Find(long action, out PlanLine? stored, out bool isDurable)
    {
        stored = null;
        isDurable = false;
        lock (_lock)
        {
            WriteLate();
            if (action >= _places.Count || _places[(int)action] == 0 || ReadFrame(_places[(int)action] - 1) is not { } length)
            {
                return ActionOutcome.None;
            }
            var decoder = new LineDecoder(_frame.AsSpan(HeadLength, length));
            var frame = LogFrame.Read(ref decoder);
            isDurable = frame.Batch is not { } batch || batch < FlushedBatches;
            stored = frame.Stored;
            return frame.Outcome;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>How many batches are known to be durable.</summary>
    private int FlushedBatches { get; set; }

    private void Write(LogFrame frame)
    {
        lock (_lock)
        {
            _encoder.Clear();
            frame.Write(_encoder);
            var length = _encoder.Span.Length;
            var bytes = Reserve(HeadLength + length);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Checksum(_encoder.Span));
            _encoder.Span.CopyTo(bytes[HeadLength..]);
            Note(frame, _length);
            _length += bytes.Length;
            if (frame.Batch is null || frame.Outcome == ActionOutcome.Started)
            {
                WriteLate();
            }
        }
    }

    /// <summary>Room for a frame behind those that are held back.</summary>
    private Span<byte> Reserve(int length)
    {
        if (_late.Length - _lateLength < length)
        {
            WriteLate();
            Grow(ref _late, length);
        }
        _lateLength += length;
        return _late.AsSpan(_lateLength - length, length);
    }

    /// <summary>Writes what was held back.</summary>
    private void WriteLate()
    {
        if (_lateLength > 0)
        {
            RandomAccess.Write(_file, _late.AsSpan(0, _lateLength), _length - _lateLength);
            _lateLength = 0;
        }
    }

    private void Note(in LogFrame frame, long place)
    {
        if (frame.Outcome == ActionOutcome.Flushed)
        {
            FlushedBatches = Math.Max(FlushedBatches, (int)frame.Number + 1);
        }
        if (frame.Outcome is ActionOutcome.Flushed or ActionOutcome.Opened)
        {
            return;
        }
        while (_places.Count <= frame.Number)
        {
            _places.Add(0);
        }
        _places[(int)frame.Number] = place + 1;
    }

    private bool Scan(LineStamp stamp)
    {
        while (ReadFrame(_length) is { } length)
        {
            var decoder = new LineDecoder(_frame.AsSpan(HeadLength, length));
            var frame = _length == 0 ? LogFrame.Read(ref decoder) : LogFrame.ReadHead(ref decoder);
            if (_length == 0 && !IsOpening(frame, stamp))
            {
                return false;
            }
            Note(frame, _length);
            _length += HeadLength + length;
        }
        return _length > 0;
    }

    private bool IsOpening(in LogFrame frame, LineStamp stamp)
    {
        if (frame.Opening is not { } opening || opening.Token != stamp.Token)
        {
            return false;
        }
        IsComplete = opening.BootId is { Length: > 0 } boot && boot == SystemFacts.BootId;
        return true;
    }

    /// <summary>Reads a whole frame into the buffer and returns the length of what is in it; null when there is none.</summary>
    private int? ReadFrame(long place)
    {
        // Most frames are shorter than the buffer: one call reads them whole.
        var read = RandomAccess.Read(_file, _frame, place);
        if (read < HeadLength)
        {
            return null;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(_frame);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(_frame.AsSpan(4));
        if (length < 3 || (length > read - HeadLength && length > RandomAccess.GetLength(_file) - place - HeadLength))
        {
            return null;
        }
        if (read < HeadLength + length)
        {
            Grow(ref _frame, HeadLength + length);
            read = RandomAccess.Read(_file, _frame.AsSpan(0, HeadLength + length), place);
        }
        return read >= HeadLength + length && Checksum(_frame.AsSpan(HeadLength, length)) == checksum ? length : null;
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            Array.Resize(ref buffer, length * 2);
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = ~0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (var value in bytes)
        {
            sum = BitOperations.Crc32C(sum, value);
        }
        return ~sum;
    }
}
