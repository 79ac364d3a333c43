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
        byte[] member = [.. new byte[GzipMember.HeaderLength], .. plain.ToArray()[GzipMember.PlainHeaderLength..]];
        GzipMember.WriteHeader(member, member.Length);
        return member;
    }
}
