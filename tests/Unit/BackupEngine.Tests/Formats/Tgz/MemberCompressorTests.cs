using System.IO.Compression;
using CloudBackup.Formats.Tgz;
using CsCheck;

namespace CloudBackup.Tests.Formats.Tgz;

/// <summary>Members of any data come back, whatever it is like.</summary>
public sealed class MemberCompressorTests
{
    private static readonly Gen<byte[]> AnyData = Gen.Select(Gen.Int[0, 300_000], Gen.Int[1, 256], Gen.Int)
        .Select((length, values, seed) => Bytes(length, values, seed));

    [Fact]
    public void Any_data_comes_back_and_is_never_longer_than_stored() => AnyData.Sample(data => { _ = MustComeBack(data); });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(131_070)]
    [InlineData(131_071)]
    [InlineData(TgzOptions.MemberDataLength + TgzOptions.Slack)]
    public void What_does_not_compress_is_stored(int length)
    {
        var member = MustComeBack(Bytes(length, 256, length));
        if (length > 48 * 1024)
        {
            Assert.Equal(ArchiveFrame.StoredLength(length), member);
        }
    }

    private static int MustComeBack(byte[] data)
    {
        var output = new Block(new byte[ArchiveFrame.StoredLength(data.Length)]);
        new MemberCompressor(TgzOptions.DefaultCompressionLevel).Compress(data, output);
        Assert.True(output.Length <= ArchiveFrame.StoredLength(data.Length));
        Assert.True(ArchiveFrame.IsFramed(output.Span, isFirst: false));
        using var deflate = new DeflateStream(new MemberInput(output.Bytes.AsMemory(0, output.Length)), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        deflate.CopyTo(inflated);
        Assert.Equal(data, inflated.ToArray());
        return output.Length;
    }

    private static byte[] Bytes(int length, int values, int seed)
    {
        var data = new byte[length];
        var random = new Random(seed);
        for (var i = 0; i < length; i++)
        {
            data[i] = (byte)random.Next(values);
        }
        return data;
    }
}
