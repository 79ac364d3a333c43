using System.Text;
using CloudBackup.Protection;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Import;

/// <summary>Folders of backups of the format rsync that have nothing beside them, as somebody downloaded them.</summary>
public sealed class FolderImportTests
{
    private const string Password = Imports.Password;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public enum Form
    {
        Plain,
        Suffixed,
        Encrypted,
        Unprotected,
    }

    public static TheoryData<Form> Forms => [.. Enum.GetValues<Form>()];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_comes_in_as_it_was(Form form)
    {
        using var old = await MakeAsync(form);
        SampleTree.MakeRich(old.Data, new SeededRandom(1), longestName: 150);
        Owner.Set(Path.Join(old.Data, "text.txt"), 1234, 2345);
        var before = Tree.Describe(old.Data);
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, form);
        await platform.ImportAsync(options);
        Assert.Equal(Imports.WithoutSetId(before), Imports.WithoutSetId(Tree.Describe(platform.Data)));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("without their set-user-id", StringComparison.Ordinal));
        Assert.Equal(["before import"], platform.Engine.AppBackups.List().Select(own => own.Label));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/secrets"]));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_app_that_was_unregistered_comes_back_from_it(Form form)
    {
        using var old = await MakeAsync(form, app => app with { Exclude = ["cache/"] });
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 20);
        old.Folder.Make("data/empty");
        var (id, before) = (old.Engine.Apps.Get(TestPlatform.Location).Id, Tree.Describe(old.Data));
        using var platform = await Imports.MakeTargetAsync();
        platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
        var options = await DownloadAsync(old, platform, form) with { Location = null, Register = true, DataDirectory = platform.Folder["again"] };
        var app = await platform.ImportAsync(options);
        Assert.Equal((id, TestPlatform.Location, "1.2.0", "wiki", AppState.Installed), (app.Id, app.Location, app.Version, app.PackageName, app.State));
        Assert.Equal(["cache/"], app.Exclude);
        Assert.Equal(before, Tree.Describe(platform.Folder["again"]));
        Assert.Equal("AppExists", await platform.FailEarlyAsync(options with { DataDirectory = platform.Folder["third"] }));
    }

    [Theory]
    [InlineData(Form.Suffixed)]
    [InlineData(Form.Encrypted)]
    public async Task Without_its_password_an_encrypted_one_is_refused_before_anything_is_touched(Form form)
    {
        using var old = await MakeAsync(form);
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 20);
        var before = Tree.Describe(old.Data);
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, form);
        Assert.Equal("ImportPasswordNeeded", await platform.FailEarlyAsync(options with { Secrets = SiteSecrets.None }));
        Assert.Equal("WrongPasswordOrDamaged", await platform.FailEarlyAsync(options with { Secrets = Secret.Password("battery staple") }));
        // Keys that this platform has open it too.
        var site = new BackupSite { Name = "own", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.Folder.Make("own"), ExternalDisk = true } };
        await platform.Engine.Sites.AddAsync(site, Secret.Password(Password), platform.Observer, Token);
        await platform.ImportAsync(options with { Secrets = SiteSecrets.None });
        Assert.Equal(before, Tree.Describe(platform.Data));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task What_is_missing_cut_or_added_is_told_before_anything_is_touched(Form form)
    {
        using var old = await MakeAsync(form);
        old.Folder.Write("data/sub/page", new string('x', 50_000));
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, form);
        var file = Directory.EnumerateFiles(options.Path!, "*", SearchOption.AllDirectories).Single(path => new FileInfo(path).Length >= 50_000);
        var content = await File.ReadAllBytesAsync(file, Token);
        await File.WriteAllBytesAsync(file, content[..^16], Token);
        Assert.Equal("ImportMetadataDiffers", await platform.FailEarlyAsync(options));
        File.Delete(file);
        Assert.Equal("ImportMetadataDiffers", await platform.FailEarlyAsync(options));
        Directory.CreateDirectory(file);
        Assert.Equal("ImportMetadataDiffers", await platform.FailEarlyAsync(options));
        Directory.Delete(file);
        File.CreateSymbolicLink(file, platform.Folder["data/old"]);
        Assert.Equal("ImportMetadataDiffers", await platform.FailEarlyAsync(options));
        File.Delete(file);
        await File.WriteAllBytesAsync(file, content, Token);
        var other = Path.Join(options.Path, "other");
        await File.WriteAllBytesAsync(other, form is Form.Plain or Form.Unprotected ? [.. "CBV2"u8, .. new byte[64]] : [1], Token);
        Assert.Equal(form == Form.Encrypted ? "WrongPasswordOrDamaged" : "ImportMixed", await platform.FailEarlyAsync(options));
        File.Delete(other);
        await platform.ImportAsync(options);
        Assert.Equal(50_000, new FileInfo(Path.Join(platform.Data, "sub/page")).Length);
    }

    [Theory]
    [InlineData(Form.Suffixed)]
    [InlineData(Form.Encrypted)]
    public async Task A_file_that_was_changed_is_found_and_the_data_stays(Form form)
    {
        using var old = await MakeAsync(form);
        old.Folder.Write("data/page", new string('x', 50_000));
        old.Folder.Write("data/large", new string('x', 2_000_000));
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, form) with { SkipSafetyBackup = true };
        foreach (var file in Directory.EnumerateFiles(options.Path!, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length >= 50_000))
        {
            var content = await File.ReadAllBytesAsync(file, Token);
            content[30_000] ^= 1;
            await File.WriteAllBytesAsync(file, content, Token);
            Assert.Equal("WrongPasswordOrDamaged", await platform.FailAsync(options));
            Assert.Equal(["old"], Directory.EnumerateFileSystemEntries(platform.Data).Select(Path.GetFileName));
            content[30_000] ^= 1;
            await File.WriteAllBytesAsync(file, content, Token);
        }
        await platform.ImportAsync(options);
    }

    [Theory]
    [InlineData("\"data/page\"", "\"data/../../page\"", "BackupHostile")]
    [InlineData("\"data/page\"", "\"/data/page\"", "BackupHostile")]
    [InlineData("\"data/page\"", "\"aaa/page\"", "ImportMetadataDiffers")]
    [InlineData("\"cloudbackupFsMetadata\":1", "\"cloudbackupFsMetadata\":9", "ImportUnreadable")]
    [InlineData("]}\n", "", "ImportUnreadable")]
    [InlineData("]}\n", "]}\n]}\n", "ImportUnreadable")]
    [InlineData("\"type\":\"file\"", "\"type\":\"door\"", "ImportUnreadable")]
    [InlineData("\"type\":\"file\"", "\"type\":\"dir\"", "ImportMetadataDiffers")]
    public async Task Metadata_that_lies_is_refused_before_anything_is_touched(string text, string lie, string error)
    {
        using var old = await MakeAsync(Form.Plain);
        old.Folder.Write("data/page", "p");
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, Form.Plain);
        var path = Path.Join(options.Path, "fsmetadata.json");
        var metadata = await File.ReadAllTextAsync(path, Token);
        Assert.Contains(text, metadata);
        await File.WriteAllTextAsync(path, metadata.Replace(text, lie, StringComparison.Ordinal), Token);
        Assert.Equal(error, await platform.FailEarlyAsync(options));
        File.Delete(path);
        await platform.ImportAsync(options);
        Assert.Equal(["page"], Directory.EnumerateFileSystemEntries(platform.Data).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_somebody_has_added_comes_in_too_and_belongs_to_whom_the_data_belongs_to()
    {
        using var old = await MakeAsync(Form.Plain);
        old.Folder.Write("data/page", "p");
        using var platform = await Imports.MakeTargetAsync();
        Owner.Set(platform.Data, 1234, 2345);
        var options = await DownloadAsync(old, platform, Form.Plain);
        await File.WriteAllTextAsync(Path.Join(options.Path, "data/added"), "a", Token);
        File.SetUnixFileMode(Path.Join(options.Path, "data/added"), UnixFileMode.UserRead);
        await platform.ImportAsync(options);
        Assert.Contains("added 0400 1234:2345", Owner.Describe(platform.Data));
    }

    [Theory]
    [InlineData(Form.Plain)]
    [InlineData(Form.Encrypted)]
    public async Task A_database_that_was_dumped_keeps_owner_and_mode(Form form)
    {
        using var old = await MakeAsync(form, app => app with { Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/app.db" }] });
        using (var database = new SqliteConnection($"Data Source={old.Folder["data/app.db"]};Pooling=False"))
        {
            database.Open();
            using var command = new SqliteCommand("CREATE TABLE t (x)", database);
            command.ExecuteNonQuery();
        }
        File.SetUnixFileMode(old.Folder["data/app.db"], (UnixFileMode)0x1A0); // 0640
        Owner.Set(old.Folder["data/app.db"], 1234, 2345);
        using var platform = await Imports.MakeTargetAsync();
        await platform.ImportAsync(await DownloadAsync(old, platform, form));
        Assert.Contains("app.db 0640 1234:2345", Owner.Describe(platform.Data));
    }

    [Fact]
    public async Task Another_version_and_a_full_disk_are_told_before_anything_is_touched()
    {
        using var old = await MakeAsync(Form.Suffixed);
        old.Folder.Write("data/page", "p");
        using var platform = await Imports.MakeTargetAsync();
        var options = await DownloadAsync(old, platform, Form.Suffixed);
        using (var huge = File.Create(Path.Join(options.Path, "data/huge.enc")))
        {
            huge.Write("CBV2"u8);
            huge.SetLength(1L << 43);
        }
        Assert.Equal("DestinationTooSmall", await platform.FailEarlyAsync(options));
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" });
        Assert.Equal("ImportVersionDiffers", await platform.FailEarlyAsync(options));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_Protect_BackupFile_made_is_decrypted_on_the_way(bool encryptsNames)
    {
        using var platform = await Imports.MakeTargetAsync();
        platform.Folder.Write("plain/data/sub/page.txt", "page");
        platform.Folder.Write("plain/data/empty.txt", "");
        using (var protection = new FileProtection(Secret.Of(Password), TimeProvider.System))
        {
            await protection.ProtectTreeAsync(platform.Folder["plain"], platform.Folder["protected"], encryptsNames, false, platform.Observer, _ => { }, Token);
        }
        var options = Imports.From(platform.Folder["protected"], Password);
        Assert.Equal("ImportPasswordNeeded", await platform.FailEarlyAsync(options with { Secrets = SiteSecrets.None }));
        Assert.Equal("WrongPasswordOrDamaged", await platform.FailEarlyAsync(options with { Secrets = Secret.Password("x") }));
        Assert.Equal("ImportConfigMissing", await platform.FailEarlyAsync(options with { Register = true, DataDirectory = platform.Folder["new"] }));
        Assert.Equal("ImportLocationNeeded", await platform.FailEarlyAsync(options with { Location = null }));
        await platform.ImportAsync(options);
        Assert.Equal("page", await File.ReadAllTextAsync(Path.Join(platform.Data, "sub/page.txt"), Token));
        Assert.Equal("", await File.ReadAllTextAsync(Path.Join(platform.Data, "empty.txt"), Token));
    }

    [Fact]
    public async Task Encrypted_content_never_becomes_the_data_unless_an_archive_holds_it()
    {
        using var platform = await Imports.MakeTargetAsync();
        platform.Folder.Write("export/data/page", "page");
        platform.Folder.Write("export/data/vault", "CBV2" + new string('x', 64));
        Assert.Equal("ImportPasswordNeeded", await platform.FailEarlyAsync(Imports.From(platform.Folder["export"])));
        Assert.Equal("WrongPasswordOrDamaged", await platform.FailEarlyAsync(Imports.From(platform.Folder["export"], Password)));
        await platform.ImportAsync(Imports.From(HandMadeZip.Write(platform.Folder["export.zip"], new ZipItem("data/vault", "CBV2"))));
        Assert.Equal("CBV2", await File.ReadAllTextAsync(Path.Join(platform.Data, "vault"), Encoding.UTF8, Token));
    }

    private static Task<TestPlatform> MakeAsync(Form form, Func<BackupApp, BackupApp>? app = null) => new TestPlatform().SetUpAsync(
        app,
        site => site with { Format = BackupFormat.Rsync, EncryptFileName = form != Form.Suffixed },
        form == Form.Plain ? null : Secret.Password(Password));

    /// <summary>The folder of a new backup of the old platform's app, without anything beside it.</summary>
    private static async Task<AppImportOptions> DownloadAsync(TestPlatform old, TestPlatform platform, Form form)
    {
        var stored = Path.Join(old.SitePath, (await old.BackUpAsync()).RemotePath);
        var folder = platform.Folder["downloaded"];
        if (form == Form.Unprotected)
        {
            using var protection = new FileProtection(Secret.Of(Password), TimeProvider.System);
            await protection.UnprotectTreeAsync(stored, folder, false, platform.Observer, _ => { }, Token);
            return Imports.From(folder);
        }
        Directory.Move(stored, folder);
        return Imports.From(folder, form == Form.Plain ? null : Password);
    }
}
