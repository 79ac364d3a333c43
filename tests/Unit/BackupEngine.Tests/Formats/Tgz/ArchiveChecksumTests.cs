using System.IO.Compression;
using System.IO.Hashing;
using CloudBackup.Formats.Tgz;
using CsCheck;

namespace CloudBackup.Tests.Formats.Tgz;

/// <summary>Members in any order make one gzip stream.</summary>
public sealed class ArchiveChecksumTests
{
    [Fact]
    public void Parts_in_any_order_have_the_checksum_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[0, 2000].Array[1, 12], Gen.Int).Sample((parts, seed) =>
        {
            var checksum = new ArchiveChecksum();
            var random = new Random(seed);
            foreach (var member in Enumerable.Range(0, parts.Length).OrderBy(_ => random.Next()).ToList())
            {
                checksum.Add(member, Crc32.HashToUInt32(parts[member]), parts[member].Length);
            }
            byte[] whole = [.. parts.SelectMany(part => part)];
            Assert.Equal((Crc32.HashToUInt32(whole), (long)whole.Length, parts.Length), (checksum.Value, checksum.Length, checksum.Count));
        });

    [Fact]
    public void Behind_a_member_that_is_lost_nothing_is_kept()
    {
        var checksum = new ArchiveChecksum();
        checksum.Add(0, 1, 1);
        checksum.Add(2, 1, 1);
        checksum.Break();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var member = 3; member < 1_000_000; member++)
        {
            checksum.Add(member, 1, 1);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal(1, checksum.Count);
    }

    [Fact]
    public void Members_between_header_and_trailer_are_one_gzip_stream() =>
        Gen.Byte.Array[0, 70_000].Array[1, 5].Sample(parts =>
        {
            var checksum = new ArchiveChecksum();
            using var archive = new MemoryStream();
            archive.Write(ArchiveFrame.Header);
            var compressor = new MemberCompressor(3);
            for (var member = 0; member < parts.Length; member++)
            {
                var output = new Block(new byte[ArchiveFrame.StoredLength(parts[member].Length)]);
                compressor.Compress(parts[member], output);
                archive.Write(output.Span);
                checksum.Add(member, Crc32.HashToUInt32(parts[member]), parts[member].Length);
            }
            archive.Write(ArchiveFrame.Trailer(checksum.Value, checksum.Length));
            archive.Position = 0;
            using var gzip = new GZipStream(archive, CompressionMode.Decompress);
            using var inflated = new MemoryStream();
            gzip.CopyTo(inflated);
            Assert.Equal(parts.SelectMany(part => part), inflated.ToArray());
        });
}
