using System.Buffers;
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

    private delegate nint ListCall(byte* list, nuint size);

    private delegate nint GetCall(byte* name, byte* value, nuint size);

    /// <summary>The attributes of an open file or folder.</summary>
    public static IReadOnlyList<ExtendedAttribute> Read(int file, string path)
    {
        // Nearly every file has none: that answer must cost one call and no allocation.
        byte probe;
        var size = LibC.ListAttributes(file, &probe, 0);
        return size == 0
            ? []
            : ReadAll((list, length) => LibC.ListAttributes(file, list, length),
                (name, value, length) => LibC.GetAttribute(file, name, value, length), path);
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
