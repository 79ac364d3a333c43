using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Records;

/// <summary>Writes records as bytes: numbers in seven-bit groups, texts and lists with their lengths before them.</summary>
internal sealed class SyncEncoder
{
    private const int HashLength = 32;

    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Starts anew.</summary>
    public void Clear() => _length = 0;

    /// <summary>Writes a record.</summary>
    public void Write(SyncRecord record)
    {
        WriteText(record.Path);
        WriteByte((byte)record.Kind);
        WriteByte((byte)record.Action);
        WriteByte((byte)record.Knows);
        WriteNumber(record.Origin);
        WriteNumber(record.StoredSize + 1);
        if (record.Knows.HasFlag(SyncKnowledge.Hash))
        {
            WriteBytes(record.Sha256.AsSpan(0, HashLength));
        }
        Write(record.Facts);
        WriteText(record.LinkTarget ?? "");
        WriteNumber(record.Attributes.Count);
        for (var i = 0; i < record.Attributes.Count; i++)
        {
            WriteText(record.Attributes[i].Name);
            WriteNumber(record.Attributes[i].Value.Length);
            WriteBytes(record.Attributes[i].Value);
        }
    }

    /// <summary>Writes a number that is not negative.</summary>
    public void WriteNumber(long value)
    {
        var rest = (ulong)value;
        Reserve(10);
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }
        _buffer[_length++] = (byte)rest;
    }

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    private void Write(in FileFacts facts)
    {
        WriteNumber(facts.Mode);
        WriteNumber(facts.UserId);
        WriteNumber(facts.GroupId);
        WriteNumber(facts.LinkCount);
        WriteNumber(facts.Size);
        WriteNumber(facts.Allocated);
        WriteNumber((long)facts.Inode);
        WriteTime(facts.Modified);
        WriteTime(facts.Changed);
    }

    private void WriteTime(UnixTime time)
    {
        // Times before 1970 are odd numbers here, later ones even.
        WriteNumber((time.Seconds << 1) ^ (time.Seconds >> 63));
        WriteNumber(time.Nanoseconds);
    }

    private void WriteText(string text)
    {
        var bytes = PathText.HasRawBytes(text) ? PathText.CountBytes(text) : Encoding.UTF8.GetByteCount(text);
        WriteNumber(bytes);
        Reserve(bytes);
        _length += PathText.Encode(text, _buffer.AsSpan(_length));
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }
    }
}

/// <summary>Reads what <see cref="SyncEncoder"/> wrote.</summary>
internal ref struct SyncDecoder(ReadOnlySpan<byte> bytes)
{
    private const int HashLength = 32;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a record.</summary>
    /// <exception cref="SyncFileException">The bytes are damaged.</exception>
    public SyncRecord ReadRecord()
    {
        var path = ReadText();
        var kind = (EntryKind)ReadByte();
        var action = (SyncAction)ReadByte();
        var knows = (SyncKnowledge)ReadByte();
        var origin = (int)ReadNumber();
        var storedSize = ReadNumber() - 1;
        var hash = knows.HasFlag(SyncKnowledge.Hash) ? ReadBytes(HashLength).ToArray() : null;
        var facts = ReadFacts(kind);
        var target = ReadText();
        return new SyncRecord
        {
            Path = path,
            Kind = kind,
            Action = action,
            Knows = knows,
            Origin = origin,
            StoredSize = storedSize,
            Sha256 = hash,
            Facts = facts,
            LinkTarget = target.Length == 0 ? null : target,
            Attributes = ReadAttributes(),
        };
    }

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
        throw new SyncFileException("A number is too long.");
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadBytes(1)[0];

    private FileFacts ReadFacts(EntryKind kind) => new()
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

    private UnixTime ReadTime()
    {
        var seconds = ReadNumber();
        return new UnixTime((long)((ulong)seconds >> 1) ^ -(seconds & 1), (int)ReadNumber());
    }

    private ExtendedAttribute[] ReadAttributes()
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

    private string ReadText() => PathText.FromBytes(ReadBytes(ReadNumber()));

    private ReadOnlySpan<byte> ReadBytes(long count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new SyncFileException("A record is cut.");
        }
        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }
}

/// <summary>A file of sync records is damaged, cut, or of another version.</summary>
internal sealed class SyncFileException(string message, Exception? inner = null) : Exception(message, inner);
