using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Import;

/// <summary>The content of an entry of a zip; at its end it is compared with its checksum.</summary>
internal sealed class ZipContent : IDisposable
{
    /// <summary>Not compressed.</summary>
    public const int Stored = 0;

    /// <summary>Compressed with deflate.</summary>
    public const int Deflated = 8;

    /// <summary>Compressed with bzip2.</summary>
    public const int BZip2 = 12;

    private const int HeaderLength = 30;
    private const int HasDescriptor = 8;
    private const int Encrypted = 0x41;

    private readonly ZipRecord _record;
    private readonly Stream _stream;
    private readonly Crc32 _crc = new();

    /// <summary>Opens a content.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="record">What the directory says of it.</param>
    /// <param name="end">Where the contents end.</param>
    /// <exception cref="InvalidDataException">It is not where the directory says, or its own header says something else.</exception>
    public ZipContent(Stream archive, ZipRecord record, long end)
    {
        _record = record;
        var start = FindStart(archive, record, end);
        var section = new Section(archive, start, record.CompressedSize);
        _stream = record.Method switch
        {
            Deflated => new DeflateStream(section, CompressionMode.Decompress),
            BZip2 => new BZip2Streams(section),
            _ => section,
        };
    }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public int Read(byte[] buffer)
    {
        var count = _stream.Read(buffer, 0, buffer.Length);
        if (count <= 0)
        {
            return _crc.GetCurrentHashAsUInt32() == _record.Crc
                ? 0
                : throw Damaged(_record, "its content does not have the checksum that the archive says");
        }
        _crc.Append(buffer.AsSpan(0, count));
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>The failure that names an entry.</summary>
    public static InvalidDataException Damaged(ZipRecord record, string reason) => new($"'{PathText.ForDisplay(PathText.FromBytes(record.Name))}': {reason}.");

    private static long FindStart(Stream archive, ZipRecord record, long end)
    {
        var header = new byte[HeaderLength];
        if (record.Offset > end - HeaderLength)
        {
            throw Damaged(record, "it is not where the directory of the zip says");
        }
        archive.Position = record.Offset;
        archive.ReadExactly(header);
        var name = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26))];
        archive.ReadExactly(name);
        if (!header.AsSpan().StartsWith("PK\u0003\u0004"u8) || !name.AsSpan().SequenceEqual(record.Name) || !Agrees(header, record))
        {
            throw Damaged(record, "its own header says something else than the directory of the zip");
        }
        var start = record.Offset + HeaderLength + name.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return start <= end - record.CompressedSize ? start : throw Damaged(record, "it is cut");
    }

    private static bool Agrees(ReadOnlySpan<byte> header, ZipRecord record)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]);
        // With a descriptor, checksum and lengths come after the content; some programs write them here as well.
        var isLater = (flags & HasDescriptor) != 0;
        return (flags & Encrypted) == (record.Flags & Encrypted)
            && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == record.Method
            && (isLater || crc == record.Crc)
            && (isLater || Fits(BinaryPrimitives.ReadUInt32LittleEndian(header[18..]), record.CompressedSize))
            && (isLater || Fits(BinaryPrimitives.ReadUInt32LittleEndian(header[22..]), record.Size));
    }

    private static bool Fits(uint size, long expected) => size == expected || size == uint.MaxValue;

    /// <summary>A part of the archive, independent of other readers.</summary>
    private sealed class Section(Stream archive, long start, long length) : SpanStream
    {
        private long _position = start;
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            archive.Position = _position;
            var count = archive.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _position += count;
            _left -= count;
            return count;
        }
    }
}
