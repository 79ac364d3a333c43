using System.Buffers.Binary;
using System.Globalization;

namespace CloudBackup.FileTree;

/// <summary>An access control list of POSIX 1003.1e, between its text and the bytes of <c>system.posix_acl_*</c>.</summary>
internal sealed class PosixAcl
{
    /// <summary>The attribute that holds the list of an entry.</summary>
    public const string AttributeName = "system.posix_acl_access";

    /// <summary>The attribute that holds the list which what is made in a folder gets.</summary>
    public const string DefaultAttributeName = "system.posix_acl_default";

    private const ushort UserObject = 0x01;
    private const ushort User = 0x02;
    private const ushort GroupObject = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;
    private const uint NoId = uint.MaxValue;
    private const uint Version = 2;
    private const int All = 7;

    /// <summary>Linux keeps a list in 64 KiB, and each name in one may have to be looked up elsewhere.</summary>
    private const int MostEntries = ((64 * 1024) - 4) / 8;

    private readonly SortedDictionary<(ushort Tag, uint Id), int> _entries = [];

    private PosixAcl()
    {
    }

    /// <summary>Group and other bits of a mode that give no user more than the list does, when the list is not there.</summary>
    public int ModeBits => ((Of(GroupObject) & Limit(All)) << 3) | Of(Other);

    /// <summary>Group and other bits of the mode that comes with the list: the group's show the limit of all that it grants.</summary>
    public int ModeBitsWithList => (Limit(Of(GroupObject)) << 3) | Of(Other);

    /// <summary>
    /// Reads a list as GNU tar (<c>user:1000:rw-</c>, one a line), star and bsdtar (<c>user:name:rw-:1000</c>, with commas) write it. A name without
    /// a number is looked up on this machine. Where it is not known, no user gets a right that was denied.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="unknown">How many entries were left out.</param>
    /// <returns>Null when it is not such a list.</returns>
    public static PosixAcl? TryParse(string text, out int unknown)
    {
        unknown = 0;
        var acl = new PosixAcl();
        var (limit, count) = (All, 0);
        foreach (var range in text.AsSpan().SplitAny(",\n"))
        {
            var line = text[range];
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            line = (comment < 0 ? line : line[..comment]).Trim().Trim('\0');
            if (line.Length == 0)
            {
                continue;
            }
            if (++count > MostEntries || !TryParseLine(line, out var tag, out var id, out var rights))
            {
                return null;
            }
            if (tag is User or Group && id == NoId)
            {
                unknown++;
                limit &= rights;
                continue;
            }
            acl._entries[(tag, id)] = rights;
        }
        acl.Restrict(limit);
        return acl.Complete() ? acl : null;
    }

    /// <summary>The list as the kernel takes it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[4 + (8 * _entries.Count)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        var at = bytes.AsSpan(4);
        foreach (var ((tag, id), rights) in _entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)rights);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], id);
            at = at[8..];
        }
        return bytes;
    }

    private static bool TryParseLine(string line, out ushort tag, out uint id, out int rights)
    {
        var parts = line.Split(':');
        (tag, id, rights) = (0, NoId, 0);
        var isShort = parts.Length == 2;
        if (parts.Length is < 2 or > 4 || !TryParseRights(isShort ? parts[1] : parts[2], out rights))
        {
            return false;
        }
        var name = isShort ? "" : parts[1];
        var isNamed = name.Length > 0 || parts.Length == 4;
        tag = parts[0] switch
        {
            "user" or "u" => isNamed ? User : UserObject,
            "group" or "g" => isNamed ? Group : GroupObject,
            "mask" or "m" => Mask,
            "other" or "o" => Other,
            _ => 0,
        };
        if (tag is User or Group)
        {
            var number = parts.Length == 4 ? parts[3] : name;
            id = uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var found) ? found
                : (tag == User ? LocalAccounts.FindUser(name) : LocalAccounts.FindGroup(name)) ?? NoId;
        }
        return tag != 0;
    }

    private static bool TryParseRights(string text, out int rights)
    {
        rights = 0;
        foreach (var c in text.AsSpan().TrimEnd())
        {
            switch (c)
            {
                case 'r':
                    rights |= 4;
                    break;
                case 'w':
                    rights |= 2;
                    break;
                case 'x':
                    rights |= 1;
                    break;
                case '-':
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    private int Limit(int otherwise) => _entries.TryGetValue((Mask, NoId), out var mask) ? mask : otherwise;

    private int Of(ushort tag) => _entries.GetValueOrDefault((tag, NoId));

    /// <summary>A user who is not found in the list any more is one of the others, or of a group.</summary>
    private void Restrict(int rights)
    {
        foreach (var key in _entries.Keys.Where(key => rights != All && key.Tag is GroupObject or Group or Other).ToList())
        {
            _entries[key] &= rights;
        }
    }

    /// <summary>Owner, group and others must be there, and with more than them a mask.</summary>
    private bool Complete()
    {
        var isExtended = _entries.Keys.Any(key => key.Tag is User or Group);
        if (isExtended && !_entries.ContainsKey((Mask, NoId)))
        {
            _entries[(Mask, NoId)] = _entries.Where(entry => entry.Key.Tag is User or Group or GroupObject).Aggregate(0, (all, entry) => all | entry.Value);
        }
        return _entries.ContainsKey((UserObject, NoId)) && _entries.ContainsKey((GroupObject, NoId)) && _entries.ContainsKey((Other, NoId));
    }
}
