using System.Globalization;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Tar;

/// <summary>What pax extended headers, or GNU's long-name entries, say of the next entry. They win over its ustar fields.</summary>
internal sealed class PaxRecords
{
    public string? Path { get; set; }

    public string? LinkTarget { get; set; }

    public long? Size { get; private set; }

    public uint? UserId { get; private set; }

    public uint? GroupId { get; private set; }

    public string? UserName { get; private set; }

    public string? GroupName { get; private set; }

    public UnixTime? Modified { get; private set; }

    public List<ExtendedAttribute> Attributes { get; } = [];

    /// <summary>Reads all records of one extended header.</summary>
    /// <exception cref="TarFormatException">A record is malformed, or tells of a sparse file in GNU's form.</exception>
    public void Read(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 2 || length > records.Length || records[length - 1] != '\n')
            {
                throw new TarFormatException("An extended header is malformed.");
            }
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new TarFormatException("A record of an extended header has no key.");
            }
            Apply(PathText.FromBytes(record[..equals]), record[(equals + 1)..]);
            records = records[length..];
        }
    }

    private void Apply(string key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case "path":
                Path = PathText.FromBytes(value);
                break;
            case "linkpath":
                LinkTarget = PathText.FromBytes(value);
                break;
            case "size":
                Size = Number(key, value, long.MaxValue);
                break;
            case "uid":
                UserId = (uint)Number(key, value, uint.MaxValue);
                break;
            case "gid":
                GroupId = (uint)Number(key, value, uint.MaxValue);
                break;
            case "uname":
                UserName = PathText.FromBytes(value);
                break;
            case "gname":
                GroupName = PathText.FromBytes(value);
                break;
            case "mtime":
                Modified = UnixTime.TryParse(Encoding.ASCII.GetString(value), out var time) ? time : throw Malformed(key);
                break;
            case var _ when key.StartsWith("GNU.sparse.", StringComparison.Ordinal):
                throw new TarFormatException("The archive holds a sparse file in GNU's own form, which is not read here.");
            case var _ when key.StartsWith(TarFormat.AttributePrefix, StringComparison.Ordinal):
                var name = key[TarFormat.AttributePrefix.Length..]
                    .Replace("%3D", "=", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
                Attributes.Add(new ExtendedAttribute(name, value.ToArray()));
                break;
            default:
                break; // POSIX: unknown keys are ignored
        }
    }

    private static long Number(string key, ReadOnlySpan<byte> value, long largest) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest ? number : throw Malformed(key);

    private static TarFormatException Malformed(string key) => new($"The record «{key}» of an extended header is malformed.");
}
