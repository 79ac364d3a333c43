using System.IO.Compression;
using CloudBackup.Formats.Tgz;

namespace CloudBackup.Tests.Support;

/// <summary>Makes members of archives as earlier versions wrote them, with the length in the header.</summary>
internal static class HandMadeMember
{
    /// <summary>The member that unpacks to these bytes.</summary>
    public static byte[] Of(byte[] data)
    {
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(plain, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }
        const int PlainHeader = 10;
        var content = plain.ToArray()[PlainHeader..];
        return
        [
            0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 8, 0, (byte)'C', (byte)'B', 4, 0,
            .. BitConverter.GetBytes(GzipMember.HeaderLength + content.Length), .. content,
        ];
    }
}
