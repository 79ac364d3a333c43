using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Index;

/// <summary>Writes index lines as UTF-8. Not thread-safe; reuse one per thread.</summary>
internal sealed class IndexEntryWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly Utf8JsonWriter _json = new(Stream.Null, Options);

    /// <summary>Appends one line to <paramref name="output"/>.</summary>
    public void Write(IndexEntry entry, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        _json.WriteStartObject();
        WriteText(IndexFormat.Path, IndexFormat.RawPath, entry.Path);
        _json.WriteString(IndexFormat.Type, TypeName(entry.Kind));
        WriteMode(entry.Facts.Mode);
        _json.WriteNumber(IndexFormat.UserId, entry.Facts.UserId);
        _json.WriteNumber(IndexFormat.GroupId, entry.Facts.GroupId);
        WriteOwnerName(IndexFormat.UserName, entry.Facts.UserName);
        WriteOwnerName(IndexFormat.GroupName, entry.Facts.GroupName);
        _json.WriteString(IndexFormat.Modified, entry.Facts.Modified.ToString());
        if (entry.Kind == EntryKind.File)
        {
            _json.WriteNumber(IndexFormat.Size, entry.Size);
        }
        if (entry.Sha256 is { } hash)
        {
            Span<byte> hex = stackalloc byte[64];
            Convert.TryToHexStringLower(hash, hex, out _);
            _json.WriteString(IndexFormat.Sha256, hex);
        }
        if (entry.LinkTarget is { } target)
        {
            WriteText(IndexFormat.Link, IndexFormat.RawLink, target);
        }
        WriteRest(entry);
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>The name of a kind in the index.</summary>
    public static ReadOnlySpan<byte> TypeName(EntryKind kind) => kind switch
    {
        EntryKind.File => "file"u8,
        EntryKind.Directory => "dir"u8,
        EntryKind.SymbolicLink => "symlink"u8,
        EntryKind.HardLink => "hardlink"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not indexed."),
    };

    private void WriteRest(IndexEntry entry)
    {
        if (entry.Facts.Attributes.Count > 0)
        {
            _json.WriteStartArray(IndexFormat.Attributes);
            foreach (var attribute in entry.Facts.Attributes)
            {
                // Name and value both as base64: neither need be text.
                _json.WriteBase64StringValue(PathText.ToBytes(attribute.Name));
                _json.WriteBase64StringValue(attribute.Value);
            }
            _json.WriteEndArray();
        }
        if (entry.IsSparse)
        {
            _json.WriteBoolean(IndexFormat.Sparse, true);
        }
        if (entry.IsIncomplete)
        {
            _json.WriteBoolean(IndexFormat.Incomplete, true);
        }
        if (entry.Member >= 0)
        {
            _json.WriteStartArray(IndexFormat.At);
            _json.WriteNumberValue(entry.Member);
            _json.WriteNumberValue(entry.Offset);
            _json.WriteEndArray();
        }
    }

    private void WriteText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> rawName, string text)
    {
        if (PathText.HasRawBytes(text))
        {
            _json.WriteBase64String(rawName, PathText.ToBytes(text));
        }
        else
        {
            _json.WriteString(name, text);
        }
    }

    private void WriteOwnerName(ReadOnlySpan<byte> property, string name)
    {
        if (name.Length > 0 && !PathText.HasRawBytes(name))
        {
            _json.WriteString(property, name);
        }
    }

    private void WriteMode(int mode)
    {
        Span<char> octal = stackalloc char[4];
        for (var i = 3; i >= 0; i--, mode >>= 3)
        {
            octal[i] = (char)('0' + (mode & 7));
        }
        _json.WriteString(IndexFormat.Mode, octal);
    }
}
