using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tar;

/// <summary>What a header block asks of the caller.</summary>
internal enum TarHeaderStep
{
    /// <summary>The block belongs to the next entry's header: give its payload to <see cref="TarHeaderReader.AcceptPayload"/>.</summary>
    Payload,

    /// <summary>An entry is complete; its content follows.</summary>
    Entry,

    /// <summary>The header of something that is not an entry of a file tree: <see cref="TarHeaderReader.ContentLength"/> bytes are passed over.</summary>
    Skip,

    /// <summary>A block of zeros: the archive ends.</summary>
    End,
}

/// <summary>
/// Understands headers of v7, ustar, pax, star and GNU archives, block by block, without doing any input itself. Nothing in a header is trusted:
/// paths come out as they stand and must be checked before use.
/// </summary>
/// <param name="longestName">Bytes that a path or a link's target may have.</param>
internal sealed class TarHeaderReader(int longestName = int.MaxValue)
{
    private const int LargestPayload = 16 * 1024 * 1024;
    private const int MostGlobalAttributes = 64;

    private PaxRecords _records = new(longestName);
    private PaxRecords? _global;
    private byte _payloadType;

    /// <summary>The entry, after <see cref="TarHeaderStep.Entry"/>.</summary>
    public EntryFacts? Entry { get; private set; }

    /// <summary>The access control lists of the entry that other programs write as text; null when there are none.</summary>
    public AclTexts? AclTexts { get; private set; }

    /// <summary>The last header's type.</summary>
    public byte Type { get; private set; }

    /// <summary>Bytes of content that follow in the archive; of a hard link, what its header says, though nothing may follow.</summary>
    public long ContentLength { get; private set; }

    /// <summary>What the archive holds of a sparse file; null for others. Parts of it may still be read: see <see cref="HasMoreMap"/>.</summary>
    public SparseMap? Sparse { get; private set; }

    /// <summary>Whether blocks with more of the map come before the content: give each to <see cref="AcceptMap"/>.</summary>
    public bool HasMoreMap { get; private set; }

    /// <summary>Whether the content begins with the map.</summary>
    public bool IsMapInContent { get; private set; }

    /// <summary>The length of the payload, after <see cref="TarHeaderStep.Payload"/>; it is padded to whole blocks.</summary>
    public int PayloadLength { get; private set; }

    /// <summary>Whether an extended header came whose entry has not come.</summary>
    public bool HasPendingRecords { get; private set; }

    /// <summary>Takes one block of 512 bytes.</summary>
    /// <exception cref="TarFormatException">The block is not a header.</exception>
    public TarHeaderStep Accept(ReadOnlySpan<byte> block)
    {
        if (!block[..TarFormat.BlockSize].ContainsAnyExcept((byte)0))
        {
            return TarHeaderStep.End;
        }
        if (!TarChecksum.IsRight(block))
        {
            throw new TarFormatException("A header's checksum does not match.");
        }
        Type = block[TarFormat.TypeOffset];
        var size = Number(block, TarFormat.SizeOffset, TarFormat.SizeLength);
        if (size < 0)
        {
            throw new TarFormatException("An entry has a negative size.");
        }
        if (Type is TarFormat.ExtendedHeaderType or TarFormat.SolarisExtendedHeaderType or TarFormat.GlobalHeaderType
            or TarFormat.GnuLongNameType or TarFormat.GnuLongLinkType)
        {
            PayloadLength = size <= LargestPayload ? (int)size : throw new TarFormatException("A header is implausibly long.");
            _payloadType = Type;
            HasPendingRecords |= Type != TarFormat.GlobalHeaderType;
            return TarHeaderStep.Payload;
        }
        HasPendingRecords = false;
        var isEntry = TryBuild(block, size);
        _records = new PaxRecords(longestName, _global);
        return isEntry ? TarHeaderStep.Entry : TarHeaderStep.Skip;
    }

    /// <summary>Takes the payload that the last <see cref="Accept"/> asked for, without padding.</summary>
    public void AcceptPayload(ReadOnlySpan<byte> payload)
    {
        switch (_payloadType)
        {
            case TarFormat.GnuLongNameType:
                _records.SetPath(UpToZero(payload));
                break;
            case TarFormat.GnuLongLinkType:
                _records.SetLinkTarget(UpToZero(payload));
                break;
            case TarFormat.GlobalHeaderType:
                _global = new PaxRecords(longestName, _global);
                _global.Read(payload);
                if (_global.Attributes.Count > MostGlobalAttributes)
                {
                    throw new TarFormatException("A global header has too many extended attributes.");
                }
                _records = new PaxRecords(longestName, _global);
                break;
            default:
                _records.Read(payload);
                break;
        }
    }

    /// <summary>Takes one more block of the map of a sparse file in GNU's old form.</summary>
    /// <exception cref="TarFormatException">It has nothing of a map, or too much.</exception>
    public void AcceptMap(ReadOnlySpan<byte> block)
    {
        if (AddStretches(block, 0, TarFormat.GnuSparseInExtension) == 0)
        {
            throw new TarFormatException("The map of a sparse file is malformed.");
        }
        HasMoreMap = block[TarFormat.GnuExtensionExtendedOffset] != 0;
    }

