using System.Buffers;
using System.Buffers.Text;
using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tar;

/// <summary>
/// Writes the header of an entry: one ustar block, and before it a pax extended header when path, link, size, owner, sub-second time or
/// attributes do not fit. Names go out as the bytes they are, so names of any bytes survive: those that are not UTF-8, and so have no place
/// in a pax record, stand in the plain fields or in GNU's long-name entries. Not thread-safe; reuse one per thread.
/// </summary>
internal sealed class TarHeaderWriter
{
    private readonly ArrayBufferWriter<byte> _records = new(1024);
    private readonly ArrayBufferWriter<byte> _output = new(4096);

    /// <summary>The bytes of the entry's header; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(EntryFacts entry)
    {
        _records.ResetWrittenCount();
        _output.ResetWrittenCount();
        var path = PathText.ToBytes(entry.Kind == EntryKind.Directory ? entry.Path + "/" : entry.Path);
        var link = entry.LinkTarget is null ? [] : PathText.ToBytes(entry.LinkTarget);
        var split = SplitPath(path);
        AddRecords(entry, path, link, fits: split >= 0);
        if (split < 0 && !IsUtf8(path))
        {
            WriteLongName(TarFormat.GnuLongNameType, path);
        }
        if (link.Length > TarFormat.NameLength && !IsUtf8(link))
        {
            WriteLongName(TarFormat.GnuLongLinkType, link);
        }
        if (_records.WrittenCount > 0)
        {
            WriteExtendedHeader(path);
        }
        WriteBlock(entry, path, Math.Max(split, 0), link);
        return _output.WrittenSpan;
    }

