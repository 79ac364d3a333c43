using System.Formats.Tar;
using System.IO.Compression;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Backup;

public sealed class PlatformBackupRunnerTests
{
    private static readonly string[] FailingHook = ["/bin/sh", "-c", "echo no database; exit 3"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_apps_and_the_platform_are_backed_up_in_one_run()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.AddApp("a.example.com");
        platform.AddApp("b.example.com");
        var box = await platform.BackUpPlatformAsync(new PlatformBackupOptions { Label = "nightly" });
        Assert.Equal((BackupState.Ready, "nightly", true), (box.State, box.Label, box.IsComplete));
        Assert.Equal($"{BackupTag(box)}/box_v{box.Version}", box.RemotePath);
        Assert.All(box.Apps, app => Assert.Equal((AppRunOutcome.BackedUp, (string?)null), (app.Outcome, app.Error)));
        var apps = platform.Engine.AppBackups.List();
        Assert.Equal(apps.Select(app => app.Id).Order(StringComparer.Ordinal), box.DependsOn.Order(StringComparer.Ordinal));
        Assert.All(apps, app => Assert.Equal((BackupTag(box), box.Created, "nightly"), (BackupTag(app), app.Created, app.Label)));
        Assert.Equal(box.Id, Assert.Single(platform.Engine.PlatformBackups.List("local")).Id);
        var test = await platform.Engine.PlatformBackups.TestAsync(box.Id, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
    }

    [Fact]
    public async Task It_holds_a_whole_catalog_in_which_it_is_itself()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var box = await platform.BackUpPlatformAsync();
        Assert.Equal(["platform.json", "platform.db"], EntriesOf(platform, box));
        using var archive = OpenArchive(platform, box);
        using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(cancellationToken: Token) is { } entry)
        {
            if (entry.Name == "platform.db")
            {
                await entry.ExtractToFileAsync(platform.Folder["copy.db"], overwrite: false, Token);
            }
        }
        using var connection = new SqliteConnection($"Data Source={platform.Folder["copy.db"]};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(kind || ' ' || state, ', ') FROM (SELECT * FROM backup ORDER BY kind)";
        Assert.Equal("app Ready, box Creating", command.ExecuteScalar());
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }

