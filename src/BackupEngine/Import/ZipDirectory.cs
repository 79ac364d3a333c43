using System.Buffers.Binary;

namespace CloudBackup.Import;

/// <summary>The central directory of a zip, read piece by piece: one of millions of entries takes no memory.</summary>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LocatorLength = 20;
    private const int Zip64EndLength = 56;
    private const int RecordLength = 46;

    private readonly Stream _archive;
    private long _count;
    private long _length;

    private ZipDirectory(Stream archive) => _archive = archive;

    /// <summary>Where it begins: what is before it belongs to the entries.</summary>
    public long Start { get; private set; }

    /// <summary>Finds the directory.</summary>
    /// <param name="archive">The archive, which can be sought in.</param>
    /// <param name="path">The archive, for messages.</param>
    /// <exception cref="InvalidDataException">It is cut or damaged, or something does not belong to it.</exception>
    /// <exception cref="BackupException">It is one of several files.</exception>
    public static ZipDirectory Open(Stream archive, string path)
    {
        var directory = new ZipDirectory(archive);
        var tail = directory.ReadTail(out var tailStart);
        var at = FindEnd(tail);
        var end = tail.AsSpan(at);
        var isWhole = BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) is 0 or ushort.MaxValue
            && BinaryPrimitives.ReadUInt16LittleEndian(end[6..]) is 0 or ushort.MaxValue;
        if (!isWhole)
        {
            throw BackupErrors.ImportFormatUnsupported(path, "one file of a zip in several files", "7z x -oFOLDER on the .zip, with all of them beside it", isCompressed: false);
        }
        directory._count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        directory._length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        directory.Start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var endsAt = directory.ReadZip64(tailStart + at);
        if (directory.Start < 0 || directory._length < 0 || directory.Start + directory._length != endsAt)
        {
            throw new InvalidDataException("The zip's directory is not where its end record says: it is damaged, or something was put before or into it.");
        }
        return directory;
    }

    /// <summary>The entries, in order.</summary>
    /// <exception cref="InvalidDataException">The directory is damaged.</exception>
    public IEnumerable<ZipRecord> Read()
    {
        var window = new Window(_archive, Start, _length);
        var header = new byte[RecordLength];
        for (long number = 0; number < _count; number++)
        {
            window.Fill(header);
            if (!header.AsSpan().StartsWith("PK\u0001\u0002"u8))
            {
                throw new InvalidDataException("The zip's directory is damaged.");
            }
            var name = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28))];
            var extra = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30))];
            window.Fill(name);
            window.Fill(extra);
            window.Skip(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32)));
            yield return ZipRecord.Of(header, name, extra);
        }
        if (window.Left != 0)
        {
            throw new InvalidDataException("The zip's directory has another length than its end record says.");
        }
    }

    private byte[] ReadTail(out long start)
    {
        start = Math.Max(0, _archive.Length - EndLength - LongestComment);
        var tail = new byte[_archive.Length - start];
        _archive.Position = start;
        _archive.ReadExactly(tail);
        return tail;
    }

    private static int FindEnd(ReadOnlySpan<byte> tail)
    {
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            if (!tail[at..].StartsWith("PK\u0005\u0006"u8))
            {
                continue;
            }
            var after = at + EndLength + BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]);
            if (after <= tail.Length)
            {
                return !tail[after..].ContainsAnyExcept((byte)0)
                    ? at
                    : throw new InvalidDataException("What follows the end of the zip does not belong to it: it is damaged, or something was appended.");
            }
        }
        throw new InvalidDataException("The zip has no end: it is cut, or damaged there. Fetch it again.");
    }

    /// <summary>Reads the record that large archives have before the end record, and returns where the directory ends.</summary>
    private long ReadZip64(long end)
    {
        var locator = new byte[LocatorLength];
        if (end < LocatorLength + Zip64EndLength)
        {
            return end;
        }
        _archive.Position = end - LocatorLength;
        _archive.ReadExactly(locator);
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (!locator.AsSpan().StartsWith("PK\u0006\u0007"u8))
        {
            return end;
        }
        if (at < 0 || at > end - LocatorLength - Zip64EndLength)
        {
            throw new InvalidDataException("The zip's end record is damaged.");
        }
        var record = new byte[Zip64EndLength];
        _archive.Position = at;
        _archive.ReadExactly(record);
        if (!record.AsSpan().StartsWith("PK\u0006\u0006"u8))
        {
            throw new InvalidDataException("The zip's end record is damaged.");
        }
        _count = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32));
        _length = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40));
        Start = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
        return at;
    }

    /// <summary>Reads the directory in blocks, while the contents are read from elsewhere in the same file.</summary>
    private sealed class Window(Stream archive, long start, long length)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private long _position = start;
        private long _unread = length;
        private int _at;
        private int _filled;

        public long Left => _unread + _filled - _at;

        public void Fill(Span<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (_at == _filled)
                {
                    Load();
                }
                var count = Math.Min(bytes.Length, _filled - _at);
                _buffer.AsSpan(_at, count).CopyTo(bytes);
                _at += count;
                bytes = bytes[count..];
            }
        }

        public void Skip(int count) => Fill(new byte[count]);

        private void Load()
        {
            var count = (int)Math.Min(_buffer.Length, _unread);
            if (count == 0)
            {
                throw new InvalidDataException("The zip's directory is cut.");
            }
            archive.Position = _position;
            archive.ReadExactly(_buffer.AsSpan(0, count));
            _position += count;
            _unread -= count;
            (_at, _filled) = (0, count);
        }
    }
}
