using System.Buffers;
using System.Collections.Concurrent;
using CloudBackup.FileTree.Linux;

namespace CloudBackup.FileTree;

/// <summary>Names of users and groups, each asked for once. Thread-safe.</summary>
internal sealed unsafe class OwnerNames
{
    private const int OutOfRange = LibC.OutOfRange;

    private readonly ConcurrentDictionary<uint, string> _users = new();
    private readonly ConcurrentDictionary<uint, string> _groups = new();

    private delegate int Lookup(uint id, byte* entry, byte* buffer, nuint size, byte** result);

    /// <summary>The user's name; empty when the machine has none for the number.</summary>
    public string UserName(uint id) => _users.GetOrAdd(id, static key => Find(LibC.GetUserById, key));

    /// <summary>The group's name; empty when the machine has none for the number.</summary>
    public string GroupName(uint id) => _groups.GetOrAdd(id, static key => Find(LibC.GetGroupById, key));

    private static string Find(Lookup lookup, uint id)
    {
        if (!LocalFileSystem.IsFull)
        {
            return "";
        }
        // struct passwd and struct group both begin with a pointer to the name and are far smaller than this.
        var entry = stackalloc byte[256];
        for (var size = 1024; size <= 1 << 20; size *= 4)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                fixed (byte* strings = buffer)
                {
                    byte* result = null;
                    var error = lookup(id, entry, strings, (nuint)buffer.Length, &result);
                    if (error == OutOfRange)
                    {
                        continue;
                    }
                    return error != 0 || result == null
                        ? ""
                        : PathText.FromBytes(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*(byte**)result));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        return "";
    }
}
