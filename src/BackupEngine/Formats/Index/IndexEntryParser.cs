using System.Security.Cryptography;
using System.Text.Json;
using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Formats.Index;

/// <summary>What one line of an index says: an entry, lengths of members, or that it is the last line.</summary>
internal sealed class IndexLine
{
    public IndexEntry? Entry { get; set; }

    public List<long>? Members { get; set; }

    public int? Version { get; set; }

    public long? EndEntries { get; set; }
}

/// <summary>Reads lines written by <see cref="IndexEntryWriter"/> and <see cref="IndexWriter"/>.</summary>
internal static class IndexEntryParser
{
    /// <summary>Reads one line.</summary>
    /// <exception cref="IndexFormatException">The line is malformed.</exception>
    public static IndexLine Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return ParseLine(line);
        }
        catch (Exception failure) when (failure is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new IndexFormatException("A line of the index is malformed.", failure);
        }
    }

    private static IndexLine ParseLine(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        var result = new IndexLine();
        var entry = new IndexEntry { Facts = new EntryFacts() };
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadEntryProperty(ref json, entry))
            {
                ReadFrameProperty(ref json, result);
            }
        }
        if (entry.Path.Length > 0)
        {
            Check(entry);
            result.Entry = entry;
        }
        return result.EndEntries is >= 0 or null ? result : throw new FormatException("A count is negative.");
    }

    /// <summary>Refuses what no entry can be: all that reads an index may rely on it.</summary>
    private static void Check(IndexEntry entry)
    {
        const int AllModeBits = 0xFFF;
        if (entry.Size < 0 || entry.Member < -1 || entry.Offset < 0 || entry.Facts.Mode is < 0 or > AllModeBits)
        {
            throw new FormatException("A number is out of range.");
        }
        if (entry.Sha256 is { Length: not SHA256.HashSizeInBytes })
        {
            throw new FormatException("A hash has another length.");
        }
        if (entry.Kind is EntryKind.SymbolicLink or EntryKind.HardLink && string.IsNullOrEmpty(entry.LinkTarget))
        {
            throw new FormatException("A link has no target.");
        }
    }

    private static void ReadFrameProperty(ref Utf8JsonReader json, IndexLine result)
    {
        if (json.ValueTextEquals(IndexFormat.Members))
        {
            json.Read();
            result.Members = [];
            while (json.Read() && json.TokenType == JsonTokenType.Number)
            {
                result.Members.Add(json.GetInt64());
            }
        }
        else if (json.ValueTextEquals(IndexFormat.Header))
        {
            json.Read();
            result.Version = json.GetInt32();
        }
        else if (json.ValueTextEquals(IndexFormat.End))
        {
            json.Read();
            result.EndEntries = json.GetInt64();
        }
        else
        {
            json.Skip();
        }
    }

    private static bool ReadEntryProperty(ref Utf8JsonReader json, IndexEntry entry)
    {
        var facts = entry.Facts;
        if (json.ValueTextEquals(IndexFormat.Path))
        {
            facts.Path = Text(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.RawPath))
        {
            facts.Path = RawText(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.Type))
        {
            facts.Kind = KindOf(Text(ref json));
        }
        else if (json.ValueTextEquals(IndexFormat.Mode))
        {
            facts.Mode = Convert.ToInt32(Text(ref json), 8);
        }
        else if (json.ValueTextEquals(IndexFormat.UserId))
        {
            json.Read();
            facts.UserId = json.GetUInt32();
        }
        else if (json.ValueTextEquals(IndexFormat.GroupId))
        {
            json.Read();
            facts.GroupId = json.GetUInt32();
        }
        else if (json.ValueTextEquals(IndexFormat.UserName))
        {
            facts.UserName = Text(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.GroupName))
        {
            facts.GroupName = Text(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.Modified))
        {
            facts.Modified = UnixTime.TryParse(Text(ref json), out var time) ? time : throw new FormatException("mtime");
        }
        else
        {
            return ReadContentProperty(ref json, entry);
        }
        return true;
    }

    private static bool ReadContentProperty(ref Utf8JsonReader json, IndexEntry entry)
    {
        var facts = entry.Facts;
        if (json.ValueTextEquals(IndexFormat.Size))
        {
            json.Read();
            facts.Size = json.GetInt64();
        }
        else if (json.ValueTextEquals(IndexFormat.Sha256))
        {
            entry.Sha256 = Convert.FromHexString(Text(ref json));
        }
        else if (json.ValueTextEquals(IndexFormat.Link))
        {
            facts.LinkTarget = Text(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.RawLink))
        {
            facts.LinkTarget = RawText(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.Attributes))
        {
            facts.Attributes = ReadAttributes(ref json);
        }
        else if (json.ValueTextEquals(IndexFormat.Sparse))
        {
            json.Read();
            entry.IsSparse = json.GetBoolean();
        }
        else if (json.ValueTextEquals(IndexFormat.Incomplete))
        {
            json.Read();
            entry.IsIncomplete = json.GetBoolean();
        }
        else if (json.ValueTextEquals(IndexFormat.At))
        {
            json.Read();
            json.Read();
            entry.Member = json.GetInt32();
            json.Read();
            entry.Offset = json.GetInt32();
            json.Read();
        }
        else
        {
            return false;
        }
        return true;
    }

    private static List<ExtendedAttribute> ReadAttributes(ref Utf8JsonReader json)
    {
        var attributes = new List<ExtendedAttribute>();
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            var name = PathText.FromBytes(json.GetBytesFromBase64());
            json.Read();
            attributes.Add(new ExtendedAttribute(name, json.GetBytesFromBase64()));
        }
        return attributes;
    }

    private static string Text(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetString() ?? throw new FormatException("A text is null.");
    }

    private static string RawText(ref Utf8JsonReader json)
    {
        json.Read();
        return PathText.FromBytes(json.GetBytesFromBase64());
    }

    private static EntryKind KindOf(string type) => type switch
    {
        "file" => EntryKind.File,
        "dir" => EntryKind.Directory,
        "symlink" => EntryKind.SymbolicLink,
        "hardlink" => EntryKind.HardLink,
        _ => throw new FormatException($"Unknown type {type}."),
    };
}
