using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace CloudBackup.Tests.Support;

/// <summary>Writes zip archives byte by byte, so that they can say what is not so.</summary>
internal static class HandMadeZip
{
    private const int Zip64 = 45;

    /// <summary>Writes an archive and returns its path.</summary>
    public static string Write(string path, params ZipItem[] items)
    {
        using var file = new BinaryWriter(File.Create(path));
        var offsets = items.Select(item => WriteLocal(file, item)).ToList();
        var start = file.BaseStream.Position;
        foreach (var (item, offset) in items.Zip(offsets))
        {
            WriteCentral(file, item, offset);
        }
        var length = file.BaseStream.Position - start;
        file.Write("PK\u0005\u0006"u8);
        file.Write(0);
        file.Write((short)items.Length);
        file.Write((short)items.Length);
        file.Write((int)length);
        file.Write((int)start);
        file.Write((short)0);
        return path;
    }

    private static uint WriteLocal(BinaryWriter file, ZipItem item)
    {
        var offset = (uint)file.BaseStream.Position;
        file.Write("PK\u0003\u0004"u8);
        WriteCommon(file, item);
        file.Write(item.NameBytes);
        file.Write(item.Extra);
        file.Write(item.Stored);
        return offset;
    }

    private static void WriteCentral(BinaryWriter file, ZipItem item, uint offset)
    {
        file.Write("PK\u0001\u0002"u8);
        file.Write((short)((item.IsFromUnix ? 3 : 0) << 8 | Zip64));
        WriteCommon(file, item);
        file.Write((short)0);
        file.Write((short)0);
        file.Write((short)0);
        file.Write(item.UnixMode << 16);
        file.Write(offset);
        file.Write(item.NameBytes);
        file.Write(item.Extra);
    }

    /// <summary>What both headers of an entry have; lies are the same in both.</summary>
    private static void WriteCommon(BinaryWriter file, ZipItem item)
    {
        file.Write((short)Zip64);
        file.Write((short)item.Flags);
        file.Write((short)(item.Method ?? (item.IsDeflated ? 8 : 0)));
        file.Write((short)0);
        file.Write((short)0x5A21);
        file.Write(item.Checksum ?? Crc32.HashToUInt32(item.Content));
        file.Write(item.IsLarge ? uint.MaxValue : (uint)item.Stored.Length);
        file.Write(item.IsLarge ? uint.MaxValue : (uint)item.DeclaredSize);
        file.Write((short)item.NameBytes.Length);
        file.Write((short)item.Extra.Length);
    }
}

/// <summary>An entry of a zip archive.</summary>
internal sealed record ZipItem(string Name, byte[] Content)
{
    /// <summary>By default the name is marked as UTF-8.</summary>
    public int Flags { get; init; } = 0x800;

    /// <summary>The method that the entry says it is compressed with.</summary>
    public int? Method { get; init; }

    /// <summary>The name as it stands in the archive.</summary>
    public byte[] NameBytes { get; init; } = Encoding.UTF8.GetBytes(Name);

    private byte[]? _stored;

    public ZipItem(string name, string content)
        : this(name, Encoding.UTF8.GetBytes(content))
    {
    }

    /// <summary>Type and permission bits; 0 for none.</summary>
    public int UnixMode { get; init; }

    public bool IsFromUnix { get; init; } = true;

    public bool IsDeflated { get; init; }

    /// <summary>The checksum that the archive says; null for the right one.</summary>
    public uint? Checksum { get; init; }

    /// <summary>The length that the archive says; null for the right one.</summary>
    public long? Size { get; init; }

    public long DeclaredSize => Size ?? Content.Length;

    public bool IsLarge => DeclaredSize >= uint.MaxValue;

    public byte[] Stored => _stored ??= IsDeflated ? Deflate(Content) : Content;

    public byte[] Extra => IsLarge
        ? [1, 0, 16, 0, .. BitConverter.GetBytes(DeclaredSize), .. BitConverter.GetBytes((long)Stored.Length), .. MoreExtra]
        : MoreExtra;

    /// <summary>Additional fields of other kinds.</summary>
    public byte[] MoreExtra { get; init; } = [];

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(content);
        }
        return packed.ToArray();
    }
}
