using CloudBackup.Catalog;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Services;

public sealed class AppServiceTests
{
    [Fact]
    public async Task An_app_is_registered_changed_and_unregistered()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var app = platform.Engine.Apps.Get("WIKI.example.com");
        Assert.NotEqual(Guid.Empty, app.Id);
        var changed = platform.Engine.Apps.Update(app with { Location = "Docs.example.com", Version = "2.0+build~1" });
        Assert.Equal((app.Id, "docs.example.com"), (changed.Id, changed.Location));
        Assert.Equal("AppNotFound", Assert.Throws<BackupException>(() => platform.Engine.Apps.Get("wiki.example.com")).ErrorId);
        platform.Engine.Apps.Unregister("docs.example.com", NullObserver.Instance);
        Assert.Empty(platform.Engine.Apps.List());
        Assert.True(Directory.Exists(platform.Data));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".x")]
    [InlineData("x.")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("..")]
    [InlineData("ü.example.com")]
    public async Task A_location_that_is_no_name_is_refused(string location)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("NameInvalid", Fail(platform, app => app with { Location = location }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1/2")]
    [InlineData("-1")]
    [InlineData("1 2")]
    public async Task A_version_that_is_none_is_refused(string version)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("NameInvalid", Fail(platform, app => app with { Location = "b.example.com", Version = version }));
    }

    [Theory]
    [InlineData("app.db")]
    [InlineData("data/../x.db")]
    [InlineData("data/")]
    [InlineData("/data/x.db")]
    [InlineData("")]
    public async Task A_database_outside_the_data_directory_is_refused(string path)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("AddonPathInvalid", Fail(platform, app => app with
        {
            Location = "b.example.com",
            Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = path }],
        }));
    }

    [Fact]
    public async Task A_missing_data_directory_and_a_location_in_use_are_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("DataDirectoryUnusable", Fail(platform, app => app with { Location = "b.example.com", DataDirectory = platform.Folder["none"] }));
        Assert.Equal("AppExists", Fail(platform, app => app with { Location = "Wiki.Example.Com" }));
        Assert.Single(platform.Engine.Apps.List());
    }

    [Fact]
    public async Task Folders_that_overlap_are_refused_whatever_links_lead_there()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var mail = platform.Folder.Make("mail");
        platform.Engine.Platform.SetExtraDirectories([mail]);
        platform.Folder.Make("mail/inside");
        platform.Folder.Make("data/inside");
        platform.Folder.Make("site/inside");
        platform.Folder.Make("home/inside");
        Directory.CreateSymbolicLink(platform.Folder["link"], platform.Data);
        Directory.CreateSymbolicLink(platform.Folder["above"], platform.Folder.Path);
        Directory.CreateSymbolicLink(platform.Folder["relative"], "above/mail");
        var own = platform.AddApp("own.example.com");
        foreach (var (folder, other) in new[]
        {
            ("data", "data"), ("data/inside", "data"), ("link", "data"), ("link/inside", "data"), ("above/data/inside", "data"),
            (".", "home"), ("above", "home"), ("home/inside", "home"),
            ("mail", "mail"), ("mail/inside", "mail"), ("relative/inside", "mail"),
            ("site", "site"), ("site/inside", "site"), ("above/site", "site"),
        })
        {
            var path = platform.Folder[folder];
            var wanted = new BackupApp { Id = Guid.Empty, Location = "b.example.com", Version = "1", DataDirectory = path };
            var failure = Assert.Throws<BackupException>(() => platform.Engine.Apps.Register(wanted));
            Assert.Equal("DataDirectoryTaken", failure.ErrorId);
            Assert.Contains($"'{Path.GetFullPath(path)}', the data directory of b.example.com", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"'{platform.Folder[other]}', ", failure.Message, StringComparison.Ordinal);
            Assert.Equal("DataDirectoryTaken", Assert.Throws<BackupException>(() => platform.Engine.Apps.Update(own with { DataDirectory = path })).ErrorId);
        }
        Assert.Equal(2, platform.Engine.Apps.List().Count);
        // What only begins the same is another folder, and its own folder is no other's.
        platform.Folder.Make("database");
        Assert.Equal(platform.Folder["database"], platform.Engine.Apps.Update(own with { DataDirectory = platform.Folder["database"] }).DataDirectory);
        Assert.Equal(platform.Folder["database"], platform.Engine.Apps.Update(own with { DataDirectory = platform.Folder["above/database"] }).DataDirectory.Replace("/above", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_site_inside_of_what_is_backed_up_is_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Make("data/backups");
        platform.Folder.Make("mail/backups");
        platform.Engine.Platform.SetExtraDirectories([platform.Folder["mail"]]);
        var local = platform.Engine.Sites.Get("local");
        foreach (var path in new[] { "data/backups", "data", "mail/backups" })
        {
            var settings = new FileSystemSettings { Path = platform.Folder[path], ExternalDisk = true };
            Assert.Equal("SiteFolderTaken", await FailAsync(() => platform.Engine.Sites.AddAsync(
                local with { Name = "second", Settings = settings }, SiteSecrets.None, platform.Observer, TestContext.Current.CancellationToken)));
            Assert.Equal("SiteFolderTaken", await FailAsync(() => platform.Engine.Sites.UpdateAsync(
                local with { Settings = settings }, SiteSecrets.None, platform.Observer, TestContext.Current.CancellationToken)));
        }
        Assert.Equal(local.Settings, Assert.Single(platform.Engine.Sites.List()).Settings);
        var extra = Assert.Throws<BackupException>(() => platform.Engine.Platform.SetExtraDirectories([platform.SitePath]));
        Assert.Equal("ExtraDirectoryOverlaps", extra.ErrorId);
    }

    [Fact]
    public async Task Unregistering_settles_a_restore_that_was_interrupted_I6()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "old");
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            // What a restore that dies in the middle of the swap leaves.
            using var swap = SwapChoice.Choose(platform.Data, _ => { });
            new RestoreJournal(database).Save(new RestoreJournalEntry
            {
                AppId = app.Id,
                BackupId = "app_wiki.example.com_v1_12345678",
                DataDirectory = swap.DataDirectory,
                IsWholeFolder = swap.IsWholeFolder,
                Version = "1",
                Phase = RestorePhase.Swapping,
            });
            swap.MakeStaging();
            Directory.CreateDirectory(Path.Join(swap.UnpackPath, "data"));
            File.WriteAllText(Path.Join(swap.UnpackPath, "data/f"), "new");
            swap.Commit();
        }
        Assert.Equal("new", File.ReadAllText(platform.Folder["data/f"]));
        platform.Reopen();
        platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
        Assert.Equal("old", File.ReadAllText(platform.Folder["data/f"]));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(platform.Folder.Path), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
        Assert.Empty(platform.Engine.Apps.List());
    }

    private static async Task<string> FailAsync(Func<Task> action) => (await Assert.ThrowsAsync<BackupException>(action)).ErrorId;

    private static string Fail(TestPlatform platform, Func<BackupApp, BackupApp> change)
    {
        var app = new BackupApp { Id = Guid.Empty, Location = "x", Version = "1", DataDirectory = platform.Data };
        return Assert.Throws<BackupException>(() => platform.Engine.Apps.Register(change(app))).ErrorId;
    }
}
