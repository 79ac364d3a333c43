using System.Buffers.Binary;

namespace CloudBackup.Import;

/// <summary>What the central directory of a zip says of one entry.</summary>
internal sealed record ZipRecord
{
    private const int Zip64Extra = 0x0001;

    /// <summary>The system whose attributes the entry has.</summary>
    public required int Host { get; init; }

    /// <summary>The flags.</summary>
    public required int Flags { get; init; }

    /// <summary>How it is compressed.</summary>
    public required int Method { get; init; }

    /// <summary>Date and time, as DOS has them.</summary>
    public required uint DosTime { get; init; }

    /// <summary>The checksum of the content.</summary>
    public required uint Crc { get; init; }

    /// <summary>Bytes in the archive.</summary>
    public long CompressedSize { get; private set; }

    /// <summary>Bytes of content.</summary>
    public long Size { get; private set; }

    /// <summary>Where its local header begins.</summary>
    public long Offset { get; private set; }

    /// <summary>The attributes of the system that it comes from.</summary>
    public required uint Attributes { get; init; }

    /// <summary>The name as it is in the archive.</summary>
    public required byte[] Name { get; init; }

    /// <summary>Additional fields.</summary>
    public required byte[] Extra { get; init; }

    /// <summary>Reads a record.</summary>
    /// <param name="header">Its 46 bytes.</param>
    /// <param name="name">Its name.</param>
    /// <param name="extra">Its additional fields.</param>
    /// <exception cref="InvalidDataException">It contradicts itself.</exception>
    public static ZipRecord Of(ReadOnlySpan<byte> header, byte[] name, byte[] extra)
    {
        var record = new ZipRecord
        {
            Host = header[5],
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            DosTime = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            CompressedSize = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]),
            Size = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            Offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]),
            Attributes = BinaryPrimitives.ReadUInt32LittleEndian(header[38..]),
            Name = name,
            Extra = extra,
        };
        record.ReadLargeNumbers();
        return record;
    }

    /// <summary>An additional field; empty when there is none.</summary>
    public ReadOnlySpan<byte> FindExtra(int id)
    {
        for (var rest = Extra.AsSpan(); rest.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (length > rest.Length - 4)
            {
                break;
            }
            if (BinaryPrimitives.ReadUInt16LittleEndian(rest) == id)
            {
                return rest.Slice(4, length);
            }
            rest = rest[(4 + length)..];
        }
        return [];
    }

    private void ReadLargeNumbers()
    {
        var field = FindExtra(Zip64Extra);
        var at = 0;
        Size = Large(Size, field, ref at);
        CompressedSize = Large(CompressedSize, field, ref at);
        Offset = Large(Offset, field, ref at);
        if (Size < 0 || CompressedSize < 0 || Offset < 0)
        {
            throw new InvalidDataException("A size in the zip is negative.");
        }
    }

    private static long Large(long small, ReadOnlySpan<byte> field, ref int at)
    {
        if (small != uint.MaxValue || field.Length < at + 8)
        {
            return small;
        }
        at += 8;
        return BinaryPrimitives.ReadInt64LittleEndian(field[(at - 8)..]);
    }
}
