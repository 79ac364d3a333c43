using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace CloudBackup.FileTree.Linux;

/// <summary>
/// Reads and writes extended attributes, access control lists among them (<c>system.posix_acl_*</c>). Labels of the host's own security
/// policy (<c>security.selinux</c>, <c>security.ima</c>, <c>security.evm</c>) belong to the machine, not to the data, and are left out.
/// </summary>
internal static unsafe class LinuxAttributes
{
    private const int FirstTry = 1024;
    private const string AccessList = PosixAcl.AttributeName;
    private const string DefaultAccessList = PosixAcl.DefaultAttributeName;

    private delegate nint ListCall(byte* list, nuint size);

    private delegate nint GetCall(byte* name, byte* value, nuint size);

    /// <summary>The attributes of an open file or folder.</summary>
    public static IReadOnlyList<ExtendedAttribute> Read(int file, string path)
    {
        return HasNone(file)
            ? []
            : ReadAll((list, length) => LibC.ListAttributes(file, list, length),
                (name, value, length) => LibC.GetAttribute(file, name, value, length), path);
    }

    /// <summary>Whether an open file or folder has none. Nearly all have none: that answer costs one call and no allocation.</summary>
    public static bool HasNone(int file)
    {
        byte probe;
        return LibC.ListAttributes(file, &probe, 0) == 0;
    }

    /// <summary>The attributes of a symbolic link itself.</summary>
    public static IReadOnlyList<ExtendedAttribute> ReadLink(int directory, string name, string path)
    {
        fixed (byte* link = LinkPath(directory, name))
        {
            var bytes = link;
            return ReadAll((list, length) => LibC.ListLinkAttributes(bytes, list, length),
                (attribute, value, length) => LibC.GetLinkAttribute(bytes, attribute, value, length), path);
        }
    }

    /// <summary>
    /// Removes what an open file or folder has besides the wanted attributes: a new entry inherits the access control list of the folder that it
    /// was made in, which would open it to others.
    /// </summary>
    public static void RemoveOthers(int file, IReadOnlyList<ExtendedAttribute> wanted, string path, MetadataLosses losses)
    {
        foreach (var present in Read(file, path))
        {
            if (IsOfHost(present.Name) || wanted.Any(attribute => attribute.Name == present.Name))
            {
                continue;
            }
            fixed (byte* name = CString.FromPath(present.Name))
            {
                // Some file systems list what they make up themselves, and refuse to remove it: only what gives rights is worth a word.
                if (LibC.RemoveAttribute(file, name) != 0 && present.Name is AccessList or DefaultAccessList
                    && Marshal.GetLastPInvokeError() != LibC.NoData)
                {
                    Check(-1, present.Name, path, losses);
                }
            }
        }
    }

    /// <summary>Whether an open file or folder has an access control list of its own.</summary>
    public static bool HasAccessList(int file) => Has(file, AccessList);

    /// <summary>Removes the access control lists of an open file or folder, where there are any.</summary>
    public static void RemoveAccessLists(int file)
    {
        foreach (var list in (ReadOnlySpan<string>)[AccessList, DefaultAccessList])
        {
            fixed (byte* name = CString.FromPath(list))
            {
                _ = LibC.RemoveAttribute(file, name);
            }
        }
    }

    /// <summary>
    /// The mode to set. With an access control list, the group's bits are the limit of all it grants; where the list could not be set, they
    /// would give that much to the group itself, which gets only its own share then.
    /// </summary>
    public static int SafeMode(int file, in EntryMetadata metadata)
    {
        const int GroupBits = 0x38; // 070
        foreach (var attribute in metadata.Attributes)
        {
            if (attribute.Name == AccessList && !Has(file, AccessList))
            {
                return (metadata.Mode & ~GroupBits) | (metadata.Mode & (GroupShare(attribute.Value) << 3));
            }
        }
        return metadata.Mode;
    }

