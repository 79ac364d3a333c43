using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>Zip archives, as other programs and enemies make them.</summary>
public sealed class ZipImportTests
{
    private const int Link = 0xA000;
    private const int Pipe = 0x1000;
    private const int File = 0x8000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_content_that_does_not_have_its_checksum_is_damage(bool isDeflated)
    {
        using var platform = await Imports.MakeTargetAsync();
        var good = new ZipItem("data/good", "good") { IsDeflated = isDeflated };
        var bad = new ZipItem("data/bad", new string('b', 100_000)) { IsDeflated = isDeflated, Checksum = 0x12345678 };
        Assert.Equal("ImportUnreadable", await platform.FailAsync(Zip(platform, good, bad)));
        Assert.Equal("ImportUnreadable", await platform.FailAsync(Zip(platform, good with { UnixMode = Link | 0x1FF, Checksum = 1 })));
        AssertUntouched(platform);
        await platform.ImportAsync(Zip(platform, good, bad with { Checksum = null }));
        Assert.Equal(["bad", "good"], Names(platform.Data));
    }

    [Theory]
    [InlineData(99_999)]
    [InlineData(100_001)]
    [InlineData(10)]
    public async Task A_content_of_another_length_than_declared_is_refused(long size)
    {
        using var platform = await Imports.MakeTargetAsync();
        var item = new ZipItem("data/f", new byte[100_000]) { Size = size };
        Assert.Equal("ImportUnreadable", await platform.FailAsync(Zip(platform, item)));
        Assert.Equal("ImportUnreadable", await platform.FailAsync(Zip(platform, item with { IsDeflated = true })));
        AssertUntouched(platform);
    }

    [Fact]
    public async Task An_archive_that_says_it_does_not_fit_is_refused_before_anything_is_touched()
    {
        using var platform = await Imports.MakeTargetAsync();
        var bomb = new ZipItem("data/bomb", new byte[100_000]) { IsDeflated = true, Size = 1L << 62 };
        Assert.Equal("DestinationTooSmall", await platform.FailEarlyAsync(Zip(platform, bomb)));
        Assert.Equal("DestinationTooSmall", await platform.FailEarlyAsync(Zip(platform, bomb, bomb with { Name = "data/second" })));
        var anew = Zip(platform, new ZipItem("config.json", Config()), bomb) with
        {
            Register = true,
            Location = "new.example.com",
            DataDirectory = platform.Folder["new"],
        };
        Assert.Equal("DiskTooSmall", await platform.FailEarlyAsync(anew));
        Assert.False(Directory.Exists(platform.Folder["new"]));
    }

