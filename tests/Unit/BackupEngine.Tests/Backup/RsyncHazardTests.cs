using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Backup;

/// <summary>What may come in the way of a backup of the format rsync: damage, names, other platforms, storages without abilities.</summary>
public sealed class RsyncHazardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damage_that_a_restore_has_met_is_not_handed_on_to_the_next_backup(bool isInPlace)
    {
        using var platform = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            platform.Folder.Write($"data/file-{i}", $"content of {i}");
        }
        var damaged = await platform.BackUpAsync();
        // In place, as a dying disk does it: the snapshot has the same bytes.
        using (var file = File.OpenWrite(Path.Join(platform.SitePath, damaged.RemotePath, "data/file-3")))
        {
            file.Write("X"u8);
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => isInPlace
            ? platform.RestoreAsync(damaged.Id)
            : platform.Engine.AppBackups.RestoreToAsync(damaged.Id, platform.Folder["out"], platform.Observer, Token));
        Assert.Equal(BackupErrorCategory.Damaged, failure.Category);
        var healed = await platform.BackUpAsync();
        var test = await platform.Engine.AppBackups.TestAsync(healed.Id, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
    }

    [Fact]
    public async Task Names_that_begin_like_temporary_files_are_backed_up_and_those_that_are_called_so_are_refused()
    {
        using var platform = await StartAsync();
        platform.Folder.Write("data/.cbpart-notes", "1");
        platform.Folder.Write("data/.cbpart-/file", "2");
        await platform.BackUpAsync();
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["out/data"]));
        platform.Folder.Write("data/.cbpart-0123456789abcdef-0123456789abcdef", "3");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("NamesUnstorable", failure.ErrorId);
        Assert.Equal(["data/.cbpart-0123456789abcdef-0123456789abcdef"], Assert.IsType<string[]>(failure.Target));
    }

    [Fact]
    public async Task A_folder_that_is_called_as_an_encrypted_file_is_told_before_anything_is_stored()
    {
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => site with { Format = BackupFormat.Rsync, EncryptFileName = false }, secrets: Secret.Password("correct horse"));
        platform.Folder.Write("data/a", "1");
        platform.Folder.Write("data/a.enc/inside", "2");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("NamesUnstorable", failure.ErrorId);
        Assert.Equal(["data/a.enc"], Assert.IsType<string[]>(failure.Target));
        Assert.DoesNotContain(platform.StoredFiles(), path => path.Contains("snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_storage_that_neither_links_nor_copies_is_told_of_when_the_site_is_created()
    {
        using var platform = new TestPlatform(storage => new PlainStorage(storage));
        await platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("every backup uploads all files again", StringComparison.Ordinal));
        platform.Folder.Write("data/a", "1");
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        using var able = await StartAsync();
        Assert.DoesNotContain(able.Observer.Warnings, warning => warning.Contains("uploads", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BackupFormat.Rsync)]
    [InlineData(BackupFormat.Tgz)]
    public async Task A_backup_in_whose_place_there_is_another_ones_leaves_that_as_it_is(BackupFormat format)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 3, 15, 0, TimeSpan.Zero));
        using var platform = new TestPlatform(time: time);
        await platform.SetUpAsync(site: site => site with { Format = format });
        platform.Folder.Write("data/a", "1");
        var first = await platform.BackUpAsync();
        var stored = platform.StoredFiles();
        // Another platform with the same site, and an app of the same name, in the same millisecond; and then our own clock that was set back.
        using var other = platform.Open("other");
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local"), SiteSecrets.None, platform.Observer, Token);
        other.Apps.Register(platform.Engine.Apps.Get(TestPlatform.Location) with { Id = Guid.Empty });
        foreach (var engine in new[] { other, platform.Engine })
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() =>
                engine.AppBackups.CreateAsync(TestPlatform.Location, new AppBackupOptions(), platform.Observer, Token));
            Assert.Equal(("BackupPlaceTaken", BackupErrorCategory.AlreadyExists), (failure.ErrorId, failure.Category));
            Assert.Equal(stored, platform.StoredFiles().Where(path => !path.Contains("keycheck", StringComparison.Ordinal)));
        }
        Assert.Equal(first.Id, Assert.Single(platform.Engine.AppBackups.List()).Id);
        Assert.Empty(other.AppBackups.List());
        Assert.True((await platform.Engine.AppBackups.TestAsync(first.Id, platform.Observer, Token)).IsValid);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
    }

    [Theory]
    [InlineData(BackupFormat.Rsync, ".index.gz")]
    [InlineData(BackupFormat.Tgz, ".index.gz")]
    [InlineData(BackupFormat.Tgz, ".tar.gz")]
    [InlineData(BackupFormat.Rsync, ".backupinfo")]
    public async Task A_backup_that_another_one_was_quicker_than_removes_nothing_of_it(BackupFormat format, string part)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync(site: site => site with { Format = format, Prefix = "server1" });
        platform.Folder.Write("data/a", "1");
        string? taken = null;
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && path.EndsWith(part, StringComparison.Ordinal) && taken is null)
            {
                taken = Path.Join(platform.SitePath, path);
                Directory.CreateDirectory(Path.GetDirectoryName(taken)!);
                File.WriteAllText(taken, "another one's");
                File.WriteAllText(Path.Join(Path.GetDirectoryName(taken), $"{Path.GetFileName(path).Replace(part, "", StringComparison.Ordinal)}.backupinfo"), "another one's");
            }
        };
        Assert.Equal("StorageAlreadyExists", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync())).ErrorId);
        Assert.Equal("another one's", File.ReadAllText(taken!));
        Assert.Contains(platform.StoredFiles(), path => path.EndsWith(".backupinfo", StringComparison.Ordinal));
        // No record either: its removal would take the other's backup with it.
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    private static Task<TestPlatform> StartAsync() => new TestPlatform().SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
}
