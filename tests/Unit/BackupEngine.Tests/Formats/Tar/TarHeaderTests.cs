using CloudBackup.FileTree;
using CloudBackup.Formats.Tar;
using CloudBackup.Source;
using CsCheck;

namespace CloudBackup.Tests.Formats.Tar;

public sealed class TarHeaderTests
{
    private static readonly Gen<string> Name = Gen.Byte[1, 255].Array[1, 120].Select(bytes => PathText.FromBytes([.. bytes.Where(value => value != '/')]))
        .Where(name => name.Length > 0 && name is not ("." or ".."));

    private static readonly Gen<string> PathGen = Name.Array[1, 8].Select(parts => string.Join('/', parts));

    private static readonly Gen<EntryFacts> Entry = Gen.Select(
        PathGen,
        Gen.Enum<EntryKind>().Where(kind => kind != EntryKind.Special),
        Gen.Int[0, 0xFFF],
        Gen.Select(Gen.UInt, Gen.UInt),
        Gen.Select(Gen.Long[-10_000_000_000, 20_000_000_000], Gen.Int[0, 999_999_999]),
        Gen.OneOf(Gen.Long[0, 100_000], Gen.Long[8_589_934_590, 8_589_934_595], Gen.Long[0, long.MaxValue / 4]),
        PathGen,
        Gen.Select(Name, Gen.Byte.Array[0, 200]).Array[0, 3])
        .Select((path, kind, mode, ids, time, size, target, attributes) => new EntryFacts
        {
            Path = path,
            Kind = kind,
            Mode = mode,
            UserId = ids.Item1,
            GroupId = ids.Item2,
            UserName = path.Split('/')[0],
            GroupName = "staff",
            Modified = new UnixTime(time.Item1, time.Item2),
            Size = kind == EntryKind.File ? size : 0,
            LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink ? target : null,
            Attributes = [.. attributes.Select(pair => new ExtendedAttribute("user." + pair.Item1, pair.Item2))],
        });

    [Fact]
    public void What_is_written_is_read_back() => Entry.Sample(
        entry =>
        {
            var read = Read(new TarHeaderWriter().Write(entry), out var consumed, out var length);
            Assert.Equal(length, consumed);
            Assert.Equal(entry with { Attributes = [] }, read with { Attributes = [] });
            Assert.Equal(entry.Attributes.Select(a => (a.Name, Convert.ToHexString(a.Value))), read.Attributes.Select(a => (a.Name, Convert.ToHexString(a.Value))));
        },
        iter: 20_000);

    [Fact]
    public void A_header_is_whole_blocks() => Entry.Sample(entry => new TarHeaderWriter().Write(entry).Length % TarFormat.BlockSize == 0);

    [Fact]
    public void A_plain_entry_takes_one_block()
    {
        var entry = new EntryFacts { Path = "data/file", Kind = EntryKind.File, Size = 5, Mode = 0x1A4, Modified = new UnixTime(1_700_000_000, 0) };
        Assert.Equal(TarFormat.BlockSize, new TarHeaderWriter().Write(entry).Length);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(155)]
    [InlineData(156)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    public void Paths_at_the_borders_of_the_fields_survive(int length)
    {
        foreach (var slash in new[] { -1, 1, length / 2, length - 101, length - 100, 155 })
        {
            var characters = Enumerable.Repeat('p', length).ToArray();
            if (slash > 0 && slash < length - 1)
            {
                characters[slash] = '/';
            }
            foreach (var kind in new[] { EntryKind.File, EntryKind.Directory })
            {
                var entry = new EntryFacts { Path = new string(characters), Kind = kind };
                Assert.Equal(entry.Path, Read(new TarHeaderWriter().Write(entry), out _, out _).Path);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_header_block_is_noticed_or_harmless() => Gen.Int[0, (512 * 8) - 1].Sample(bit =>
    {
        var entry = new EntryFacts { Path = "data/file", Kind = EntryKind.File, Size = 5 };
        var header = new TarHeaderWriter().Write(entry).ToArray();
        var checksum = ChecksumOf(header);
        header[bit / 8] ^= (byte)(1 << (bit % 8));
        // The checksum covers everything but itself: harmless is what leaves its number as it is, such as a space for a leading zero.
        if (bit / 8 is >= 148 and <= 155 && ChecksumOf(header) == checksum)
        {
            return;
        }
        Assert.Throws<TarFormatException>(() => Read(header, out _, out _));
    });

    private static string ChecksumOf(byte[] header) => System.Text.Encoding.Latin1.GetString(header, 148, 6).TrimStart(' ', '0');

    [Fact]
    public void Random_bytes_never_crash_the_reader() => Gen.Byte.Array[512].Sample(block =>
    {
        try
        {
            Read(block, out _, out _);
        }
        catch (TarFormatException)
        {
        }
    });

    [Theory]
    [InlineData("5 ab\n")]
    [InlineData("99 path=x\n")]
    [InlineData("x path=x\n")]
    [InlineData("11 path=xxxx")]
    [InlineData("8 =xyz\n")]
    [InlineData("12 mtime=x1\n")]
    [InlineData("10 size=-1\n")]
    [InlineData("22 GNU.sparse.major=2\n")]
    [InlineData("23 GNU.sparse.offset=-\n")]
    public void A_malformed_record_is_refused(string record) =>
        Assert.Throws<TarFormatException>(() => new PaxRecords().Read(System.Text.Encoding.ASCII.GetBytes(record)));

    private static EntryFacts Read(ReadOnlySpan<byte> bytes, out int consumed, out int length)
    {
        var reader = new TarHeaderReader();
        length = bytes.Length;
        consumed = 0;
        while (consumed + 512 <= bytes.Length)
        {
            var step = reader.Accept(bytes.Slice(consumed, 512));
            consumed += 512;
            if (step == TarHeaderStep.Entry)
            {
                return reader.Entry!;
            }
            if (step == TarHeaderStep.End || reader.PayloadLength > bytes.Length - consumed)
            {
                break;
            }
            reader.AcceptPayload(bytes.Slice(consumed, reader.PayloadLength));
            consumed += (int)TarFormat.Padded(reader.PayloadLength);
        }
        throw new TarFormatException("No entry.");
    }
}