    [Fact]
    public async Task Links_come_in_as_links_set_id_bits_do_not_and_special_files_are_told_of()
    {
        using var platform = await Imports.MakeTargetAsync();
        await platform.ImportAsync(Zip(
            platform,
            new ZipItem("data/", "") { UnixMode = 0x4000 | 0x1ED },
            new ZipItem("data/link", "../../outside") { UnixMode = Link | 0x1FF },
            new ZipItem("data/setuid", "s") { UnixMode = File | 0x9ED },
            new ZipItem("data/script", "#!") { UnixMode = File | 0x1E8 },
            new ZipItem("data/pipe", "") { UnixMode = Pipe | 0x1A4 },
            new ZipItem("data/back\\slash", "b") { UnixMode = File | 0x1A4 },
            new ZipItem("data\\windows\\page", "w") { IsFromUnix = false }));
        Assert.Equal(["back\\slash", "link", "script", "setuid", "windows"], Names(platform.Data));
        Assert.Equal("../../outside", new FileInfo(Path.Join(platform.Data, "link")).LinkTarget);
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(Path.Join(platform.Data, "setuid")));
        Assert.Equal((UnixFileMode)0x1E8, System.IO.File.GetUnixFileMode(Path.Join(platform.Data, "script")));
        Assert.Equal("w", await System.IO.File.ReadAllTextAsync(Path.Join(platform.Data, "windows/page"), Token));
        Assert.Contains(platform.Observer.Warnings, warning => warning.StartsWith("1 files were restored without their set-user-id", StringComparison.Ordinal));
        Assert.Contains("1 sockets, pipes and devices are left out.", platform.Observer.Warnings);
    }

    [Fact]
    public async Task A_file_without_any_rights_gets_none_and_one_without_a_mode_the_usual_one()
    {
        using var platform = await Imports.MakeTargetAsync();
        await platform.ImportAsync(Zip(platform, new ZipItem("data/closed", "c") { UnixMode = File }, new ZipItem("data/untold", "u")));
        Assert.Equal((UnixFileMode)0, System.IO.File.GetUnixFileMode(Path.Join(platform.Data, "closed")));
        Assert.Equal((UnixFileMode)0x1A4, System.IO.File.GetUnixFileMode(Path.Join(platform.Data, "untold")));
    }

    [Fact]
    public async Task Folders_that_have_no_entry_are_like_the_data_directory_that_is_replaced()
    {
        using var platform = await Imports.MakeTargetAsync();
        System.IO.File.SetUnixFileMode(platform.Data, (UnixFileMode)0x1E8); // 0750
        Owner.Set(platform.Data, 1234, 2345);
        await platform.ImportAsync(Zip(platform, new ZipItem("data/a/b/page", "p"), new ZipItem("data/own/", "") { UnixMode = 0x4000 | 0x1C0 }, new ZipItem("data/own/page", "p")));
        Assert.Equal(
            [". 0750 1234:2345", "a 0750 1234:2345", "a/b 0750 1234:2345", "a/b/page 0644 1234:2345", "own 0700 1234:2345", "own/page 0644 1234:2345"],
            Owner.Describe(platform.Data));
    }

    [Fact]
    public async Task A_tar_archive_without_entries_for_folders_gets_them_too()
    {
        using var platform = await Imports.MakeTargetAsync();
        System.IO.File.SetUnixFileMode(platform.Data, (UnixFileMode)0x1ED);
        var tar = platform.Folder["bare.tar"];
        await using (var writer = new System.Formats.Tar.TarWriter(System.IO.File.Create(tar)))
        {
            await writer.WriteEntryAsync(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "data/a/page"), Token);
        }
        await platform.ImportAsync(Imports.From(tar));
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(platform.Data));
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(Path.Join(platform.Data, "a")));
    }

    [Fact]
    public async Task Names_without_a_mark_are_what_most_likely_was_meant()
    {
        using var platform = await Imports.MakeTargetAsync();
        var bytes = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(866)!.GetBytes("data/база");
        var field = Unicode("data/база", bytes);
        var old = new ZipItem("", "x") { NameBytes = bytes, Flags = 0 };
        await platform.ImportAsync(Zip(platform, old with { MoreExtra = field }));
        Assert.Equal(["база"], Names(platform.Data));
        await platform.ImportAsync(Zip(platform, old) with { ZipEncoding = "866" });
        Assert.Equal(["база"], Names(platform.Data));
        await platform.ImportAsync(Zip(platform, old) with { ZipEncoding = "cp866" });
        Assert.Equal(["база"], Names(platform.Data));
        await platform.ImportAsync(Zip(platform, new ZipItem("data/naïve", "x") { Flags = 0 }) with { ZipEncoding = "866" });
        Assert.Equal(["naïve"], Names(platform.Data));
        Assert.Equal("ImportZipEncodingUnknown", await platform.FailEarlyAsync(Zip(platform, old) with { ZipEncoding = "cp99999" }));
        Assert.DoesNotContain(platform.Observer.Warnings, warning => warning.Contains("UTF-8", StringComparison.Ordinal));
        // A field that is of another name does not count. Then the bytes stay, each name its own.
        field[1] ^= 1;
        await platform.ImportAsync(Zip(platform, old with { MoreExtra = field }, old with { NameBytes = [.. bytes[..^1], 0xA1] }));
        using var folder = LocalFileSystem.Open(platform.Data);
        Assert.Equal([[.. bytes[5..^1], 0xA0], [.. bytes[5..^1], 0xA1]], folder.ReadNames(Token).Select(PathText.ToBytes));
        Assert.Contains(platform.Observer.Warnings, warning => warning.StartsWith("2 names in the zip are not UTF-8", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(9, 0, "Deflate64")]
    [InlineData(14, 0, "LZMA")]
    [InlineData(93, 0, "Zstandard")]
    [InlineData(98, 0, "PPMd")]
    [InlineData(99, 1, "AES")]
    [InlineData(8, 1, "password")]
    public async Task What_cannot_be_unpacked_is_named_before_anything_is_touched(int method, int flags, string what)
    {
        using var platform = await Imports.MakeTargetAsync();
        var options = Zip(platform, new ZipItem("data/good", "g"), new ZipItem("data/f", "f") { Method = method, Flags = flags });
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.ImportAsync(options));
        Assert.Equal("ImportFormatUnsupported", failure.ErrorId);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.Equal("ImportFormatUnsupported", await platform.FailEarlyAsync(options));
    }

    [Fact]
    public async Task Of_the_same_name_the_last_entry_counts()
    {
        using var platform = await Imports.MakeTargetAsync();
        await platform.ImportAsync(Zip(platform, new ZipItem("data/f", "old"), new ZipItem("data/F", "other"), new ZipItem("data//./f", "new")));
        Assert.Equal(["F=other", "f=new"], TreeModel.Describe(platform.Data));
    }

    [Fact]
    public async Task Something_before_or_behind_a_zip_is_told_before_anything_is_touched()
    {
        using var platform = await Imports.MakeTargetAsync();
        var options = Zip(platform, new ZipItem("data/f", "f"));
        var zip = await System.IO.File.ReadAllBytesAsync(options.Path!, Token);
        foreach (var changed in new byte[][] { [.. zip, .. zip], [.. zip, 1], [.. zip[..^1]], [.. zip[..10], .. zip], [.. zip[..^22]] })
        {
            await System.IO.File.WriteAllBytesAsync(options.Path!, changed, Token);
            Assert.Equal("ImportUnreadable", await platform.FailEarlyAsync(options));
        }
        await System.IO.File.WriteAllBytesAsync(options.Path!, [.. zip, .. new byte[1000]], Token);
        await platform.ImportAsync(options);
    }

    private static byte[] Unicode(string name, byte[] of)
    {
        byte[] field = [1, .. BitConverter.GetBytes(System.IO.Hashing.Crc32.HashToUInt32(of)), .. System.Text.Encoding.UTF8.GetBytes(name)];
        return [0x75, 0x70, (byte)field.Length, 0, .. field];
    }

    private static AppImportOptions Zip(TestPlatform platform, params ZipItem[] items) =>
        Imports.From(HandMadeZip.Write(platform.Folder["made.zip"], items));

    private static string Config() =>
        """{"cloudbackupConfig":1,"id":"11111111-2222-3333-4444-555555555555","location":"new.example.com","version":"1","dataDirectory":"/x"}""";

    private static void AssertUntouched(TestPlatform platform)
    {
        Assert.Equal(["old"], Names(platform.Data));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/tmp"]));
    }

    private static IEnumerable<string?> Names(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
