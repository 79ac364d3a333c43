using CloudBackup.Catalog;
using CloudBackup.Swapping;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Catalog;

/// <summary>A row of the catalog that cannot be read is not a row that is missing: nothing is removed or left out because of it.</summary>
public sealed class UnreadableRowsTests
{
    private const string Password = "correct horse";
    private const string Shop = "shop.example.com";
    private const string BadDocument = "SET document = '{\"id\":null}'";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("backup")]
    [InlineData("site")]
    public async Task Keys_that_an_unreadable_row_may_need_stay(string table)
    {
        using var platform = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var engine = platform.Engine;
        var kept = await platform.BackUpAsync();
        var removed = await platform.BackUpAsync();
        if (table == "site")
        {
            var second = new BackupSite { Name = "second", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.Folder.Make("second"), ExternalDisk = true } };
            await engine.Sites.AddAsync(second, Secret.Password(Password), platform.Observer, Token);
            Execute(platform, "UPDATE site SET document = '{\"settings\":null}' WHERE name = 'second'");
        }
        else
        {
            Execute(platform, $"UPDATE backup {BadDocument} WHERE id = '{kept.Id}'");
        }
        await engine.Sites.UpdateAsync(engine.Sites.Get("local"), Secret.Password("another one"), platform.Observer, Token);
        await engine.AppBackups.RemoveAsync(removed.Id, platform.Observer, Token);
        if (table == "site")
        {
            await engine.AppBackups.RemoveAsync(kept.Id, platform.Observer, Token);
        }
        Assert.Contains(Directory.GetFiles(platform.Folder["home/secrets"]), path => path.EndsWith($"key-{kept.KeyId}", StringComparison.Ordinal));
        Assert.Contains(platform.StoredFiles(), path => path.StartsWith($"keys/{kept.KeyId}", StringComparison.Ordinal));
        Assert.NotEmpty(engine.TakeCatalogWarnings());
        if (table == "backup")
        {
            Assert.Equal(kept.Id, Assert.Single(await engine.SyncAsync(null, [], platform.Observer, Token)).Id);
            Assert.True((await engine.AppBackups.TestAsync(kept.Id, platform.Observer, Token)).IsValid);
        }
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_cleanup_takes_an_app_with_an_unreadable_row_for_registered_I5(BackupFormat format)
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        await timeline.Engine.Sites.UpdateAsync(timeline.Engine.Sites.Get("local") with { Format = format }, SiteSecrets.None, timeline.Observer, Token);
        var backup = await timeline.Platform.BackUpAsync();
        Execute(timeline.Platform, $"UPDATE app {BadDocument}");
        timeline.Time.Advance(TimeSpan.FromDays(31));
        var snapshot = Path.Join(timeline.Platform.SitePath, "snapshot");
        var before = Directory.Exists(snapshot) ? Directory.GetFileSystemEntries(snapshot) : [];
        await timeline.CleanAsync(isClockRight: true);
        Assert.Equal([backup.Id], timeline.Known());
        Assert.Equal([backup.RemotePath], timeline.Stored());
        Assert.Equal(before, Directory.Exists(snapshot) ? Directory.GetFileSystemEntries(snapshot) : []);
    }

    [Fact]
    public async Task A_cleanup_is_refused_where_an_app_with_an_unreadable_row_is_not_known()
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        await timeline.Platform.BackUpAsync();
        Execute(timeline.Platform, $"UPDATE app {BadDocument}, id = 'x'");
        timeline.Time.Advance(TimeSpan.FromDays(31));
        await AssertRefusedAsync(TestPlatform.Location, "Unregister-BackupApp", () => timeline.CleanAsync(isClockRight: true));
        Assert.Single(timeline.Known());
    }

    [Theory]
    [InlineData("SET document = '{\"id\":null}'")]
    [InlineData("SET kind = 'app'")]
    [InlineData("SET document = '{\"id\":null}', kind = 'app'")]
    public async Task Backups_that_an_unreadable_platform_backup_may_depend_on_stay_I2(string damage)
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        var needed = await timeline.Platform.BackUpAsync();
        var box = await timeline.Platform.BackUpPlatformAsync();
        needed = timeline.Engine.AppBackups.Get(Assert.Single(box.DependsOn));
        timeline.Time.Advance(TimeSpan.FromDays(31));
        await timeline.Platform.BackUpAsync();
        Execute(timeline.Platform, $"UPDATE backup {damage} WHERE id = '{box.Id}'");
        await AssertRefusedAsync(box.Id, "Sync-BackupCatalog local", () => timeline.CleanAsync(isClockRight: true));
        await AssertRefusedAsync(box.Id, "Sync-BackupCatalog local", () => timeline.Engine.AppBackups.RemoveAsync(needed.Id, timeline.Observer, Token));
        Assert.Contains(needed.Id, timeline.Known());
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        await timeline.CleanAsync(isClockRight: true);
        Assert.Contains(needed.Id, timeline.Known());
    }

    [Fact]
    public async Task A_platform_backup_reports_an_app_with_an_unreadable_row()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.AddApp(Shop);
        var first = await platform.BackUpPlatformAsync();
        Execute(platform, $"UPDATE app {BadDocument} WHERE location = '{Shop}'");
        var second = await platform.BackUpPlatformAsync();
        var app = Assert.Single(second.Apps, app => app.Location == Shop);
        Assert.Equal((AppRunOutcome.FellBack, "CatalogRowUnreadable"), (app.Outcome, app.Failure?.ErrorId));
        Assert.Equal(Assert.Single(first.Apps, other => other.Location == Shop).BackupId, app.BackupId);
        Assert.Contains($"Unregister-BackupApp {Shop}", app.Error, StringComparison.Ordinal);
        Assert.False(second.IsComplete);
        Execute(platform, $"UPDATE app SET id = 'x' WHERE location = '{Shop}'");
        await AssertRefusedAsync(Shop, "Unregister-BackupApp", () => platform.BackUpPlatformAsync());
    }

    [Fact]
    public async Task A_platform_restore_counts_apps_with_unreadable_rows()
    {
        using var old = await new TestPlatform().SetUpAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var folder = old.Folder.Make("other");
        machine.Engine.Apps.Register(new BackupApp { Id = Guid.Empty, Location = Shop, Version = "1", PackageName = "x", DataDirectory = folder });
        using (var database = PlatformDatabase.Open(Path.Join(machine.Home, "platform.db")))
        {
            database.Execute($"UPDATE app {BadDocument}");
        }
        Assert.Equal("PlatformHasApps", (await Assert.ThrowsAsync<BackupException>(() => machine.RestoreAsync())).ErrorId);
    }

    [Theory]
    [InlineData("app")]
    [InlineData("site")]
    public async Task Folders_are_not_given_away_while_a_row_that_may_claim_them_is_unreadable(string table)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.AddApp(Shop);
        Execute(platform, table == "app" ? $"UPDATE app {BadDocument} WHERE location = '{Shop}'" : "UPDATE site SET document = '{\"settings\":null}'");
        var wanted = new BackupApp { Id = Guid.Empty, Location = "new.example.com", Version = "1", PackageName = "x", DataDirectory = platform.Folder[$"apps/{Shop}"] };
        await AssertRefusedAsync(table == "app" ? Shop : "local", table == "app" ? "Unregister-BackupApp" : "Remove-BackupSite", () => Task.Run(() => platform.Engine.Apps.Register(wanted), Token));
        await AssertRefusedAsync(table == "app" ? Shop : "local", "", () => Task.Run(() => platform.Engine.Platform.SetExtraDirectories([platform.Folder[$"apps/{Shop}"]]), Token));
        if (table == "app")
        {
            var site = new BackupSite { Name = "second", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.Folder[$"apps/{Shop}"], ExternalDisk = true } };
            await AssertRefusedAsync(Shop, "Unregister-BackupApp", () => platform.Engine.Sites.AddAsync(site, SiteSecrets.None, platform.Observer, Token));
        }
    }

    [Fact]
    public async Task Removing_an_unreadable_site_needs_consent_and_keeps_the_keys_of_its_backups()
    {
        using var platform = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var engine = platform.Engine;
        var backup = await platform.BackUpAsync();
        Execute(platform, "UPDATE site SET document = '{\"settings\":null}'");
        Assert.Equal("SiteHasBackups", Assert.Throws<BackupException>(() => engine.Sites.Remove("local", false)).ErrorId);
        var sync = platform.Folder.Make("home/sync/local");
        var secret = platform.Folder.Write("home/secrets/site-local", "x");
        engine.Sites.Remove("local", true);
        Assert.False(Directory.Exists(sync));
        Assert.Empty(engine.AppBackups.List());
        Assert.Contains("\"retained\":true", await File.ReadAllTextAsync(platform.Folder[$"home/secrets/key-{backup.KeyId}"], Token), StringComparison.Ordinal);
        _ = secret;
    }

    [Fact]
    public async Task Unregistering_an_unreadable_app_waits_for_its_lock_and_settles_its_restore()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        var staging = Directory.CreateDirectory(platform.Folder[$"{DataSwap.StagingName}-data/new/data"]).FullName;
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            new RestoreJournal(database).Save(new RestoreJournalEntry
            {
                AppId = app.Id,
                BackupId = "x",
                DataDirectory = platform.Data,
                IsWholeFolder = true,
                Version = "1",
                Phase = RestorePhase.Unpacking,
            });
            database.Execute($"UPDATE app {BadDocument}");
        }
        platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
        Assert.False(Directory.Exists(staging));
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            Assert.Empty(new RestoreJournal(database).List());
        }
    }

    [Theory]
    [InlineData(nameof(RestorePhase.Swapping))]
    [InlineData(nameof(RestorePhase.Starting))]
    public async Task An_unreadable_app_whose_disk_is_lost_can_be_unregistered_with_a_warning(string phase)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        var lost = platform.Folder["lost/data"];
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            new RestoreJournal(database).Save(new RestoreJournalEntry
            {
                AppId = app.Id,
                BackupId = "x",
                DataDirectory = lost,
                IsWholeFolder = true,
                Staging = new StagingRecord($"{DataSwap.StagingName}-data", 12345, 23456),
                Version = "1",
                Phase = Enum.Parse<RestorePhase>(phase),
            });
            database.Execute($"UPDATE app {BadDocument}");
        }
        platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
        var warning = Assert.Single(platform.Observer.Warnings, text => text.Contains(TestPlatform.Location, StringComparison.Ordinal));
        Assert.Contains(Path.Join(platform.Folder["lost"], $"{DataSwap.StagingName}-data"), warning, StringComparison.Ordinal);
        Assert.Equal("AppNotFound", Assert.Throws<BackupException>(() => platform.Engine.Apps.Get(TestPlatform.Location)).ErrorId);
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            Assert.Empty(new RestoreJournal(database).List());
        }
    }

    private static void Execute(TestPlatform platform, string sql)
    {
        using var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]);
        Assert.Equal(1, database.Execute(sql));
    }

    private static async Task AssertRefusedAsync(string row, string wayOut, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<BackupException>(action);
        Assert.Equal("CatalogRowUnreadable", failure.ErrorId);
        Assert.Contains(row, failure.Message, StringComparison.Ordinal);
        Assert.Contains(wayOut, failure.Message, StringComparison.Ordinal);
    }
}
