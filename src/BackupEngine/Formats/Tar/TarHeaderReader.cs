using CloudBackup.FileTree;

namespace CloudBackup.Formats.Tar;

/// <summary>What a header block asks of the caller.</summary>
internal enum TarHeaderStep
{
    /// <summary>The block belongs to the next entry's header: give its payload to <see cref="TarHeaderReader.AcceptPayload"/>.</summary>
    Payload,

    /// <summary>An entry is complete; its content follows.</summary>
    Entry,

    /// <summary>A block of zeros: the archive ends.</summary>
    End,
}

/// <summary>
/// Understands headers of ustar, pax and GNU archives, block by block, without doing any input itself. Nothing in a header is trusted:
/// paths come out as they stand and must be checked before use.
/// </summary>
internal sealed class TarHeaderReader
{
    private const int LargestPayload = 16 * 1024 * 1024;

    private PaxRecords _records = new();
    private byte _payloadType;

    /// <summary>The entry, after <see cref="TarHeaderStep.Entry"/>.</summary>
    public TarEntry? Entry { get; private set; }

    /// <summary>The length of the payload, after <see cref="TarHeaderStep.Payload"/>; it is padded to whole blocks.</summary>
    public int PayloadLength { get; private set; }

    /// <summary>Takes one block of 512 bytes.</summary>
    /// <exception cref="TarFormatException">The block is no header.</exception>
    public TarHeaderStep Accept(ReadOnlySpan<byte> block)
    {
        if (!block[..TarFormat.BlockSize].ContainsAnyExcept((byte)0))
        {
            return TarHeaderStep.End;
        }
        if (Octal(block, TarFormat.ChecksumOffset, TarFormat.ChecksumLength) != TarChecksum.Of(block))
        {
            throw new TarFormatException("A header's checksum does not match.");
        }
        var type = block[TarFormat.TypeOffset];
        var size = Octal(block, TarFormat.SizeOffset, TarFormat.SizeLength);
        if (type is TarFormat.ExtendedHeaderType or TarFormat.GlobalHeaderType or TarFormat.GnuLongNameType or TarFormat.GnuLongLinkType)
        {
            PayloadLength = size is >= 0 and <= LargestPayload ? (int)size : throw new TarFormatException("A header is implausibly long.");
            _payloadType = type;
            return TarHeaderStep.Payload;
        }
        Entry = Build(block, type, size);
        _records = new PaxRecords();
        return TarHeaderStep.Entry;
    }

    /// <summary>Takes the payload that the last <see cref="Accept"/> asked for, without padding.</summary>
    public void AcceptPayload(ReadOnlySpan<byte> payload)
    {
        switch (_payloadType)
        {
            case TarFormat.ExtendedHeaderType:
                _records.Read(payload);
                break;
            case TarFormat.GnuLongNameType:
                _records.Path = PathText.FromBytes(UpToZero(payload));
                break;
            case TarFormat.GnuLongLinkType:
                _records.LinkTarget = PathText.FromBytes(UpToZero(payload));
                break;
            default:
                break; // a global header only comments on the archive
        }
    }

    private TarEntry Build(ReadOnlySpan<byte> block, byte type, long size)
    {
        var path = _records.Path ?? NameOf(block);
        var kind = KindOf(type, path);
        if (size < 0)
        {
            throw new TarFormatException("An entry has a negative size.");
        }
        return new TarEntry
        {
            Path = path.TrimEnd('/'),
            Kind = kind,
            Mode = (int)Octal(block, TarFormat.ModeOffset, TarFormat.IdLength) & 0xFFF,
            UserId = _records.UserId ?? (uint)Octal(block, TarFormat.UserIdOffset, TarFormat.IdLength),
            GroupId = _records.GroupId ?? (uint)Octal(block, TarFormat.GroupIdOffset, TarFormat.IdLength),
            UserName = _records.UserName ?? Text(block, TarFormat.UserNameOffset, TarFormat.OwnerNameLength),
            GroupName = _records.GroupName ?? Text(block, TarFormat.GroupNameOffset, TarFormat.OwnerNameLength),
            Modified = _records.Modified ?? new UnixTime(Octal(block, TarFormat.ModifiedOffset, TarFormat.ModifiedLength), 0),
            Size = kind == EntryKind.File ? _records.Size ?? size : 0,
            LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink
                ? _records.LinkTarget ?? Text(block, TarFormat.LinkNameOffset, TarFormat.NameLength)
                : null,
            Attributes = _records.Attributes,
        };
    }

    private static string NameOf(ReadOnlySpan<byte> block)
    {
        var name = Text(block, TarFormat.NameOffset, TarFormat.NameLength);
        // GNU's own format keeps other things where POSIX has the prefix.
        var isPosix = block.Slice(TarFormat.MagicOffset, 6).SequenceEqual("ustar\0"u8);
        var prefix = isPosix ? Text(block, TarFormat.PrefixOffset, TarFormat.PrefixLength) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static EntryKind KindOf(byte type, string path) => type switch
    {
        TarFormat.FileType or TarFormat.OldFileType or TarFormat.ContiguousFileType =>
            path.EndsWith('/') ? EntryKind.Directory : EntryKind.File,
        TarFormat.DirectoryType => EntryKind.Directory,
        TarFormat.SymbolicLinkType => EntryKind.SymbolicLink,
        TarFormat.HardLinkType => EntryKind.HardLink,
        (byte)'3' or (byte)'4' or (byte)'6' => EntryKind.Special,
        _ => throw new TarFormatException($"An entry is of the unknown type {type}."),
    };

    private static string Text(ReadOnlySpan<byte> block, int offset, int length) => PathText.FromBytes(UpToZero(block.Slice(offset, length)));

    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text;

    /// <summary>Octal digits, or GNU's big-endian binary form (first bit set).</summary>
    private static long Octal(ReadOnlySpan<byte> block, int offset, int length)
    {
        var field = block.Slice(offset, length);
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var part in field[(length - 8)..])
            {
                value = (value << 8) | part;
            }
            return length == TarFormat.IdLength ? value & 0x7FFF_FFFF_FFFF_FFFF : value;
        }
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new TarFormatException("A number in a header is malformed.");
            }
            value = (value << 3) | (uint)(digit - '0');
        }
        return value;
    }
}