    private void AddRecords(EntryFacts entry, byte[] path, byte[] link, bool fits)
    {
        if (IsUtf8(path) && (!fits || !Ascii.IsValid(path)))
        {
            AddRecord("path", path);
        }
        if (IsUtf8(link) && (link.Length > TarFormat.NameLength || !Ascii.IsValid(link)))
        {
            AddRecord("linkpath", link);
        }
        if (entry.Size > TarFormat.LargestOctal12)
        {
            AddRecord("size", entry.Size);
        }
        if (entry.UserId > TarFormat.LargestOctal8)
        {
            AddRecord("uid", entry.UserId);
        }
        if (entry.GroupId > TarFormat.LargestOctal8)
        {
            AddRecord("gid", entry.GroupId);
        }
        AddOwnerName("uname", entry.UserName);
        AddOwnerName("gname", entry.GroupName);
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > TarFormat.LargestOctal12)
        {
            AddRecord("mtime", Encoding.ASCII.GetBytes(entry.Modified.ToString()));
        }
        for (var i = 0; i < entry.Attributes.Count; i++)
        {
            var name = TarFormat.AttributePrefix + EscapeKey(entry.Attributes[i].Name);
            AddRecord(PathText.ToBytes(name), entry.Attributes[i].Value);
        }
    }

    /// <summary>An equals sign would end the key; GNU tar's way around it.</summary>
    private static string EscapeKey(string name) =>
        name.AsSpan().ContainsAny('%', '=') ? name.Replace("%", "%25", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal) : name;

    private void AddOwnerName(string key, string name)
    {
        if (name.Length >= TarFormat.OwnerNameLength || !Ascii.IsValid(name))
        {
            AddRecord(key, PathText.ToBytes(name));
        }
    }

    private void AddRecord(string key, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out var length);
        AddRecord(key, text[..length]);
    }

    private void AddRecord(string key, ReadOnlySpan<byte> value) => AddRecord(Encoding.ASCII.GetBytes(key), value);

    /// <summary>A record is "LENGTH KEY=VALUE\n", and LENGTH counts its own digits.</summary>
    private void AddRecord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + CountDigits(rest);
        length = rest + CountDigits(length);
        var span = _records.GetSpan(length);
        Utf8Formatter.TryFormat(length, span, out var at);
        span[at++] = (byte)' ';
        key.CopyTo(span[at..]);
        at += key.Length;
        span[at++] = (byte)'=';
        value.CopyTo(span[at..]);
        span[length - 1] = (byte)'\n';
        _records.Advance(length);
    }

    private void WriteExtendedHeader(byte[] path)
    {
        var block = TakeBlocks(1);
        "PaxHeaders/"u8.CopyTo(block);
        var name = path.AsSpan().TrimEnd((byte)'/');
        name = name[(name.LastIndexOf((byte)'/') + 1)..];
        name[..Math.Min(name.Length, TarFormat.NameLength - 11)].CopyTo(block[11..]);
        WriteOctal(block, TarFormat.ModeOffset, TarFormat.IdLength, 0x1A4);
        WriteOctal(block, TarFormat.UserIdOffset, TarFormat.IdLength, 0);
        WriteOctal(block, TarFormat.GroupIdOffset, TarFormat.IdLength, 0);
        WriteOctal(block, TarFormat.SizeOffset, TarFormat.SizeLength, _records.WrittenCount);
        WriteOctal(block, TarFormat.ModifiedOffset, TarFormat.ModifiedLength, 0);
        Finish(block, TarFormat.ExtendedHeaderType);
        _records.WrittenSpan.CopyTo(TakeBlocks((int)(TarFormat.Padded(_records.WrittenCount) / TarFormat.BlockSize)));
    }

    /// <summary>GNU tar's way for long names, which carries any bytes, and which bsdtar, Python and busybox read too.</summary>
    private void WriteLongName(byte type, byte[] name)
    {
        var block = TakeBlocks(1);
        "././@LongLink"u8.CopyTo(block);
        WriteOctal(block, TarFormat.ModeOffset, TarFormat.IdLength, 0x1A4);
        WriteOctal(block, TarFormat.UserIdOffset, TarFormat.IdLength, 0);
        WriteOctal(block, TarFormat.GroupIdOffset, TarFormat.IdLength, 0);
        WriteOctal(block, TarFormat.SizeOffset, TarFormat.SizeLength, name.Length + 1);
        WriteOctal(block, TarFormat.ModifiedOffset, TarFormat.ModifiedLength, 0);
        Finish(block, type);
        name.CopyTo(TakeBlocks((int)(TarFormat.Padded(name.Length + 1) / TarFormat.BlockSize)));
    }

    private void WriteBlock(EntryFacts entry, byte[] path, int split, byte[] link)
    {
        var block = TakeBlocks(1);
        var name = path.AsSpan(split);
        name[..Math.Min(name.Length, TarFormat.NameLength)].CopyTo(block);
        if (split > 0)
        {
            path.AsSpan(0, split - 1).CopyTo(block[TarFormat.PrefixOffset..]);
        }
        WriteOctal(block, TarFormat.ModeOffset, TarFormat.IdLength, entry.Mode);
        WriteOctal(block, TarFormat.UserIdOffset, TarFormat.IdLength, entry.UserId);
        WriteOctal(block, TarFormat.GroupIdOffset, TarFormat.IdLength, entry.GroupId);
        WriteOctal(block, TarFormat.SizeOffset, TarFormat.SizeLength, entry.Size);
        WriteOctal(block, TarFormat.ModifiedOffset, TarFormat.ModifiedLength, entry.Modified.Seconds);
        link.AsSpan(0, Math.Min(link.Length, TarFormat.NameLength)).CopyTo(block[TarFormat.LinkNameOffset..]);
        WriteOwnerName(entry.UserName, block[TarFormat.UserNameOffset..]);
        WriteOwnerName(entry.GroupName, block[TarFormat.GroupNameOffset..]);
        Finish(block, TypeOf(entry.Kind));
    }

    private static byte TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => TarFormat.FileType,
        EntryKind.Directory => TarFormat.DirectoryType,
        EntryKind.SymbolicLink => TarFormat.SymbolicLinkType,
        EntryKind.HardLink => TarFormat.HardLinkType,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Sockets, pipes and devices are not archived."),
    };

    private static void WriteOwnerName(string name, Span<byte> field)
    {
        if (name.Length < TarFormat.OwnerNameLength && Ascii.IsValid(name))
        {
            Encoding.ASCII.GetBytes(name, field);
        }
    }

    private static void Finish(Span<byte> block, byte type)
    {
        block[TarFormat.TypeOffset] = type;
        "ustar\000"u8.CopyTo(block[TarFormat.MagicOffset..]);
        var checksum = TarChecksum.Of(block);
        WriteOctal(block, TarFormat.ChecksumOffset, TarFormat.ChecksumLength - 1, checksum);
        block[TarFormat.ChecksumOffset + TarFormat.ChecksumLength - 1] = (byte)' ';
    }

    private Span<byte> TakeBlocks(int count)
    {
        var length = count * TarFormat.BlockSize;
        var blocks = _output.GetSpan(length)[..length];
        blocks.Clear();
        _output.Advance(length);
        return blocks;
    }

    /// <summary>
    /// Octal digits and a closing zero byte; a number that does not fit in GNU's base 256 as well as in its pax record, for readers that know
    /// only one of the two.
    /// </summary>
    private static void WriteOctal(Span<byte> block, int offset, int length, long value)
    {
        var field = block.Slice(offset, length);
        if (value < 0 || value >= 1L << (3 * (length - 1)))
        {
            WriteBase256(field, value);
            return;
        }
        for (var i = length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
        field[length - 1] = 0;
    }

    /// <summary>The first bit set, and then the number in two's complement, its highest byte first.</summary>
    private static void WriteBase256(Span<byte> field, long value)
    {
        for (var i = field.Length - 1; i > 0; i--)
        {
            field[i] = (byte)value;
            value >>= 8;
        }
        field[0] = (byte)(value < 0 ? 0xFF : 0x80);
    }

    /// <summary>Where the name field begins: 0 if all fits it, behind a slash if prefix and name fit, -1 if nothing does.</summary>
    private static int SplitPath(ReadOnlySpan<byte> path)
    {
        if (path.Length <= TarFormat.NameLength)
        {
            return 0;
        }
        // The last slash that ends a prefix short enough; a folder's closing slash ends no prefix.
        var slash = path[..Math.Min(path.Length - 1, TarFormat.PrefixLength + 1)].LastIndexOf((byte)'/');
        return slash > 0 && path.Length - slash - 1 <= TarFormat.NameLength ? slash + 1 : -1;
    }

    /// <summary>Pax records are UTF-8 by definition; names that are not go where no tool converts them.</summary>
    private static bool IsUtf8(ReadOnlySpan<byte> text) => System.Text.Unicode.Utf8.IsValid(text);

    private static int CountDigits(int number) => number switch
    {
        < 10 => 1,
        < 100 => 2,
        < 1000 => 3,
        < 10_000 => 4,
        < 100_000 => 5,
        < 1_000_000 => 6,
        _ => 7,
    };
}
