using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Lines;

/// <summary>Writes lines as bytes: numbers in seven-bit groups, texts and lists with their lengths before them.</summary>
internal sealed class LineEncoder
{
    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Starts anew.</summary>
    public void Clear() => _length = 0;

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

    /// <summary>Writes what a file system says of a file.</summary>
    public void WriteFacts(in FileFacts facts)
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

    /// <summary>Writes a path or another text.</summary>
    public void WriteText(string text)
    {
        var bytes = PathText.HasRawBytes(text) ? PathText.CountBytes(text) : Encoding.UTF8.GetByteCount(text);
        WriteNumber(bytes);
        Reserve(bytes);
        _length += PathText.Encode(text, _buffer.AsSpan(_length));
    }

    /// <summary>Writes extended attributes.</summary>
    public void WriteAttributes(IReadOnlyList<ExtendedAttribute> attributes)
    {
        WriteNumber(attributes.Count);
        for (var i = 0; i < attributes.Count; i++)
        {
            WriteText(attributes[i].Name);
            WriteNumber(attributes[i].Value.Length);
            WriteBytes(attributes[i].Value);
        }
    }

    /// <summary>Writes bytes whose number the reader knows.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void WriteTime(UnixTime time)
    {
        // Times before 1970 are odd numbers here, later ones even.
        WriteNumber((time.Seconds << 1) ^ (time.Seconds >> 63));
        WriteNumber(time.Nanoseconds);
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }
    }
}
