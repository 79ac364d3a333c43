using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.IntegrationTests.Compat;

/// <summary>What commit 2f99c59 made and left behind is read, tested, restored and continued. This stays for every later version.</summary>
public sealed class CompatTests
{
    private static readonly string[] Sites = ["rsync", "rsync-encrypted", "tgz", "tgz-encrypted"];

    /// <summary>Files that the restore of that app had not fetched when it was killed.</summary>
    private const int FilesNotFetched = 17;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_backup_is_listed_tested_with_its_content_and_restored_to_the_last_attribute()
    {
        using var platform = await OldPlatform.UnpackAsync();
        foreach (var site in Sites)
        {
            var backups = platform.Backups("wiki", site);
            string[] ofPlatform = site is "rsync" or "tgz-encrypted" ? ["platform"] : [];
            Assert.Equal(["first", "second", "noted later", .. ofPlatform], backups.Select(backup => backup.Label!));
            Assert.Equal([0, 2], Enumerable.Range(0, backups.Count).Where(number => backups[number].PreserveUntil is not null));
            Assert.All(backups, backup => Assert.Equal(
                (BackupState.Ready, "1.2.0", "wiki", site.Contains("encrypted", StringComparison.Ordinal), true),
                (backup.State, backup.Version, backup.PackageName, backup.Encrypted, backup.Trusted)));
            foreach (var backup in backups)
            {
                var isFirst = backup == backups[0];
                await platform.TestAsync(backup);
                var folder = await platform.RestoreAsideAsync(backup);
                Assert.Equal(platform.Manifest(isFirst ? "first" : "second"), OldPlatform.Describe(Path.Join(folder, "data")));
                Assert.Equal(isFirst ? 100 : 101, CountNotes(Path.Join(folder, "data/notes.db")));
            }
        }
    }

    [Theory]
    [InlineData("tgz", false)]
    [InlineData("tgz-encrypted", false)]
    [InlineData("rsync", false)]
    [InlineData("rsync-encrypted", false)]
    [InlineData("rsync", true)]
    [InlineData("rsync-encrypted", true)]
    public async Task An_app_comes_back_and_its_next_backup_uploads_nothing_again(string site, bool isCacheLost)
    {
        using var platform = await OldPlatform.UnpackAsync();
        Directory.CreateDirectory(platform["apps/wiki"]);
        await platform.RestoreAsync(platform.Backups("wiki", site)[^1]);
        Assert.Equal(platform.Manifest("second"), OldPlatform.Describe(platform["apps/wiki"]));
        Assert.Equal(101, CountNotes(platform["apps/wiki/notes.db"]));
        if (isCacheLost)
        {
            Directory.Delete(platform[$"home/sync/{site}"], recursive: true);
        }
        if (!site.StartsWith("rsync", StringComparison.Ordinal))
        {
            await platform.BackUpAsync("wiki", site);
            return;
        }
        var before = platform.Snapshot(site, "wiki");
        await platform.BackUpAsync("wiki", site);
        // Of the list of what only file systems keep, fsmetadata.json, no index has the hash.
        Assert.Equal(isCacheLost ? 1 : 0, Uploaded(platform.Snapshot(site, "wiki"), before).Count);
        await File.WriteAllTextAsync(platform["apps/wiki/one-more"], "new", Token);
        await platform.BackUpAsync("wiki", site);
        // The new file, and that list.
        Assert.Equal(2, Uploaded(platform.Snapshot(site, "wiki"), before).Count);
    }

    [Theory]
    [InlineData("rsync", 7)]
    [InlineData("rsync-encrypted", 6)]
    public async Task A_backup_that_was_killed_is_continued_and_uploads_only_what_is_missing(string site, int missing)
    {
        using var platform = await OldPlatform.UnpackAsync();
        var killed = platform.Snapshot(site, "sync");
        var states = platform.Backups("sync", site).Select(backup => backup.State).ToList();
        Assert.Equal(BackupState.Creating, states[^1]);
        await platform.BackUpAsync("sync", site);
        Assert.Equal(platform.Manifest("sync"), Tree.Describe(platform["apps/sync"]));
        Assert.Equal([.. states[..^1], BackupState.Failed, BackupState.Ready], platform.Backups("sync", site).Select(backup => backup.State));
        Assert.Equal(missing, Uploaded(platform.Snapshot(site, "sync"), killed).Count);
    }

    [Fact]
    public async Task A_restore_that_was_killed_while_it_fetched_goes_on_from_there()
    {
        using var platform = await OldPlatform.UnpackAsync();
        var backup = platform.Backups("fetch")[^1];
        await platform.BackUpAsync("fetch", "tgz");
        Assert.Equal(platform.Manifest("fetch"), Tree.Describe(platform["apps/fetch"]));
        platform.Calls.Clear();
        var app = await platform.RestoreAsync(backup);
        Assert.Equal(AppState.Installed, app.State);
        Assert.Equal(FilesNotFetched, platform.Calls.Count(call => call.Call == "read" && call.Path.Contains("/data/", StringComparison.Ordinal)));
        await AssertHoldsAsync(platform, "fetch", backup);
    }

    [Fact]
    public async Task A_restore_that_was_killed_while_it_swapped_brings_the_old_data_back_I6()
    {
        using var platform = await OldPlatform.UnpackAsync();
        var backup = platform.Backups("swap")[^1];
        await platform.BackUpAsync("swap", "rsync");
        Assert.Equal(platform.Manifest("swap"), Tree.Describe(platform["apps/swap"]));
        Assert.Equal(AppState.Error, platform.Engine.Apps.Get("swap.example.com").State);
        Assert.Equal(AppState.Installed, (await platform.RestoreAsync(backup)).State);
        await AssertHoldsAsync(platform, "swap", backup);
    }

