using System.IO.Compression;
using CloudBackup.FileTree;
using CloudBackup.Formats.Tar;
using CloudBackup.Import;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>Tar archives as other programs make them: harmless, odd, cut and hostile.</summary>
public sealed class ForeignTarTests
{
    private static readonly string[] Paths = ["data/a", "data/b", "data/a/a", "data/a/b", "data/b/a", "data/a/a/a"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("data/./f")]
    [InlineData("data//f")]
    [InlineData("./data/f")]
    [InlineData(".//./data/./././f")]
    [InlineData("/data/f")]
    [InlineData("//data//./f")]
    public async Task A_path_is_taken_as_tar_takes_it(string path)
    {
        using var platform = await Imports.MakeTargetAsync();
        await ImportAsync(platform, new HandMadeTar().Add("./", '5').Add("data/.", '5').Add(path, content: "new").Add("data/h", '1', link: path).Finished);
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Join(platform.Data, "f"), Token));
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Join(platform.Data, "h"), Token));
    }

    [Theory]
    [InlineData("../data/f")]
    [InlineData("data/../f")]
    [InlineData("data/..")]
    public async Task A_path_that_leads_up_is_refused(string path)
    {
        using var platform = await Imports.MakeTargetAsync();
        Assert.Equal("BackupHostile", await FailAsync(platform, new HandMadeTar().Add("data", '5').Add(path, content: "new").Finished));
    }

    [Fact]
    public async Task Of_the_same_name_the_last_entry_counts()
    {
        using var platform = await Imports.MakeTargetAsync();
        var random = new SeededRandom(1);
        for (var round = 0; round < 60; round++)
        {
            var tar = new HandMadeTar().Add("data", '5');
            var model = new TreeModel();
            for (var count = random.Next(14); count >= 0; count--)
            {
                var (path, type, number) = (Paths[random.Next(Paths.Length)], "05125"[random.Next(5)], random.Next(10));
                if (model.Take(path, type, $"{number}"))
                {
                    tar.Add(path, type, type == '0' ? $"{number}" : "", type == '2' ? $"to{number}" : type == '1' ? "data/first" : "");
                }
            }
            await ImportAsync(platform, new HandMadeTar().Add("data/first", content: "first").Raw(tar.Bytes).Finished);
            Assert.Equal(model.Describe(), TreeModel.Describe(platform.Data));
        }
    }

    /// <summary>Empty pieces take no memory, so their number is what bounds the work.</summary>
    [Theory]
    [InlineData("in the content", 6_000_000)]
    [InlineData("too many in the content", 4_194_305)]
    [InlineData("in blocks", 6_000_000)]
    [InlineData("empty blocks", 6_000_000)]
    [InlineData("in records", 6_000_000)]
    public void A_map_of_more_pieces_than_any_file_has_is_not_read_to_its_end(string form, int pieces)
    {
        using var archive = new SparsePieces(form, pieces);
        var reading = new ArchiveReading("forged.tar", null, Token);
        Assert.Throws<TarFormatException>(() => TarEntries.Read(archive, reading).Count());
        Assert.InRange(archive.Given, 0, form switch { "in blocks" => 4_300_000L * 25, "in records" => 4_300_000L * 56, _ => 10_000 });
    }

    [Fact]
    public async Task A_hard_link_to_a_symbolic_link_is_a_further_name_of_the_link()
    {
        using var platform = await Imports.MakeTargetAsync();
        platform.Folder.Write("victim", "another user's");
        var tar = new HandMadeTar().Add("data/b", '1', link: "data/l").Add("data/l", '2', link: platform.Folder["victim"]).Add("data/z", '1', link: "data/l");
        await ImportAsync(platform, tar.Finished);
        using var data = LocalFileSystem.Open(platform.Data);
        Assert.All(["b", "l", "z"], name => Assert.Equal((EntryKind.SymbolicLink, 3u, data.Stat("l").Inode), (data.Stat(name).Kind, data.Stat(name).LinkCount, data.Stat(name).Inode)));
        using var root = LocalFileSystem.Open(platform.Folder.Path);
        Assert.Equal(1u, root.Stat("victim").LinkCount);
    }

    [Fact]
    public async Task What_only_the_packing_program_knows_is_passed_over_and_named()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("nightly", 'V').Add("data/", 'D', "Yf\0\0").Add("x", 'Z', "for me only").Add("x", 'Z', "again")
            .Add("data/f", content: "f").Add("data/c", '7', "c").Add("data/u", '9', "u").Finished;
        await ImportAsync(platform, tar);
        Assert.Equal(["c=c", "f=f", "u=u"], TreeModel.Describe(platform.Data));
        Assert.Equal(["2 entries of type 'Z', which only the program that made the archive knows, are left out."], platform.Observer.Warnings);
        Assert.Equal("ImportUnreadable", await FailAsync(platform, new HandMadeTar().Add("data/f", 'M', "the rest of it").Finished));
    }

    [Fact]
    public async Task A_global_header_counts_for_all_entries_that_say_nothing_else()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Pax('g', ("comment", "abc"), ("mtime", "1000000000.5"), ("uid", "12"))
            .Add("data/a", content: "a").Pax('x', ("mtime", "1100000000"), ("uid", "")).Add("data/b", content: "b").Add("data/c", content: "c").Finished;
        await ImportAsync(platform, tar);
        Assert.Equal(["a 12:0 1000000000.5", "b 0:0 1100000000", "c 12:0 1000000000.5"], Facts(platform.Data));
    }

    [Theory]
    [InlineData("\0\0\0\0\0\0000005", false)]
    [InlineData("\000000000005", false)]
    [InlineData("          5", true)]
    [InlineData("5\0garbage", true)]
    [InlineData("0000005 999", true)]
    [InlineData("5x", false)]
    public async Task A_size_reads_as_others_read_it(string field, bool isRead)
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "12345", change: block =>
        {
            block.AsSpan(124, 12).Clear();
            HandMadeTar.Put(block, 124, field);
        }).Finished;
        if (isRead)
        {
            await ImportAsync(platform, tar);
            Assert.Equal(["f=12345"], TreeModel.Describe(platform.Data));
        }
        else
        {
            Assert.Equal("ImportUnreadable", await FailAsync(platform, tar));
        }
    }

    [Fact]
    public async Task Large_numbers_are_read_and_too_large_ones_refused()
    {
        using var platform = await Imports.MakeTargetAsync();
        await ImportAsync(platform, new HandMadeTar().Add("data/f", change: block =>
        {
            new byte[] { 0x80, 0, 0, 0, 0xF0, 0, 0, 1 }.CopyTo(block, 108);
            new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE }.CopyTo(block, 136);
        }).Finished);
        Assert.Equal([$"f {0xF0000001}:0 -2"], Facts(platform.Data));
        Assert.Equal("ImportUnreadable", await FailAsync(platform, new HandMadeTar().Add("data/f", change: block =>
            new byte[] { 0x80, 0, 0, 1, 0, 0, 0, 0 }.CopyTo(block, 108)).Finished));
        Assert.Equal("ImportUnreadable", await FailAsync(platform, new HandMadeTar().Add("data/f", change: block =>
            new byte[] { 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }.CopyTo(block, 124)).Finished));
    }

    [Fact]
    public async Task Checksums_of_signed_bytes_are_right_too()
    {
        using var platform = await Imports.MakeTargetAsync();
        var header = HandMadeTar.Header("data/ä", '0', 0);
        var sum = header.Select((value, i) => i is >= 148 and < 156 ? ' ' : (int)(sbyte)value).Sum();
        HandMadeTar.Put(header, 148, Convert.ToString(sum, 8).PadLeft(6, '0'));
        await ImportAsync(platform, new HandMadeTar().Raw(header).Finished);
        Assert.Equal(["ä="], TreeModel.Describe(platform.Data));
    }

    [Theory]
    [InlineData("PKI/ca")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("BZh91AY")]
    [InlineData("7z")]
    [InlineData("070701")]
    public async Task A_tar_is_one_whatever_its_first_name_is(string name)
    {
        using var platform = await Imports.MakeTargetAsync();
        await ImportAsync(platform, new HandMadeTar().Add(name, content: "x").Add("data/f", content: "f").Finished);
        Assert.Equal(["f=f"], TreeModel.Describe(platform.Data));
    }

    [Fact]
    public async Task A_missing_end_mark_is_told_and_a_cut_archive_refused()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Pax('x', ("mtime", "1")).Add("data/g", content: new string('g', 1000)).Bytes;
        await ImportAsync(platform, tar);
        Assert.StartsWith("The archive has no end mark", Assert.Single(platform.Observer.Warnings), StringComparison.Ordinal);
        foreach (var length in Enumerable.Range(0, tar.Length).Where(length => length % 97 == 0 || length % 512 is 0 or 1 or 511).Except([1024]))
        {
            Assert.Equal("ImportUnreadable", await FailAsync(platform, tar[..length], isCut: true));
        }
    }

    [Fact]
    public async Task What_follows_the_end_mark_is_told()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Finished;
        await ImportAsync(platform, [.. tar, .. new byte[70_001]]);
        Assert.Equal("ImportArchiveFollows", await FailAsync(platform, [.. tar, .. tar]));
        Assert.Equal("ImportArchiveFollows", await FailAsync(platform, [.. tar, .. new byte[512 * 1000], .. tar]));
        Assert.Equal("ImportArchiveFollows", await FailAsync(platform, [.. Gzip(tar), .. Gzip(tar)]));
        Assert.Equal("ImportArchiveFollows", await FailAsync(platform, [.. Imports.BZip2(tar), .. Imports.BZip2(tar)]));
        Assert.Equal("ImportUnreadable", await FailAsync(platform, [.. tar, .. new byte[100], 1]));
    }

    [Fact]
    public async Task A_gzip_file_is_looked_at_to_its_last_byte()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Bytes;
        byte[] gzip = [.. Gzip(tar), .. Gzip(new byte[2048])];
        foreach (var zeros in new[] { 0, 1, 511, 65_536, 200_000 })
        {
            await ImportAsync(platform, [.. gzip, .. new byte[zeros]]);
            Assert.Equal("ImportUnreadable", await FailAsync(platform, [.. gzip, .. new byte[zeros], 1]));
            Assert.Equal("ImportUnreadable", await FailAsync(platform, [.. gzip, .. new byte[zeros], 0x1F, 0x8B]));
        }
        for (var length = 1; length < gzip.Length; length++)
        {
            if (length != Gzip(tar).Length)
            {
                Assert.StartsWith("Import", await FailAsync(platform, gzip[..length]), StringComparison.Ordinal);
            }
        }
        var damaged = gzip.ToArray();
        damaged[Gzip(tar).Length] ^= 1;
        Assert.Equal("ImportUnreadable", await FailAsync(platform, damaged));
    }

    [Theory]
    [InlineData(new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 }, "xz")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD }, "zstd")]
    [InlineData(new byte[] { 0x52, 0x2A, 0x4D, 0x18, 1 }, "zstd")]
    [InlineData(new byte[] { 0x04, 0x22, 0x4D, 0x18 }, "lz4")]
    [InlineData(new byte[] { 0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C }, "7z x")]
    [InlineData(new byte[] { 0x52, 0x61, 0x72, 0x21, 0x1A, 0x07 }, "unrar")]
    [InlineData(new byte[] { 0x1F, 0x9D }, "gzip -dc")]
    [InlineData(new byte[] { 0x30, 0x37, 0x30, 0x37, 0x30, 0x31 }, "cpio")]
    public async Task A_known_format_is_named_with_the_command_that_unpacks_it(byte[] start, string command)
    {
        using var platform = await Imports.MakeTargetAsync();
        byte[] file = [.. start, .. new byte[600]];
        var path = platform.Folder["it's.archive"];
        await File.WriteAllBytesAsync(path, file, Token);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.ImportAsync(Imports.From(path)));
        Assert.Equal("ImportFormatUnsupported", failure.ErrorId);
        Assert.Contains(command, failure.Message, StringComparison.Ordinal);
        Assert.Equal("ImportFormatUnsupported", await FailEarlyAsync(platform, Gzip(file)));
        Assert.Equal("ImportFormatUnknown", await FailEarlyAsync(platform, [1, 2, 3]));
        Assert.Equal("ImportUnreadable", await FailEarlyAsync(platform, []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Names_that_no_system_takes_are_refused_before_anything_is_made_of_them(int kind)
    {
        using var platform = await Imports.MakeTargetAsync();
        var name = "data/" + string.Concat(Enumerable.Repeat("a/", 100_000));
        var tar = kind == 0
            ? new HandMadeTar().Pax('x', ("path", name)).Add("data/f", content: "f").Finished
            : new HandMadeTar().Add("././@LongLink", 'K', name).Add("data/f", '2', link: "x").Finished;
        Assert.Equal("ImportUnreadable", await FailEarlyAsync(platform, Gzip(tar)));
    }

    private static Task<BackupApp> ImportAsync(TestPlatform platform, byte[] archive) => platform.ImportAsync(Options(platform, archive));

    private static async Task<string> FailAsync(TestPlatform platform, byte[] archive, bool isCut = false)
    {
        var before = Tree.Describe(platform.Data);
        var failure = await Assert.ThrowsAsync<BackupException>(() => ImportAsync(platform, archive));
        Assert.Equal(before, Tree.Describe(platform.Data));
        return isCut && failure.ErrorId == "ImportFormatUnknown" ? "ImportUnreadable" : failure.ErrorId;
    }

    private static Task<string> FailEarlyAsync(TestPlatform platform, byte[] archive) => platform.FailEarlyAsync(Options(platform, archive));

    private static AppImportOptions Options(TestPlatform platform, byte[] archive)
    {
        var path = platform.Folder["foreign"];
        File.WriteAllBytes(path, archive);
        return Imports.From(path) with { SkipSafetyBackup = true };
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }
        return packed.ToArray();
    }

    private static IEnumerable<string> Facts(string folder)
    {
        using var node = LocalFileSystem.Open(folder);
        return [.. node.ReadNames(Token).Select(name => (name, node.Stat(name))).Select(pair => $"{pair.name} {pair.Item2.UserId}:{pair.Item2.GroupId} {pair.Item2.Modified}")];
    }
}
