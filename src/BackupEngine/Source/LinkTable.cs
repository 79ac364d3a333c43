using System.Runtime.InteropServices;
using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// The files with several names that a walk has met, by device and inode, each with its first name, until its last name was met. A tree may
/// hold a million files whose other names lie elsewhere: names are kept as bytes, and a file takes those and some forty bytes more.
/// </summary>
internal sealed class LinkTable
{
    private const int ChunkLength = 1024 * 1024;
    private const int LengthBytes = sizeof(int);

    private readonly Dictionary<ulong, Dictionary<ulong, Entry>> _devices = [];
    private readonly List<byte[]> _chunks = [];
    private int _used = ChunkLength;

    /// <summary>The files whose further names are still to come.</summary>
    public int Count { get; private set; }

    /// <summary>Notes the first name of a file.</summary>
    public void Add(string path, in FileFacts facts)
    {
        ref var device = ref CollectionsMarshal.GetValueRefOrAddDefault(_devices, facts.Device, out _);
        device ??= [];
        Count += device.ContainsKey(facts.Inode) ? 0 : 1;
        device[facts.Inode] = new Entry(Store(path), facts.LinkCount - 1, PrintOf(facts));
    }

    /// <summary>The first name of a file that was met before; null when it was not.</summary>
    /// <param name="facts">The file's facts now.</param>
    /// <param name="isSame">
    /// Says whether the first name is still the file's: asked when length or time are others by now, since the number of a file that was
    /// removed goes to a new one.
    /// </param>
    public string? Take(in FileFacts facts, Func<string, bool> isSame)
    {
        if (!_devices.TryGetValue(facts.Device, out var device) || !device.TryGetValue(facts.Inode, out var entry))
        {
            return null;
        }
        var path = Read(entry.Place);
        if (entry.Print != PrintOf(facts) && !isSame(path))
        {
            Remove(device, facts.Inode);
            return null;
        }
        if (entry.NamesToCome == 1)
        {
            Remove(device, facts.Inode);
        }
        else
        {
            device[facts.Inode] = entry with { NamesToCome = entry.NamesToCome - 1 };
        }
        return path;
    }

    private static int PrintOf(in FileFacts facts) => HashCode.Combine(facts.Size, facts.Modified);

    private void Remove(Dictionary<ulong, Entry> device, ulong inode)
    {
        device.Remove(inode);
        if (--Count == 0)
        {
            // Nothing refers to the names any more.
            _chunks.Clear();
            _used = ChunkLength;
        }
    }

    private long Store(string path)
    {
        var length = PathText.CountBytes(path);
        if (_used + LengthBytes + length > ChunkLength)
        {
            _chunks.Add(new byte[Math.Max(ChunkLength, LengthBytes + length)]);
            _used = 0;
        }
        var place = ((long)(_chunks.Count - 1) * ChunkLength) + _used;
        var chunk = _chunks[^1].AsSpan(_used);
        MemoryMarshal.Write(chunk, length);
        PathText.Encode(path, chunk[LengthBytes..]);
        _used += LengthBytes + length;
        return place;
    }

    private string Read(long place)
    {
        var chunk = _chunks[(int)(place / ChunkLength)].AsSpan((int)(place % ChunkLength));
        return PathText.FromBytes(chunk.Slice(LengthBytes, MemoryMarshal.Read<int>(chunk)));
    }

    private readonly record struct Entry(long Place, uint NamesToCome, int Print);
}