    [Fact]
    public async Task A_restore_that_was_killed_while_the_app_started_keeps_the_new_data()
    {
        using var platform = await OldPlatform.UnpackAsync();
        var backup = platform.Backups("start")[^1];
        await AssertHoldsAsync(platform, "start", backup);
        await platform.BackUpAsync("start", "rsync");
        Assert.Equal(AppState.Error, platform.Engine.Apps.Get("start.example.com").State);
        Assert.False(Directory.Exists(platform["apps/.cloudbackup-restore-start"]));
        Assert.Equal(AppState.Installed, (await platform.RestoreAsync(backup)).State);
        await AssertHoldsAsync(platform, "start", backup);
    }

    [Fact]
    public async Task An_update_that_was_killed_is_named_with_the_backup_to_go_back_to()
    {
        using var platform = await OldPlatform.UnpackAsync();
        await platform.BackUpAsync("update", "rsync");
        var app = platform.Engine.Apps.Get("update.example.com");
        var before = platform.Engine.AppBackups.Get(app.UnfinishedUpdate!);
        Assert.Equal(AppState.Error, app.State);
        Assert.Equal((AppState.Installed, "1.0"), await platform.RestoreAsync(before) is var restored ? (restored.State, restored.Version) : default);
        Assert.Equal(platform.Manifest("update"), Tree.Describe(platform["apps/update"]));
    }

    [Theory]
    [InlineData("tgz-encrypted")]
    [InlineData("rsync")]
    public async Task A_backup_of_the_platform_brings_it_to_a_new_machine(string site)
    {
        using var platform = await OldPlatform.UnpackAsync();
        var backup = Assert.Single(platform.Engine.PlatformBackups.List(site));
        var test = await platform.Engine.PlatformBackups.TestAsync(backup.Id, deep: true, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
        await UseNewMachineAsync(platform);
        await platform.Engine.SyncAsync(site, [], platform.Observer, Token);
        var options = new PlatformRestoreOptions
        {
            Site = site,
            BackupId = backup.Id,
            Secrets = Secret.Password(OldPlatform.Password),
            AllowCommand = true,
            AllowVersionMismatch = true,
        };
        using (var plan = await platform.Engine.PlatformRestore.PlanAsync(options, platform.Observer, Token))
        {
            var result = await platform.Engine.PlatformRestore.RunAsync(plan, platform.Observer, Token);
            Assert.True(result.IsComplete, string.Join('\n', result.Apps.Select(app => $"{app}: {app.Error}")));
        }
        Assert.Equal(platform.Manifest("second"), OldPlatform.Describe(platform["apps/wiki"]));
        Assert.Equal("of the platform", await File.ReadAllTextAsync(platform["extra/mail"], Token));
        Assert.Equal(6, platform.Engine.Apps.List().Count(app => app.State == AppState.Installed));
        await platform.BackUpAsync("wiki", "rsync");
        await platform.BackUpAsync("wiki", "tgz-encrypted");
    }

    [Fact]
    public async Task A_sync_finds_every_backup_with_its_notes()
    {
        using var platform = await OldPlatform.UnpackAsync();
        var known = Listed(platform);
        await UseNewMachineAsync(platform);
        foreach (var site in Sites)
        {
            await platform.Engine.SyncAsync(site, [], platform.Observer, Token);
        }
        Assert.Equal(known, Listed(platform));
        Assert.All(platform.Engine.AppBackups.List(), backup => platform.TestAsync(backup).GetAwaiter().GetResult());
    }

    /// <summary>The sites are all that is left.</summary>
    private static async Task UseNewMachineAsync(OldPlatform platform)
    {
        platform.Open("home2");
        Directory.Delete(platform["home"], recursive: true);
        Directory.Delete(platform["apps"], recursive: true);
        Directory.Delete(platform["extra"], recursive: true);
        Directory.CreateDirectory(platform["apps"]);
        foreach (var name in Sites)
        {
            var site = new BackupSite
            {
                Name = name,
                Provider = "filesystem",
                Settings = new FileSystemSettings { Path = platform[$"sites/{name}"], ExternalDisk = true },
            };
            var secrets = name.Contains("encrypted", StringComparison.Ordinal) ? Secret.Password(OldPlatform.Password) : SiteSecrets.None;
            await platform.Engine.Sites.AddAsync(site, secrets, platform.Observer, Token);
        }
    }

    private static List<string> Listed(OldPlatform platform) =>
    [
        .. platform.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready)
            .Select(backup => $"{backup.Site} {backup.Id} {backup.Created:O} {backup.Label} {backup.PreserveUntil} {backup.FileCount} {backup.SourceSize}")
            .Order(StringComparer.Ordinal),
    ];

    private static async Task AssertHoldsAsync(OldPlatform platform, string app, AppBackup backup) => Assert.Equal(
        Tree.Describe(Path.Join(await platform.RestoreAsideAsync(backup), "data")).Skip(1), Tree.Describe(platform[$"apps/{app}"]).Skip(1));

    private static List<string> Uploaded(Dictionary<string, StoredFile> now, Dictionary<string, StoredFile> before)
    {
        var known = before.Values.ToHashSet();
        return [.. now.Where(file => !known.Contains(file.Value)).Select(file => file.Key)];
    }

    private static long CountNotes(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM note";
        return (long)command.ExecuteScalar()!;
    }
}