    /// <summary>Sets attributes of an open file or folder; what the system refuses is counted.</summary>
    public static void Write(int file, IReadOnlyList<ExtendedAttribute> attributes, string path, MetadataLosses losses)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            fixed (byte* name = CString.FromPath(attributes[i].Name), value = attributes[i].Value)
            {
                Check(LibC.SetAttribute(file, name, value, (nuint)attributes[i].Value.Length, 0), attributes[i].Name, path, losses);
            }
        }
    }

    /// <summary>Sets attributes of a symbolic link itself.</summary>
    public static void WriteLink(int directory, string name, IReadOnlyList<ExtendedAttribute> attributes, string path, MetadataLosses losses)
    {
        foreach (var attribute in attributes)
        {
            fixed (byte* link = LinkPath(directory, name), key = CString.FromPath(attribute.Name), value = attribute.Value)
            {
                Check(LibC.SetLinkAttribute(link, key, value, (nuint)attribute.Value.Length, 0), attribute.Name, path, losses);
            }
        }
    }

    private static List<ExtendedAttribute> ReadAll(ListCall list, GetCall get, string path)
    {
        var names = ReadGrowing((buffer, size) => list(buffer, size), path);
        var found = new List<ExtendedAttribute>();
        var rest = names.AsSpan();
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOf((byte)0);
            var name = rest[..(length + 1)].ToArray();
            rest = rest[(length + 1)..];
            var text = PathText.FromBytes(name.AsSpan(0, length));
            if (text is "security.selinux" or "security.ima" or "security.evm")
            {
                continue;
            }
            fixed (byte* bytes = name)
            {
                var key = bytes;
                found.Add(new ExtendedAttribute(text, ReadGrowing((buffer, size) => get(key, buffer, size), path)));
            }
        }
        return found;
    }

    private static byte[] ReadGrowing(ListCall call, string path)
    {
        for (var size = FirstTry; ; size *= 4)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                nint length;
                fixed (byte* bytes = buffer)
                {
                    length = call(bytes, (nuint)buffer.Length);
                }
                if (length >= 0)
                {
                    return buffer.AsSpan(0, (int)length).ToArray();
                }
                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.OutOfRange when size < 1 << 20:
                        continue;
                    case LibC.NotSupported or LibC.NoData or LibC.NotPermitted or LibC.NotImplemented:
                        return [];
                    default:
                        throw Errno.Last("read the attributes of", path);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Labels that the machine's own security policy gives.</summary>
    private static bool IsOfHost(string name) => name.StartsWith("security.", StringComparison.Ordinal) && name != "security.capability";

    private static bool Has(int file, string attribute)
    {
        fixed (byte* name = CString.FromPath(attribute))
        {
            return LibC.GetAttribute(file, name, null, 0) >= 0;
        }
    }

    /// <summary>What a list grants the owning group (linux/posix_acl_xattr.h: a version, then entries of tag, rights and id).</summary>
    private static int GroupShare(ReadOnlySpan<byte> list)
    {
        const int Start = 4;
        const int EntryLength = 8;
        const int OwningGroup = 4;
        for (var at = Start; at + EntryLength <= list.Length; at += EntryLength)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(list[at..]) == OwningGroup)
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(list[(at + 2)..]) & 7;
            }
        }
        return 0;
    }

    private static void Check(int result, string name, string path, MetadataLosses losses)
    {
        if (result == 0)
        {
            return;
        }
        var error = Marshal.GetLastPInvokeError();
        // «No space» is about the attributes of this one file: where the disk itself is full, the next write says so.
        if (error is not (LibC.NotPermitted or LibC.AccessDenied or LibC.NotSupported or LibC.InvalidArgument
            or LibC.NoSpace or LibC.TooBig or LibC.OutOfRange))
        {
            throw Errno.For(error, $"set the attribute {name} of", path);
        }
        losses.Add($"attribute {name}");
    }

    /// <summary>There is no call for a link's attributes relative to an open folder; the kernel's own path to that folder does it.</summary>
    private static byte[] LinkPath(int directory, string name) =>
        [.. Encoding.ASCII.GetBytes($"/proc/self/fd/{directory}/"), .. CString.FromPath(name)];
}
