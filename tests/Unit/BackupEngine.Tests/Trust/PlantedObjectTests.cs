using System.Security.Cryptography;
using CloudBackup.Layout;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Trust;

/// <summary>Objects, links and absences that a writer to the storage, or a storage that errs for a while, puts in the way.</summary>
public sealed class PlantedObjectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupFormat.Tgz, "absent")]
    [InlineData(BackupFormat.Rsync, "absent")]
    [InlineData(BackupFormat.Tgz, "another length")]
    [InlineData(BackupFormat.Tgz, "site removed")]
    public async Task What_a_storage_does_not_show_for_a_while_is_still_the_platforms_own(BackupFormat format, string fault)
    {
        var hidden = "";
        using var platform = await new TestPlatform(storage => new ErringStorage(storage, path => hidden.Length > 0 && path.StartsWith(hidden, StringComparison.Ordinal), fault))
            .SetUpAsync(site: site => site with { Format = format });
        var (first, second) = (await platform.BackUpAsync(), await platform.BackUpAsync());
        hidden = fault == "another length" ? second.RemotePath + ".tar.gz" : second.RemotePath.Split('/')[0];
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(fault == "site removed", platform.Engine.AppBackups.List().Any(backup => backup.Id == second.Id));
        hidden = "";
        if (fault == "site removed")
        {
            var site = platform.Engine.Sites.Get("local");
            platform.Engine.Sites.Remove("local", forgetBackups: true);
            await platform.Engine.Sites.AddAsync(site, SiteSecrets.None, platform.Observer, Token);
        }
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal([second.Id, first.Id], platform.Engine.AppBackups.List().Where(backup => backup.Trusted).Select(backup => backup.Id));
        await platform.Engine.AppBackups.RemoveAsync(second.Id, platform.Observer, Token);
        Assert.Equal([first.Id], platform.Engine.AppBackups.List().Select(backup => backup.Id));
    }

    [Fact]
    public async Task A_replaced_record_is_not_the_platforms_own_after_it_was_dropped()
    {
        var hidden = "";
        using var platform = await new TestPlatform(storage => new ErringStorage(storage, path => hidden.Length > 0 && path.StartsWith(hidden, StringComparison.Ordinal), "absent"))
            .SetUpAsync();
        var (backup, _) = (await platform.BackUpAsync(), await platform.BackUpAsync());
        hidden = backup.RemotePath;
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        hidden = "";
        new RecordForger(platform).Run(Attack.Replaced, backup.Created, backup);
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.False(platform.Engine.AppBackups.Get(backup.Id).Trusted);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    public async Task A_note_that_cannot_be_read_hides_no_backup(string kind)
    {
        using var timeline = await Timeline.StartAsync("1 last");
        var made = await timeline.BackUpDailyAsync(3);
        Plant(timeline.Platform.Folder["site/notes"], kind);
        using var other = timeline.Platform.Open("other");
        await other.Sites.AddAsync(timeline.Engine.Sites.Get("local"), SiteSecrets.None, timeline.Observer, Token);
        Assert.Equal(3, (await other.SyncAsync(null, [], timeline.Observer, Token)).Count);
        await timeline.CleanAsync(isClockRight: true);
        Assert.Equal([made[2].Id], timeline.Known());
    }

    [Theory]
    [InlineData("link")]
    [InlineData("file")]
    public async Task A_folder_of_a_backup_that_is_another_thing_stops_no_cleanup_of_others(string kind)
    {
        using var timeline = await Timeline.StartAsync("1 last");
        await timeline.Engine.Sites.UpdateAsync(timeline.Engine.Sites.Get("local") with { Format = BackupFormat.Rsync }, SiteSecrets.None, timeline.Observer, Token);
        var made = await timeline.BackUpDailyAsync(4);
        var path = timeline.Platform.Folder[$"site/{made[2].RemotePath}"];
        Directory.Delete(path, recursive: true);
        Plant(path, kind);
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        await timeline.CleanAsync(isClockRight: true);
        await timeline.CleanAsync(isClockRight: true);
        Assert.Contains(made[3].Id, timeline.Known());
        Assert.DoesNotContain(made[0].Id, timeline.Known());
        Assert.DoesNotContain(timeline.Engine.AppBackups.List(), backup => backup.State == BackupState.Removing);
        await timeline.Engine.AppBackups.RemoveAsync(made[3].Id, timeline.Observer, Token);
    }

    [Theory]
    [InlineData(BackupFormat.Rsync, ".tar.gz", "file")]
    [InlineData(BackupFormat.Rsync, ".tar.gz", "folder")]
    [InlineData(BackupFormat.Rsync, "", "link")]
    [InlineData(BackupFormat.Rsync, ".index.gz", "folder")]
    [InlineData(BackupFormat.Rsync, ".backupinfo", "folder")]
    [InlineData(BackupFormat.Tgz, "", "folder")]
    [InlineData(BackupFormat.Tgz, "", "link")]
    [InlineData(BackupFormat.Tgz, ".tar.gz", "folder")]
    [InlineData(BackupFormat.Tgz, ".index.gz", "link")]
    [InlineData(BackupFormat.Tgz, ".backupinfo", "folder")]
    [InlineData(BackupFormat.Tgz, ".backupinfo", "link")]
    public async Task A_removal_ends_whatever_is_planted_at_the_place_of_the_backup(BackupFormat format, string ending, string kind)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        var backup = await platform.BackUpAsync();
        var path = platform.Folder[$"site/{backup.RemotePath}{ending}"];
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        File.Delete(path);
        Plant(path, kind);
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        Assert.Empty(platform.Engine.AppBackups.List());
        await platform.BackUpAsync();
    }

    /// <summary>An administrator who moves old runs to another disk and leaves a link: the backups are there.</summary>
    [Theory]
    [InlineData(BackupFormat.Tgz, "")]
    [InlineData(BackupFormat.Rsync, "")]
    [InlineData(BackupFormat.Tgz, "some/where")]
    public async Task A_dated_folder_that_became_a_link_costs_no_record(BackupFormat format, string prefix)
    {
        using var timeline = await Timeline.StartAsync("1 last");
        await timeline.Engine.Sites.UpdateAsync(timeline.Engine.Sites.Get("local") with { Format = format, Prefix = prefix }, SiteSecrets.None, timeline.Observer, Token);
        var made = await timeline.BackUpDailyAsync(2);
        var dated = timeline.Platform.Folder[$"site/{prefix}/{made[0].RemotePath[..made[0].RemotePath.IndexOf('/', StringComparison.Ordinal)]}"];
        var moved = timeline.Platform.Folder["moved"];
        Directory.Move(dated, moved);
        File.CreateSymbolicLink(dated, moved);
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains(made[0].Id, StringComparison.Ordinal) && warning.Contains("is a link", StringComparison.Ordinal));
        await timeline.CleanAsync(isClockRight: true);
        Assert.Equal([made[1].Id, made[0].Id], timeline.Known());
        Assert.DoesNotContain(timeline.Engine.AppBackups.List(), backup => backup.State == BackupState.Removing);
        var failure = await Assert.ThrowsAsync<BackupException>(() => timeline.Engine.AppBackups.RemoveAsync(made[0].Id, timeline.Observer, Token));
        Assert.Contains("Put the folder back", failure.Message, StringComparison.Ordinal);
        File.Delete(dated);
        Directory.Move(moved, dated);
        Assert.True((await timeline.Engine.AppBackups.TestAsync(made[0].Id, timeline.Observer, Token)).IsValid);
        await timeline.Engine.AppBackups.RemoveAsync(made[0].Id, timeline.Observer, Token);
        Assert.Equal([made[1].Id], timeline.Known());
    }

    [Fact]
    public async Task Forged_backups_do_not_use_up_what_a_cleanup_may_remove()
    {
        using var timeline = await Timeline.StartAsync("2 last");
        var made = await timeline.BackUpDailyAsync(3);
        var forger = new RecordForger(timeline.Platform);
        foreach (var hours in Enumerable.Range(1, 4))
        {
            forger.Run(Attack.Tgz, made[0].Created.AddHours(hours), made[0]);
        }
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        Assert.Equal(7, timeline.Known().Count);
        await timeline.CleanAsync(maxRemove: 1, isClockRight: true);
        Assert.Equal([made[2].Id, made[1].Id], timeline.Engine.AppBackups.List().Where(backup => backup.Trusted).Select(backup => backup.Id));
        Assert.Equal(4, timeline.Engine.AppBackups.List().Count(backup => !backup.Trusted));
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains("4 backups on local that are not trusted", StringComparison.Ordinal));
        await timeline.CleanAsync(maxRemove: 4, isClockRight: true);
        Assert.Equal(2, timeline.Known().Count);
        Assert.Equal("TooManyRemovals", (await Assert.ThrowsAsync<BackupException>(async () =>
        {
            await timeline.BackUpDailyAsync(2);
            await timeline.CleanAsync(maxRemove: 1, isClockRight: true);
        })).ErrorId);
    }

    [Fact]
    public async Task A_forged_platform_backup_asks_for_no_consent()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var (first, second) = (await platform.BackUpAsync(), await platform.BackUpAsync());
        new RecordForger(platform).Run(Attack.Box, second.Created.AddDays(-1), second);
        var info = Directory.GetFiles(platform.SitePath, "box_*.backupinfo", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(info, (await File.ReadAllTextAsync(info, Token)).Replace("\"dependsOn\": []", $"\"dependsOn\": [\"{first.Id}\"]", StringComparison.Ordinal), Token);
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal([first.Id], Assert.Single(platform.Engine.PlatformBackups.List()).DependsOn);
        await platform.Engine.AppBackups.RemoveAsync(first.Id, platform.Observer, Token);
        var box = await platform.BackUpPlatformAsync();
        Assert.Equal("BackupNeeded", (await Assert.ThrowsAsync<BackupException>(
            () => platform.Engine.AppBackups.RemoveAsync(box.DependsOn[0], platform.Observer, Token))).ErrorId);
    }

    [Theory]
    [InlineData("random", true)]
    [InlineData("empty", true)]
    [InlineData("form", true)]
    [InlineData("copy", true)]
    [InlineData("large", true)]
    [InlineData("random", false)]
    [InlineData("form", false)]
    public async Task Junk_with_the_name_of_an_encrypted_platform_backup_is_reported_and_passed_over(string kind, bool isEncrypted)
    {
        var secrets = isEncrypted ? Secret.Password("correct horse") : SiteSecrets.None;
        using var platform = await new TestPlatform().SetUpAsync(secrets: secrets);
        var box = await platform.BackUpPlatformAsync();
        var place = $"{BackupNames.Tag(box.Created.AddMinutes(2))}/box_v9";
        platform.Folder.Write($"site/{place}.backupinfo.enc", "");
        await File.WriteAllBytesAsync(platform.Folder[$"site/{place}.backupinfo.enc"], kind switch
        {
            "random" => RandomNumberGenerator.GetBytes(500),
            "empty" => [],
            "form" => [.. "CBV2"u8, .. RandomNumberGenerator.GetBytes(16 + 160 + 32)],
            "large" => new byte[300 << 20],
            _ => await File.ReadAllBytesAsync(platform.Folder[$"site/{box.RemotePath}.backupinfo.enc"], Token),
        }, Token);
        using var other = platform.Open("other");
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local") with { KeyId = null }, secrets, platform.Observer, Token);
        using var plan = await other.PlatformRestore.PlanAsync(new PlatformRestoreOptions { Site = "local", Secrets = secrets }, platform.Observer, Token);
        Assert.Equal(box.Id, plan.Preview.BackupId);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(place, StringComparison.Ordinal));
    }

    private static void Plant(string path, string kind)
    {
        switch (kind)
        {
            case "file":
                File.WriteAllText(path, "planted");
                break;
            case "link":
                File.CreateSymbolicLink(path, "/tmp");
                break;
            default:
                Directory.CreateDirectory(Path.Join(path, "planted"));
                File.WriteAllText(Path.Join(path, "planted/file"), "planted");
                break;
        }
    }

    /// <summary>A storage that errs about some objects.</summary>
    private sealed class ErringStorage(IBackupStorage inner, Func<string, bool> errs, string fault) : StorageDecorator(inner)
    {
        public override async Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken)
        {
            var found = await Inner.FindAsync(path, cancellationToken);
            return !errs(path) || fault == "site removed" ? found : fault == "absent" ? null : found! with { Size = found.Size + 1 };
        }

        public override IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
            Inner.ListAsync(folder, recursive, cancellationToken).Where(found => fault != "absent" || !(errs(found.Path) || errs(found.Path + "/")));
    }
}
