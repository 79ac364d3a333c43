using CloudBackup.FileTree;
using CloudBackup.Formats.Tar;
using CloudBackup.Protection;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>Archives that have nothing beside them.</summary>
public sealed class ArchiveImportTests
{
    private const string Password = Imports.Password;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bzip2_file_of_several_streams_comes_in_whole(bool encrypted)
    {
        // So writes pbzip2, which compresses the pieces of a file side by side.
        using var platform = await Imports.MakeTargetAsync();
        var tar = await TarAsync(("data/first", 700_000), ("data/second", 300_000));
        byte[] file = [.. Imports.BZip2(tar[..500_000]), .. Imports.BZip2([]), .. Imports.BZip2(tar[500_000..900_000]), .. Imports.BZip2(tar[900_000..]), .. new byte[1000]];
        await platform.ImportAsync(await WriteAsync(platform, file, encrypted));
        Assert.Equal([("first", 700_000), ("second", 300_000)], Files(platform));
        Assert.Equal("ImportUnreadable", await platform.FailAsync(await WriteAsync(platform, [.. file, .. "not bzip2 any more"u8], encrypted)));
        file[Imports.BZip2(tar[..500_000]).Length + 100] ^= 1;
        Assert.Equal("ImportUnreadable", await platform.FailAsync(await WriteAsync(platform, file, encrypted)));
        Assert.Equal("ImportUnreadable", await platform.FailAsync(await WriteAsync(platform, Imports.BZip2(tar[..500_000]), encrypted)));
        Assert.Equal([("first", 700_000), ("second", 300_000)], Files(platform));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_id_bits_are_believed_only_of_what_was_encrypted(bool encrypted)
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: encrypted ? Secret.Password(Password) : null);
        SampleTree.MakeRich(old.Data, new SeededRandom(1));
        var before = Tree.Describe(old.Data);
        using var platform = await Imports.MakeTargetAsync();
        // A password alone makes nothing trustworthy.
        await platform.ImportAsync(await DownloadAsync(old, platform, encrypted) with { Secrets = Secret.Password(Password) });
        Assert.Equal(encrypted ? before : Imports.WithoutSetId(before), encrypted ? Tree.Describe(platform.Data) : Imports.WithoutSetId(Tree.Describe(platform.Data)));
        Assert.Equal(encrypted ? (UnixFileMode)0x9ED : (UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Join(platform.Data, "setuid")));
        Assert.Equal(encrypted ? 0 : 1, platform.Observer.Warnings.Count(warning => warning.Contains("set-user-id", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_that_was_unregistered_comes_back_from_its_archive(bool encrypted)
    {
        using var old = await new TestPlatform().SetUpAsync(
            app => app with { Exclude = ["cache/"], Commands = new AppCommands { Install = ["/bin/sh", "-c", "echo \"$CLOUDBACKUP_VERSION\" > \"$CLOUDBACKUP_DATA_DIRECTORY/installed\""] } },
            secrets: encrypted ? Secret.Password(Password) : null);
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 20);
        var id = old.Engine.Apps.Get(TestPlatform.Location).Id;
        using var platform = new TestPlatform();
        var options = await DownloadAsync(old, platform, encrypted) with { Location = null, Register = true, DataDirectory = platform.Folder["again"] };
        if (encrypted)
        {
            Assert.Equal("ImportPasswordNeeded", await platform.FailEarlyAsync(options with { Secrets = SiteSecrets.None }));
            Assert.Equal("WrongPasswordOrDamaged", await platform.FailEarlyAsync(options with { Secrets = Secret.Password("x") }));
        }
        Assert.Empty(platform.Engine.Apps.List());
        options = options with { AllowCommand = !encrypted };
        var app = await platform.ImportAsync(options);
        Assert.Equal((id, TestPlatform.Location, "1.2.0", AppState.Installed), (app.Id, app.Location, app.Version, app.State));
        Assert.Equal(["cache/"], app.Exclude);
        Assert.Equal("1.2.0\n", await File.ReadAllTextAsync(platform.Folder["again/installed"], Token));
        Assert.Equal(20, Directory.EnumerateFiles(platform.Folder["again"], "f*", SearchOption.AllDirectories).Count());
        // Beside it, with an id of its own.
        app = await platform.ImportAsync(options with { Location = "two.example.com", DataDirectory = platform.Folder["two"] });
        Assert.NotEqual(id, app.Id);
    }

    [Fact]
    public async Task What_does_not_say_which_app_it_is_can_only_go_into_a_registered_one()
    {
        using var platform = await Imports.MakeTargetAsync();
        var options = await WriteAsync(platform, await TarAsync(("data/f", 1)), encrypted: false);
        Assert.Equal("ImportConfigMissing", await platform.FailEarlyAsync(options with { Register = true, DataDirectory = platform.Folder["new"] }));
        Assert.Equal("ImportLocationNeeded", await platform.FailEarlyAsync(options with { Location = null }));
        options = Imports.From(HandMadeZip.Write(platform.Folder["null.zip"], new ZipItem("config.json", """{"id":"11111111-2222-3333-4444-555555555555","location":null,"version":"1","dataDirectory":"/"}""")));
        Assert.Equal("BackupDamaged", await platform.FailEarlyAsync(options with { Register = true, DataDirectory = platform.Folder["new"] }));
    }

    [Fact]
    public async Task What_holds_no_folder_data_says_so()
    {
        using var platform = await Imports.MakeTargetAsync();
        Assert.Equal("ImportDataMissing", await platform.FailAsync(await WriteAsync(platform, await TarAsync(("wiki/f", 1)), encrypted: false)));
        Assert.Equal("ImportDataMissing", await platform.FailAsync(Imports.From(HandMadeZip.Write(platform.Folder["wiki.zip"], new ZipItem("wiki/f", "f")))));
        Assert.Equal(["old"], Files(platform).Select(file => file.Name));
    }

    [Fact]
    public async Task Another_version_is_refused_before_anything_is_touched()
    {
        using var old = await new TestPlatform().SetUpAsync();
        old.Folder.Write("data/page", "p");
        using var platform = await Imports.MakeTargetAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" });
        Assert.Equal("ImportVersionDiffers", await platform.FailEarlyAsync(await DownloadAsync(old, platform, encrypted: false)));
    }

    [Fact]
    public async Task A_file_that_does_not_fit_is_told_before_it_is_written()
    {
        using var platform = await Imports.MakeTargetAsync();
        var header = new TarHeaderWriter().Write(new EntryFacts { Path = "data/huge", Kind = EntryKind.File, Mode = 0x1A4, Size = 1L << 50 }).ToArray();
        Assert.Equal("DestinationTooSmall", await platform.FailAsync(await WriteAsync(platform, header, encrypted: false)));
        Assert.Equal(["old"], Files(platform).Select(file => file.Name));
    }

    private static async Task<AppImportOptions> DownloadAsync(TestPlatform old, TestPlatform platform, bool encrypted)
    {
        var path = platform.Folder["downloaded"];
        File.Copy(Path.Join(old.SitePath, (await old.BackUpAsync()).RemotePath + ".tar.gz" + (encrypted ? ".enc" : "")), path);
        return Imports.From(path, encrypted ? Password : null);
    }

    private static async Task<AppImportOptions> WriteAsync(TestPlatform platform, byte[] content, bool encrypted)
    {
        var path = platform.Folder["archive"];
        await File.WriteAllBytesAsync(path, content, Token);
        if (!encrypted)
        {
            return Imports.From(path);
        }
        using var protection = new FileProtection(Secret.Of(Password), TimeProvider.System);
        await protection.ProtectAsync(path, platform.Folder["archive.enc"], replace: true, platform.Observer, Token);
        return Imports.From(platform.Folder["archive.enc"], Password);
    }

    private static async Task<byte[]> TarAsync(params (string Name, int Length)[] files)
    {
        using var tar = new MemoryStream();
        await using (var writer = new System.Formats.Tar.TarWriter(tar, leaveOpen: true))
        {
            foreach (var (name, length) in files)
            {
                var content = new MemoryStream(new SeededRandom(length).Text(length));
                await writer.WriteEntryAsync(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name) { DataStream = content }, Token);
            }
        }
        return tar.ToArray();
    }

    private static IEnumerable<(string Name, long Length)> Files(TestPlatform platform) =>
        new DirectoryInfo(platform.Data).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.Name, file.Length));
}
