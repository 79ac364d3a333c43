using CloudBackup.FileTree;

namespace CloudBackup.Formats.Lines;

/// <summary>Reads what <see cref="LineEncoder"/> wrote.</summary>
internal ref struct LineDecoder(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a number.</summary>
    public long ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }
        throw new LineFileException("A number is too long.");
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadBytes(1)[0];

    /// <summary>Reads what a file system said of a file.</summary>
    public FileFacts ReadFacts(EntryKind kind) => new()
    {
        Kind = kind,
        Mode = (int)ReadNumber(),
        UserId = (uint)ReadNumber(),
        GroupId = (uint)ReadNumber(),
        LinkCount = (uint)ReadNumber(),
        Size = ReadNumber(),
        Allocated = ReadNumber(),
        Inode = (ulong)ReadNumber(),
        Modified = ReadTime(),
        Changed = ReadTime(),
    };

    /// <summary>Reads extended attributes.</summary>
    public ExtendedAttribute[] ReadAttributes()
    {
        var count = ReadNumber();
        if (count == 0)
        {
            return [];
        }
        var attributes = new List<ExtendedAttribute>();
        for (var i = 0; i < count; i++)
        {
            var name = ReadText();
            attributes.Add(new ExtendedAttribute(name, ReadBytes(ReadNumber()).ToArray()));
        }
        return [.. attributes];
    }

    /// <summary>Reads a path or another text.</summary>
    public string ReadText() => PathText.FromBytes(ReadBytes(ReadNumber()));

    /// <summary>Reads so many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(long count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new LineFileException("A line is cut.");
        }
        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }

    private UnixTime ReadTime()
    {
        var seconds = ReadNumber();
        return new UnixTime((long)((ulong)seconds >> 1) ^ -(seconds & 1), (int)ReadNumber());
    }
}
