using System.Globalization;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Tar;

/// <summary>What pax extended headers, or GNU's long-name entries, say of the next entry. They win over its ustar fields.</summary>
internal sealed class PaxRecords
{
    /// <summary>Bytes that all attributes of one entry may have together. Linux takes 64 KiB for each and for the list of names.</summary>
    private const int MostAttributeBytes = 4 * 1024 * 1024;

    private readonly int _longestName;
    private int _attributeBytes;
    private string? _aclAccess;
    private string? _aclDefault;
    private string? _aclNfs4;

    /// <summary>Starts with what a global header says of all entries.</summary>
    /// <param name="longestName">Bytes that a path or a link's target may have.</param>
    /// <param name="global">What the global header says; null without one.</param>
    public PaxRecords(int longestName = int.MaxValue, PaxRecords? global = null)
    {
        _longestName = longestName;
        if (global is null)
        {
            return;
        }
        (Path, LinkTarget, Size) = (global.Path, global.LinkTarget, global.Size);
        (UserId, GroupId, UserName, GroupName) = (global.UserId, global.GroupId, global.UserName, global.GroupName);
        (Modified, _attributeBytes) = (global.Modified, global._attributeBytes);
        (_aclAccess, _aclDefault, _aclNfs4) = (global._aclAccess, global._aclDefault, global._aclNfs4);
        Attributes.AddRange(global.Attributes);
    }

    public string? Path { get; private set; }

    public string? LinkTarget { get; private set; }

    public long? Size { get; private set; }

    public uint? UserId { get; private set; }

    public uint? GroupId { get; private set; }

    public string? UserName { get; private set; }

    public string? GroupName { get; private set; }

    public UnixTime? Modified { get; private set; }

    public PaxSparse? Sparse { get; private set; }

    public List<ExtendedAttribute> Attributes { get; } = [];

    public AclTexts? AclTexts =>
        _aclAccess is null && _aclDefault is null && _aclNfs4 is null ? null : new AclTexts(_aclAccess, _aclDefault, _aclNfs4);

    /// <summary>Takes a long name, or with an empty one goes back to that of the header.</summary>
    public void SetPath(ReadOnlySpan<byte> name) => Path = Name(name, _longestName);

    /// <summary>Takes the long target of a link.</summary>
    public void SetLinkTarget(ReadOnlySpan<byte> name) => LinkTarget = Name(name, _longestName);

    /// <summary>Reads all records of one extended header.</summary>
    /// <exception cref="TarFormatException">A record is malformed.</exception>
    public void Read(ReadOnlySpan<byte> records)
    {
        while (records.ContainsAnyExcept((byte)0))
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

    /// <summary>A path or a link's target; null for an empty one.</summary>
    /// <param name="name">Its bytes.</param>
    /// <param name="longest">How many it may have.</param>
    /// <exception cref="TarFormatException">It has more.</exception>
    public static string? Name(ReadOnlySpan<byte> name, int longest)
    {
        if (name.Length > longest)
        {
            throw new TarFormatException($"A path or a link's target has {name.Length} bytes. The longest that can be imported has {longest}.");
        }
        return name.IsEmpty ? null : PathText.FromBytes(name);
    }

    private void Apply(string key, ReadOnlySpan<byte> value)
    {
        // An empty value takes back what a global header said.
        switch (key)
        {
            case "path":
                SetPath(value);
                break;
            case "linkpath":
                SetLinkTarget(value);
                break;
            case "size":
                Size = value.IsEmpty ? null : Number(key, value, long.MaxValue);
                break;
            case "uid":
                UserId = Id(key, value);
                break;
            case "gid":
                GroupId = Id(key, value);
                break;
            case "uname":
                UserName = value.IsEmpty ? null : PathText.FromBytes(value);
                break;
            case "gname":
                GroupName = value.IsEmpty ? null : PathText.FromBytes(value);
                break;
            case "mtime":
                Modified = value.IsEmpty ? null : UnixTime.TryParse(Encoding.ASCII.GetString(value), out var time) ? time : throw Malformed(key);
                break;
            case "SCHILY.acl.access":
                _aclAccess = value.IsEmpty ? null : PathText.FromBytes(value);
                break;
            case "SCHILY.acl.default":
                _aclDefault = value.IsEmpty ? null : PathText.FromBytes(value);
                break;
            case "SCHILY.acl.ace":
                _aclNfs4 = value.IsEmpty ? null : PathText.FromBytes(value);
                break;
            case var _ when key.StartsWith("GNU.sparse.", StringComparison.Ordinal):
                (Sparse ??= new PaxSparse(_longestName)).Apply(key, value);
                break;
            default:
                ApplyAttribute(key, value); // POSIX: unknown keys are ignored
                break;
        }
    }

    private void ApplyAttribute(string key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith(TarFormat.AttributePrefix, StringComparison.Ordinal))
        {
            var name = key[TarFormat.AttributePrefix.Length..]
                .Replace("%3D", "=", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
            Add(name, value.ToArray());
        }
        else if (key.StartsWith(TarFormat.LibarchiveAttributePrefix, StringComparison.Ordinal))
        {
            var text = Encoding.ASCII.GetString(value).TrimEnd('=');
            var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
            var bytes = new byte[padded.Length];
            if (!Convert.TryFromBase64String(padded, bytes, out var length))
            {
                throw Malformed(key);
            }
            Add(Uri.UnescapeDataString(key[TarFormat.LibarchiveAttributePrefix.Length..]), bytes[..length]);
        }
    }

    private void Add(string name, byte[] value)
    {
        _attributeBytes += name.Length + value.Length + 64;
        if (_attributeBytes > MostAttributeBytes)
        {
            throw new TarFormatException("An entry has more than 4 MiB of extended attributes.");
        }
        Attributes.Add(new ExtendedAttribute(name, value));
    }

    private static uint? Id(string key, ReadOnlySpan<byte> value) => value.IsEmpty ? null
        : value[0] == '-' ? (uint)-Number(key, value[1..], int.MaxValue)
        : (uint)Number(key, value, uint.MaxValue);

    private static long Number(string key, ReadOnlySpan<byte> value, long largest) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest ? number : throw Malformed(key);

    private static TarFormatException Malformed(string key) =>
        new($"The record «{PathText.ForDisplay(key.Length > 100 ? key[..100] : key)}» of an extended header is malformed.");
}