    [Fact]
    public async Task Keys_are_in_it_only_when_the_site_is_encrypted_I7()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Engine.Dispose();
        new SecretStore(PlatformHome.Open(platform.Folder["home"], mayCreate: true, TimeProvider.System)).Write("site-other", "hunter2"u8);
        platform.Reopen();
        Assert.DoesNotContain(EntriesOf(platform, await platform.BackUpPlatformAsync()), name => name.StartsWith("secrets", StringComparison.Ordinal));
        using var encrypted = new TestPlatform();
        await encrypted.SetUpAsync(secrets: Secret.Password("correct horse"));
        var box = await encrypted.BackUpPlatformAsync();
        Assert.True(box.Encrypted);
        Assert.Equal(4, box.FileCount); // platform.json, platform.db, secrets/ and the key in it
        Assert.True((await encrypted.Engine.PlatformBackups.TestAsync(box.Id, encrypted.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task An_app_that_fails_is_told_and_stands_on_its_latest_Ready_backup_I9()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var shop = platform.AddApp("shop.example.com");
        platform.AddApp("new.example.com", app => app with { Commands = new AppCommands { PreBackup = FailingHook } });
        var first = await platform.BackUpPlatformAsync();
        Assert.Equal(AppRunOutcome.Failed, first.Apps.Single(app => app.Location == "new.example.com").Outcome);
        platform.Engine.Apps.Update(shop with { Commands = new AppCommands { PreBackup = FailingHook } });
        var box = await platform.BackUpPlatformAsync();
        Assert.Equal((BackupState.Ready, false), (box.State, box.IsComplete));
        var fallen = box.Apps.Single(app => app.Location == "shop.example.com");
        Assert.Equal((AppRunOutcome.FellBack, "CommandFailed"), (fallen.Outcome, fallen.Failure?.ErrorId));
        Assert.Contains("no database", fallen.Error, StringComparison.Ordinal);
        Assert.Equal(first.Apps.Single(app => app.Location == "shop.example.com").BackupId, fallen.BackupId);
        Assert.Equal(AppRunOutcome.BackedUp, box.Apps.Single(app => app.Location == TestPlatform.Location).Outcome);
        Assert.Equal(2, box.DependsOn.Count);
        Assert.All(box.DependsOn, id => Assert.Equal(BackupState.Ready, platform.Engine.AppBackups.Get(id).State));
    }

    [Fact]
    public async Task Apps_without_automatic_backup_stand_on_their_latest_and_are_backed_up_before_an_update()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.AddApp("big.example.com", app => app with { AutomaticBackup = false });
        var none = (await platform.BackUpPlatformAsync()).Apps.Single(app => app.Location == "big.example.com");
        Assert.Equal((AppRunOutcome.Excluded, (string?)null), (none.Outcome, none.BackupId));
        var before = (await platform.BackUpPlatformAsync(new PlatformBackupOptions { ForUpdate = true })).Apps.Single(app => app.Location == "big.example.com");
        Assert.Equal(AppRunOutcome.BackedUp, before.Outcome);
        var after = (await platform.BackUpPlatformAsync()).Apps.Single(app => app.Location == "big.example.com");
        Assert.Equal((AppRunOutcome.Excluded, before.BackupId), (after.Outcome, after.BackupId));
    }

    [Fact]
    public async Task Several_apps_are_backed_up_at_a_time()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        // Each app's command waits until the other's has begun: one after the other, the first would give up.
        foreach (var (own, other) in new[] { ("a", "b"), ("b", "a") })
        {
            var wait = $"touch {platform.Folder[own]}; for i in $(seq 3000); do [ -e {platform.Folder[other]} ] && exit 0; sleep 0.01; done; exit 1";
            platform.AddApp($"{own}.example.com", app => app with { Commands = new AppCommands { PreBackup = ["/bin/sh", "-c", wait] } });
        }
        Assert.True((await platform.BackUpPlatformAsync(new PlatformBackupOptions { Throttle = 2 })).IsComplete);
        Assert.Contains(platform.Observer.Progress, progress => progress.Activity.StartsWith("Backing up 3 apps", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpPlatformAsync(new PlatformBackupOptions { Throttle = 0 }));
        Assert.Equal("ValueOutOfRange", refused.ErrorId);
    }

    [Fact]
    public async Task Extra_directories_are_in_it_without_what_is_backed_up_elsewhere()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var mail = platform.Folder.Make("var/mail");
        platform.Folder.Write("var/mail/inbox/1", "hello");
        platform.Engine.Platform.SetExtraDirectories([mail, mail + "/"]);
        Assert.Equal([mail], platform.Engine.Platform.Get().ExtraDirectory);
        var box = await platform.BackUpPlatformAsync();
        var name = "extra" + mail;
        Assert.Equal(["platform.json", "platform.db", name, $"{name}/inbox", $"{name}/inbox/1"], EntriesOf(platform, box));
        Directory.Move(mail, mail + ".away");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpPlatformAsync());
        Assert.Equal("ExtraDirectoryUnusable", failure.ErrorId);
        Assert.Equal(2, platform.Engine.AppBackups.List().Count(backup => backup.State == BackupState.Ready));
        Assert.Equal(BackupState.Failed, platform.Engine.PlatformBackups.List()[0].State);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("correct horse", false)]
    public async Task Extra_directories_on_a_site_that_is_not_encrypted_are_warned_of(string? password, bool isWarned)
    {
        using var platform = await new TestPlatform().SetUpAsync(secrets: password is null ? null : Secret.Password(password));
        await platform.BackUpPlatformAsync();
        var certificates = platform.Folder.Make("certificates");
        Assert.DoesNotContain(platform.Observer.Warnings, warning => warning.Contains("not encrypted", StringComparison.Ordinal));
        platform.Engine.Platform.SetExtraDirectories([certificates]);
        await platform.BackUpPlatformAsync();
        Assert.Equal(isWarned, platform.Observer.Warnings.Any(warning =>
            warning.Contains("not encrypted", StringComparison.Ordinal) && warning.Contains(certificates, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Extra_directories_that_overlap_are_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var (outer, inner) = (platform.Folder.Make("var"), platform.Folder.Make("var/mail"));
        string[][] overlapping = [[outer, inner], [platform.Data], [platform.Folder.Path], [platform.Folder["home/secrets"]]];
        foreach (var directories in overlapping)
        {
            var failure = Assert.Throws<BackupException>(() => platform.Engine.Platform.SetExtraDirectories(directories));
            Assert.Equal("ExtraDirectoryOverlaps", failure.ErrorId);
        }
        Assert.Equal("ExtraDirectoryUnusable", Assert.Throws<BackupException>(() =>
            platform.Engine.Platform.SetExtraDirectories([platform.Folder["nowhere"]])).ErrorId);
        Assert.Equal("NameInvalid", Assert.Throws<BackupException>(() => platform.Engine.Platform.SetExtraDirectories(["var"])).ErrorId);
        Assert.Empty(platform.Engine.Platform.Get().ExtraDirectory);
    }

    [Fact]
    public async Task What_it_depends_on_is_not_removed_by_accident()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var box = await platform.BackUpPlatformAsync();
        var needed = box.DependsOn.Single();
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.RemoveAsync(needed, platform.Observer, Token));
        Assert.Equal("BackupNeeded", failure.ErrorId);
        Assert.Contains(box.Id, failure.Message, StringComparison.Ordinal);
        await platform.Engine.AppBackups.RemoveAsync(needed, includeRequired: true, platform.Observer, Token);
        var test = await platform.Engine.PlatformBackups.TestAsync(box.Id, platform.Observer, Token);
        Assert.Contains(needed, Assert.Single(test.Problems).Reason, StringComparison.Ordinal);
        await platform.Engine.PlatformBackups.RemoveAsync(box.Id, platform.Observer, Token);
        Assert.Empty(Directory.GetFileSystemEntries(platform.SitePath));
    }

    [Fact]
    public async Task A_dependency_that_vanishes_meanwhile_fails_it_I2()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        await platform.BackUpPlatformAsync();
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && path.Contains("/box_", StringComparison.Ordinal) && path.EndsWith(".index.gz", StringComparison.Ordinal))
            {
                var newest = platform.Engine.AppBackups.List()[0];
                platform.Engine.AppBackups.RemoveAsync(newest.Id, includeRequired: true, platform.Observer, Token).GetAwaiter().GetResult();
            }
        };
        Assert.Equal("DependencyGone", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpPlatformAsync())).ErrorId);
        faults().Before = null;
        Assert.Equal([BackupState.Failed, BackupState.Ready], platform.Engine.PlatformBackups.List().Select(box => box.State));
        Assert.Single(platform.StoredFiles(), path => path.Contains("/box_", StringComparison.Ordinal) && path.EndsWith(".backupinfo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_catalog_brings_platform_backups_back_from_the_storage()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.AddApp("new.example.com", app => app with { Commands = new AppCommands { PreBackup = FailingHook } });
        var box = await platform.BackUpPlatformAsync();
        platform.Engine.Dispose();
        foreach (var file in Directory.GetFiles(platform.Folder["home"], "platform.db*"))
        {
            File.Delete(file);
        }
        platform.Reopen();
        await platform.SetUpAsync();
        var found = await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(2, found.Count);
        var again = Assert.IsType<PlatformBackup>(Assert.Single(platform.Engine.PlatformBackups.List()));
        Assert.Equal((box.Id, box.PlatformId, box.Size, box.Created), (again.Id, again.PlatformId, again.Size, again.Created));
        Assert.Equal(box.DependsOn, again.DependsOn);
        // What comes from the storage is shown in one line.
        Assert.Equal(box.Apps.Select(app => app with { Failure = null, Error = OutsideText.Clean(app.Error, int.MaxValue) }), again.Apps);
        Assert.True((await platform.Engine.PlatformBackups.TestAsync(box.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task One_platform_backup_at_a_time()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        using (PlatformLock.TryTake(PlatformHome.Open(platform.Folder["home"], mayCreate: true, TimeProvider.System), "platform", "backup of the platform", TimeProvider.System, out _))
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpPlatformAsync());
            Assert.Equal("PlatformBusy", failure.ErrorId);
            Assert.Contains("backup of the platform, process", failure.Message, StringComparison.Ordinal);
        }
        Assert.Empty(platform.StoredFiles());
    }

    [Fact]
    public async Task A_site_that_keeps_nothing_gives_no_backup()
    {
        using var platform = new TestPlatform();
        await platform.SetUpAsync(site: site => site with { Provider = "noop", Settings = new NoopSettings() });
        Assert.Null(await platform.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), platform.Observer, Token));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("keeps nothing", StringComparison.Ordinal));
        Assert.Empty(platform.Engine.PlatformBackups.List());
    }

    [Fact]
    public async Task A_storage_that_fails_for_one_app_spoils_nothing_else_I9()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        platform.AddApp("a.example.com");
        await platform.BackUpPlatformAsync();
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && path.Contains("app_a.example.com", StringComparison.Ordinal))
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        var box = await platform.BackUpPlatformAsync();
        var failed = box.Apps.Single(app => app.Outcome != AppRunOutcome.BackedUp);
        Assert.Equal(("a.example.com", AppRunOutcome.FellBack, "StorageAccessDenied"), (failed.Location, failed.Outcome, failed.Failure?.ErrorId));
    }

    private static string BackupTag(SiteBackup backup) => backup.RemotePath[..backup.RemotePath.IndexOf('/', StringComparison.Ordinal)];

    private static List<string> EntriesOf(TestPlatform platform, PlatformBackup box)
    {
        var names = new List<string>();
        using var archive = OpenArchive(platform, box);
        using var reader = new TarReader(archive);
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name.TrimEnd('/'));
        }
        return names;
    }

    private static GZipStream OpenArchive(TestPlatform platform, PlatformBackup box) =>
        new(File.OpenRead(Path.Join(platform.SitePath, box.RemotePath + ".tar.gz")), CompressionMode.Decompress);
}
