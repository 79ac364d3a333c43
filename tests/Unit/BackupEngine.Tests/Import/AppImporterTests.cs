using System.Formats.Tar;
using System.IO.Compression;
using CloudBackup.Protection;
using CloudBackup.Tests.Support;
using ICSharpCode.SharpZipLib.BZip2;

namespace CloudBackup.Tests.Import;

public sealed class AppImporterTests
{
    private const string Password = Imports.Password;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_of_another_platform_comes_in_and_nothing_of_that_is_kept(bool encrypted)
    {
        using var old = await MakeAsync(encrypted);
        var before = Tree.Describe(old.Data);
        var backup = await old.BackUpAsync();
        using var platform = await MakeTargetAsync(old, backup.Id);
        await platform.ImportAsync(Options(old, encrypted));
        Assert.Equal(encrypted ? before : Imports.WithoutSetId(before), encrypted ? Tree.Describe(platform.Data) : Imports.WithoutSetId(Tree.Describe(platform.Data)));
        Assert.Equal(["local"], platform.Engine.Sites.List().Select(site => site.Name));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/secrets"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/tmp"]));
        Assert.Equal(["before import"], platform.Engine.AppBackups.List().Select(own => own.Label));
        Assert.DoesNotContain(old.StoredFiles(), path => path.Contains("before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unregistered_app_comes_back_with_id_configuration_and_history()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Exclude = ["cache/"] });
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var before = Tree.Describe(platform.Data);
        var backup = await platform.BackUpAsync();
        var id = platform.Engine.Apps.Get(TestPlatform.Location).Id;
        platform.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        var options = new AppImportOptions { RemotePath = backup.RemotePath, Register = true, DataDirectory = platform.Folder["again"] };
        var app = await platform.ImportAsync(options);
        Assert.Equal((id, TestPlatform.Location, "1.2.0", AppState.Installed), (app.Id, app.Location, app.Version, app.State));
        Assert.Equal(["cache/"], app.Exclude);
        Assert.Equal(before, Tree.Describe(platform.Folder["again"]));
        Assert.NotNull(app.LastBackup);
        // Again, beside it: another location, and another id.
        app = await platform.ImportAsync(options with { Location = "two.example.com", DataDirectory = platform.Folder["two"] });
        Assert.NotEqual(id, app.Id);
        Assert.Equal("AppExists", await platform.FailAsync(options with { DataDirectory = platform.Folder["three"] }));
        Assert.Equal("NameInvalid", await platform.FailAsync(options with { Location = "four.example.com", DataDirectory = null }));
    }

    [Fact]
    public async Task What_cannot_go_in_is_refused_and_nothing_is_touched()
    {
        using var old = await MakeAsync(encrypted: true);
        var box = (await old.BackUpPlatformAsync()).RemotePath;
        var backup = old.Engine.AppBackups.List()[0];
        using var platform = await MakeTargetAsync(old, backup.Id);
        var before = Tree.Describe(platform.Data);
        var options = Options(old, encrypted: true);
        Assert.Equal("RestorePasswordNeeded", await platform.FailAsync(options with { Secrets = SiteSecrets.None }));
        Assert.Equal("RestorePasswordWrong", await platform.FailAsync(options with { Secrets = Secret.Password("battery staple") }));
        Assert.Equal("ImportNotFound", await platform.FailAsync(options with { RemotePath = "2026-01-01-000000-000/app_x_v1" }));
        Assert.Equal("ImportOfPlatform", await platform.FailAsync(options with { RemotePath = box }));
        Assert.Equal("RemotePathNeeded", await platform.FailAsync(options with { ConfigFile = null }));
        Assert.Equal("AppNotFound", await platform.FailAsync(options with { Location = "nothing.example.com" }));
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" });
        Assert.Equal("ImportVersionDiffers", await platform.FailAsync(options));
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_of_ours_comes_in_without_its_index(bool encrypted)
    {
        using var old = await MakeAsync(encrypted);
        var before = Tree.Describe(old.Data);
        var backup = await old.BackUpAsync();
        using var platform = await new TestPlatform().SetUpAsync();
        var archive = platform.Folder["downloaded"];
        File.Copy(Path.Join(old.SitePath, backup.RemotePath + ".tar.gz" + (encrypted ? ".enc" : "")), archive);
        var options = Imports.From(archive, encrypted ? Password : null);
        if (encrypted)
        {
            Assert.Equal("ImportPasswordNeeded", await platform.FailAsync(options with { Secrets = SiteSecrets.None }));
            Assert.Equal("WrongPasswordOrDamaged", await platform.FailAsync(options with { Secrets = Secret.Password("battery staple") }));
            Assert.Empty(platform.Engine.AppBackups.List());
        }
        await platform.ImportAsync(options);
        Assert.Equal(Imports.WithoutSetId(before), Imports.WithoutSetId(Tree.Describe(platform.Data)));
        // Cut or changed anywhere, it is refused, and the data stays.
        before = Tree.Describe(platform.Data);
        var bytes = await File.ReadAllBytesAsync(archive, Token);
        var bad = platform.Folder["bad"];
        for (var at = 100; at < bytes.Length; at += bytes.Length / 7)
        {
            await File.WriteAllBytesAsync(bad, bytes[..at], Token);
            Assert.Contains(await platform.FailAsync(options with { Path = bad, SkipSafetyBackup = true }), new[] { "ImportUnreadable", "WrongPasswordOrDamaged" });
        }
        Assert.Equal(before, Tree.Describe(platform.Data));
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" });
        Assert.Equal("ImportVersionDiffers", await platform.FailAsync(options));
    }

    [Theory]
    [InlineData(BackupFormat.Tgz, false)]
    [InlineData(BackupFormat.Tgz, true)]
    [InlineData(BackupFormat.Rsync, false)]
    [InlineData(BackupFormat.Rsync, true)]
    public async Task Content_that_lies_beside_its_record_is_read_and_checked_as_in_a_storage(BackupFormat format, bool encrypted)
    {
        using var old = await new TestPlatform().SetUpAsync(site: site => site with { Format = format }, secrets: encrypted ? Secret.Password(Password) : null);
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 30);
        var before = Tree.Describe(old.Data);
        var backup = await old.BackUpAsync();
        using var platform = await new TestPlatform().SetUpAsync();
        var content = Path.Join(old.SitePath, backup.RemotePath) + (format == BackupFormat.Rsync ? "" : encrypted ? ".tar.gz.enc" : ".tar.gz");
        var options = Imports.From(content, encrypted ? Password : null);
        if (encrypted)
        {
            Assert.Equal("RestorePasswordNeeded", await platform.FailAsync(options with { Secrets = SiteSecrets.None }));
            Assert.Equal("RestorePasswordWrong", await platform.FailAsync(options with { Secrets = Secret.Password("battery staple") }));
        }
        await platform.ImportAsync(options);
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Equal(["local"], platform.Engine.Sites.List().Select(site => site.Name));
        File.Delete(Path.Join(old.SitePath, backup.RemotePath) + ".index.gz" + (encrypted ? ".enc" : ""));
        Assert.Equal("BackupDamaged", await platform.FailAsync(options));
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("tar.bz2")]
    [InlineData("zip")]
    [InlineData("folder")]
    [InlineData("zip.enc")]
    public async Task What_other_programs_made_comes_in(string kind)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var source = platform.Folder.Make("source");
        platform.Folder.Write("source/data/docs/page.txt", new string('x', 100_000));
        platform.Folder.Write("source/data/empty.txt", "");
        platform.Folder.Make("source/data/nothing");
        platform.Folder.Write("source/readme", "not data");
        var expected = Contents(platform.Folder["source/data"]);
        platform.Folder.Write("data/old", "old");
        await platform.ImportAsync(new AppImportOptions
        {
            Location = TestPlatform.Location,
            Path = await PackAsync(platform, source, kind),
            Secrets = kind.EndsWith(".enc", StringComparison.Ordinal) ? Secret.Password(Password) : SiteSecrets.None,
        });
        Assert.Equal(expected, Contents(platform.Data));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/tmp"]));
    }

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("data/../../escaped")]
    [InlineData("/../escaped")]
    public async Task An_archive_that_leads_outside_is_refused(string name)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/old", "old");
        var zip = platform.Folder["hostile.zip"];
        using (var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create, Token))
        {
            await using var entry = await archive.CreateEntry(name).OpenAsync(Token);
            entry.WriteByte(1);
        }
        var tar = platform.Folder["hostile.tar"];
        await using (var writer = new TarWriter(File.Create(tar), TarEntryFormat.Pax))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) }, Token);
        }
        var link = platform.Folder["link.tar"];
        await using (var writer = new TarWriter(File.Create(link), TarEntryFormat.Pax))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "data/out") { LinkName = platform.Folder["outside"] }, Token);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "data/out/f") { DataStream = new MemoryStream([1]) }, Token);
        }
        platform.Folder.Make("outside");
        foreach (var path in new[] { zip, tar, link })
        {
            Assert.Equal("BackupHostile", await platform.FailAsync(Imports.From(path)));
        }
        Assert.Equal(["old"], Directory.EnumerateFileSystemEntries(platform.Data).Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["outside"]));
        Assert.False(File.Exists(platform.Folder["escaped"]) || File.Exists("/tmp/escaped"));
    }

    [Fact]
    public async Task What_has_no_data_or_is_nothing_at_all_is_told()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/old", "old");
        var options = Imports.From(platform.Folder.Make("none"));
        Assert.Equal("ImportDataMissing", await platform.FailAsync(options));
        Assert.Equal("FileNotRead", await platform.FailAsync(options with { Path = platform.Folder["missing"] }));
        Assert.Equal("ImportFormatUnknown", await platform.FailAsync(options with { Path = platform.Folder.Write("text", new string('t', 2000)) }));
        Assert.Equal("ImportUnreadable", await platform.FailAsync(options with { Path = platform.Folder.Write("PK", "PK, but no zip") }));
        Assert.Equal("old", await File.ReadAllTextAsync(platform.Folder["data/old"], Token));
    }

    private static async Task<string> PackAsync(TestPlatform platform, string source, string kind)
    {
        var path = platform.Folder["packed." + kind];
        switch (kind)
        {
            case "folder":
                return source;
            case "zip":
                await ZipFile.CreateFromDirectoryAsync(source, path, Token);
                break;
            case "zip.enc":
                using (var protection = new FileProtection(Secret.Of(Password), TimeProvider.System))
                {
                    await protection.ProtectAsync(await PackAsync(platform, source, "zip"), path, false, platform.Observer, Token);
                }
                break;
            default:
                await using (var file = File.Create(path))
                await using (Stream packed = kind == "tar.gz" ? new GZipStream(file, CompressionMode.Compress) : kind == "tar.bz2" ? new BZip2OutputStream(file) : file)
                {
                    // In any order, as archivers may.
                    await using var writer = new TarWriter(packed, TarEntryFormat.Gnu, leaveOpen: true);
                    foreach (var entry in Directory.EnumerateFileSystemEntries(source, "*", SearchOption.AllDirectories).Reverse())
                    {
                        await writer.WriteEntryAsync(entry, "./" + Path.GetRelativePath(source, entry), Token);
                    }
                }
                break;
        }
        return path;
    }

    private static List<string> Contents(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)} {(File.Exists(path) ? File.ReadAllText(path) : "/")}"),
    ];

    private static async Task<TestPlatform> MakeAsync(bool encrypted)
    {
        var platform = await new TestPlatform().SetUpAsync(secrets: encrypted ? Secret.Password(Password) : null);
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        return platform;
    }

    /// <summary>Another platform with the same app, and a file that tells where the backup is.</summary>
    private static async Task<TestPlatform> MakeTargetAsync(TestPlatform old, string backupId)
    {
        old.Engine.Sites.Export(null, backupId, old.Folder["site.json"], mayReplace: false);
        var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/old", "old");
        return platform;
    }

    private static AppImportOptions Options(TestPlatform old, bool encrypted) => new()
    {
        Location = TestPlatform.Location,
        ConfigFile = old.Folder["site.json"],
        Secrets = encrypted ? Secret.Password(Password) : SiteSecrets.None,
    };
}
