using System.Buffers;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;
using CsCheck;

namespace CloudBackup.Tests.Formats.Index;

public sealed class IndexTests
{
    private static readonly Gen<string> Text = Gen.Byte[1, 255].Array[1, 80].Select(bytes => PathText.FromBytes(bytes));

    private static readonly IndexBounds Unbounded = new(long.MaxValue, long.MaxValue);

    private static readonly Gen<IndexEntry> Entry = Gen.Select(
        Text,
        Gen.Enum<EntryKind>().Where(kind => kind != EntryKind.Special),
        Gen.Int[0, 0xFFF],
        Gen.Select(Gen.UInt, Gen.Long[0, long.MaxValue], Gen.Byte.Array[32]),
        Gen.Select(Gen.Long[-10_000_000_000, 20_000_000_000], Gen.Int[0, 999_999_999]),
        Gen.Select(Text, Gen.Byte.Array[0, 100]).Array[0, 3],
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[-1, 1_000_000]))
        .Select((path, kind, mode, numbers, time, attributes, rest) => new IndexEntry
        {
            Facts = new EntryFacts
            {
                Path = path,
                Kind = kind,
                Mode = mode,
                UserId = numbers.Item1,
                GroupId = numbers.Item1 / 2,
                UserName = "näme",
                Modified = new UnixTime(time.Item1, time.Item2),
                Size = kind == EntryKind.File ? numbers.Item2 : 0,
                LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink ? path + "x" : null,
                Attributes = [.. attributes.Select(pair => new ExtendedAttribute(pair.Item1, pair.Item2))],
            },
            Sha256 = kind == EntryKind.File ? numbers.Item3 : null,
            IsSparse = rest.Item1,
            IsIncomplete = rest.Item2,
            Member = rest.Item3,
            Offset = rest.Item3 < 0 ? 0 : 512,
        });

    [Fact]
    public void What_is_written_is_read_back() => Entry.Array[0, 20].Sample(
        entries =>
        {
            var (bytes, _) = Write(entries, []);
            using var reader = new IndexReader(new MemoryStream(bytes), Unbounded);
            Assert.Equal(entries.Select(Describe), reader.ReadEntries().Select(Describe));
        },
        iter: 500);

    [Fact]
    public void Lengths_of_members_are_found_without_the_entries()
    {
        var lengths = Enumerable.Range(1, 10_000).ToArray();
        var (bytes, offset) = Write([Sample()], lengths);
        Assert.Equal(lengths.Select(length => (long)length), IndexReader.ReadMembers(new MemoryStream(bytes[(int)offset..]), Unbounded));
    }

    [Fact]
    public void A_cut_index_is_noticed_wherever_it_is_cut()
    {
        var (bytes, _) = Write(Enumerable.Range(0, 30).Select(_ => Sample()).ToArray(), [1, 2, 3]);
        // The last bytes are gzip's own trailer and end mark: without them all lines are there. (The backup info has the hash of the file.)
        for (var length = 0; length < bytes.Length - 12; length++)
        {
            using var reader = new IndexReader(new MemoryStream(bytes[..length]), Unbounded);
            Assert.Throws<IndexFormatException>(() => reader.ReadEntries().Count());
        }
    }

    [Fact]
    public void A_newer_version_is_refused_by_its_number()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"cloudbackupIndex\":99}\n{\"end\":0}\n"u8);
        }
        bytes.Position = 0;
        using var reader = new IndexReader(bytes, Unbounded);
        Assert.Contains("99", Assert.Throws<IndexFormatException>(() => reader.ReadEntries().Count()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"path\":\"a\",\"type\":\"odd\"}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"mode\":\"9\"}")]
    [InlineData("{\"path\":1}")]
    [InlineData("not json")]
    [InlineData("{\"path\":\"a\"")]
    [InlineData("{\"path\":\"a\",\"sha256\":\"xy\"}")]
    [InlineData("{\"path\":\"a\",\"size\":1e99}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"size\":-4}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"sha256\":\"00\"}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"mode\":\"10000\"}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"mode\":\"\"}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"at\":[-2,0]}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"at\":[0,-1]}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"at\":7}")]
    [InlineData("{\"path\":\"a\",\"type\":\"file\",\"xattrs\":[\"YQ==\",7]}")]
    [InlineData("{\"path\":\"a\",\"type\":\"symlink\"}")]
    [InlineData("{\"path\":\"\\ud800\"}")]
    [InlineData("{\"end\":-1}")]
    [InlineData("")]
    public void A_malformed_line_is_refused(string line) =>
        Assert.Throws<IndexFormatException>(() => IndexEntryParser.Parse(System.Text.Encoding.UTF8.GetBytes(line)));

    /// <summary>A few megabytes inflate to gigabytes of such lines: the first one ends the reading.</summary>
    [Theory]
    [InlineData("{}", "says nothing")]
    [InlineData("{\"future\":[1,2,3]}", "says nothing")]
    [InlineData("{\"members\":[]}", "says nothing")]
    [InlineData("{\"members\":[5,0]}", "impossible length")]
    [InlineData("{\"members\":[5,5,5,5]}", "impossible length")]
    [InlineData("{\"path\":\"a\",\"type\":\"dir\"}", "more entries")]
    public void Lines_that_no_index_has_are_damage_and_are_not_read_to_their_end(string line, string reason)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"cloudbackupIndex\":1}\n"u8);
            for (var i = 0; i < 5_000_000; i++)
            {
                gzip.Write(System.Text.Encoding.UTF8.GetBytes(line));
                gzip.Write("\n"u8);
            }
        }
        bytes.Position = 0;
        using var reader = new IndexReader(bytes, new IndexBounds(Entries: 3, ArchiveLength: 15));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(reason, Assert.Throws<IndexFormatException>(() => reader.ReadEntries().Count()).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.InRange(bytes.Position, 0, bytes.Length / 2);
    }

    [Fact]
    public void Fields_of_later_versions_are_passed_over()
    {
        var line = IndexEntryParser.Parse("{\"path\":\"a\",\"future\":{\"x\":[1,2,{}]},\"type\":\"dir\",\"more\":null}"u8);
        Assert.Equal(("a", EntryKind.Directory), (line.Entry!.Path, line.Entry.Kind));
    }

    private static IndexEntry Sample() => new()
    {
        Facts = new EntryFacts { Path = "data/file", Kind = EntryKind.File, Size = 7 },
        Sha256 = new byte[32],
        Member = 0,
    };

    private static (byte[] Bytes, long MembersOffset) Write(IReadOnlyCollection<IndexEntry> entries, int[] members)
    {
        using var output = new MemoryStream();
        using var index = new IndexWriter(output);
        using var writer = new IndexEntryWriter();
        foreach (var entry in entries)
        {
            var line = new ArrayBufferWriter<byte>();
            writer.Write(entry, line);
            index.AddEntries(line.WrittenSpan, 1);
        }
        foreach (var member in members)
        {
            index.AddMember(member);
        }
        var offset = index.Complete();
        return (output.ToArray(), offset);
    }

    private static string Describe(IndexEntry entry) => string.Join('|',
        entry.Path, entry.Kind, entry.Facts.Mode, entry.Facts.UserId, entry.Facts.GroupId, entry.Facts.UserName, entry.Facts.GroupName, entry.Facts.Modified, entry.Size,
        entry.Sha256 is null ? "" : Convert.ToHexString(entry.Sha256), entry.LinkTarget, entry.IsSparse, entry.IsIncomplete, entry.Member, entry.Offset,
        string.Join(',', entry.Facts.Attributes.Select(attribute => $"{attribute.Name}={Convert.ToHexString(attribute.Value)}")));
}