    private bool TryBuild(ReadOnlySpan<byte> block, long size)
    {
        var path = _records.Sparse?.Name ?? _records.Path ?? NameOf(block);
        (Sparse, HasMoreMap, IsMapInContent) = (null, false, false);
        ContentLength = _records.Size ?? size;
        if (KindOf(Type, path) is not { } kind)
        {
            return false;
        }
        if (kind == EntryKind.File)
        {
            ReadMap(block);
        }
        else if (kind != EntryKind.HardLink && Type != TarFormat.GnuDumpFolderType)
        {
            ContentLength = 0;
        }
        Entry = Build(block, path, kind);
        AclTexts = _records.AclTexts;
        return true;
    }

    private EntryFacts Build(ReadOnlySpan<byte> block, string path, EntryKind kind)
    {
        // What is not ustar may have anything where ustar has the owners' names.
        var hasNames = block.Slice(TarFormat.MagicOffset, 5).SequenceEqual("ustar"u8);
        return new EntryFacts
        {
            Path = path.TrimEnd('/'),
            Kind = kind,
            Mode = (int)Number(block, TarFormat.ModeOffset, TarFormat.IdLength) & 0xFFF,
            UserId = _records.UserId ?? IdOf(block, TarFormat.UserIdOffset),
            GroupId = _records.GroupId ?? IdOf(block, TarFormat.GroupIdOffset),
            UserName = _records.UserName ?? (hasNames ? Text(block, TarFormat.UserNameOffset, TarFormat.OwnerNameLength) : ""),
            GroupName = _records.GroupName ?? (hasNames ? Text(block, TarFormat.GroupNameOffset, TarFormat.OwnerNameLength) : ""),
            Modified = _records.Modified ?? new UnixTime(Number(block, TarFormat.ModifiedOffset, TarFormat.ModifiedLength), 0),
            Size = kind == EntryKind.File ? Sparse?.RealSize ?? ContentLength : 0,
            LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink
                ? _records.LinkTarget ?? Text(block, TarFormat.LinkNameOffset, TarFormat.NameLength)
                : null,
            Attributes = _records.Attributes,
        };
    }

    private void ReadMap(ReadOnlySpan<byte> block)
    {
        if (_records.Sparse is { } sparse)
        {
            Sparse = sparse.MakeMap();
            IsMapInContent = sparse.IsMapInContent;
        }
        else if (Type == TarFormat.GnuSparseType)
        {
            Sparse = new SparseMap { RealSize = Number(block, TarFormat.GnuRealSizeOffset, TarFormat.SizeLength) };
            AddStretches(block, TarFormat.GnuSparseOffset, TarFormat.GnuSparseInHeader);
            HasMoreMap = block[TarFormat.GnuSparseExtendedOffset] != 0;
        }
    }

    private int AddStretches(ReadOnlySpan<byte> block, int start, int most)
    {
        var count = 0;
        for (var at = start; count < most && block[at] != 0; at += 2 * TarFormat.SizeLength)
        {
            Sparse!.Add(Number(block, at, TarFormat.SizeLength), Number(block, at + TarFormat.SizeLength, TarFormat.SizeLength));
            count++;
        }
        return count;
    }

    private static string NameOf(ReadOnlySpan<byte> block)
    {
        var name = Text(block, TarFormat.NameOffset, TarFormat.NameLength);
        // GNU's own format keeps other things where POSIX has the prefix.
        var isPosix = block.Slice(TarFormat.MagicOffset, 6).SequenceEqual("ustar\0"u8);
        var length = block[TarFormat.StarMagicOffset..].StartsWith("tar\0"u8) ? TarFormat.StarPrefixLength : TarFormat.PrefixLength;
        var prefix = isPosix ? Text(block, TarFormat.PrefixOffset, length) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    /// <summary>Null for what is not an entry: labels, and what programs add for themselves.</summary>
    private static EntryKind? KindOf(byte type, string path) => type switch
    {
        TarFormat.FileType or TarFormat.OldFileType or TarFormat.ContiguousFileType => path.EndsWith('/') ? EntryKind.Directory : EntryKind.File,
        TarFormat.GnuSparseType => EntryKind.File,
        TarFormat.DirectoryType or TarFormat.GnuDumpFolderType => EntryKind.Directory,
        TarFormat.SymbolicLinkType => EntryKind.SymbolicLink,
        TarFormat.HardLinkType => EntryKind.HardLink,
        (byte)'3' or (byte)'4' or (byte)'6' => EntryKind.Special,
        TarFormat.GnuContinuedType => throw new TarFormatException(
            "It is a later part of an archive in several volumes. Unpack all of them with 'tar -xM' and import the folder."),
        >= (byte)'A' and <= (byte)'Z' => null,
        _ => EntryKind.File, // POSIX: as a file, when the type is not known
    };

    private static uint IdOf(ReadOnlySpan<byte> block, int offset)
    {
        var id = Number(block, offset, TarFormat.IdLength);
        return id is >= int.MinValue and <= uint.MaxValue ? (uint)id : throw new TarFormatException("The number of an owner is too large.");
    }

    private static string Text(ReadOnlySpan<byte> block, int offset, int length) => PathText.FromBytes(UpToZero(block.Slice(offset, length)));

    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text;

    private static long Number(ReadOnlySpan<byte> block, int offset, int length) => TarNumber.Read(block.Slice(offset, length));
}
