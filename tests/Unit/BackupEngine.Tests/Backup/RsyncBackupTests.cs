using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>The life of backups of the format rsync, from the site to the removal.</summary>
public sealed class RsyncBackupTests
{
    private const string Password = "correct horse battery";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, true, false)]
    [InlineData(null, true, true)]
    [InlineData(Password, true, false)]
    [InlineData(Password, false, false)]
    public async Task A_backup_lives_its_life(string? password, bool encryptsNames, bool noHardlink)
    {
        using var platform = await StartAsync(password, encryptsNames, noHardlink);
        SampleTree.MakeRich(platform.Data, new SeededRandom(7), longestName: 150);
        var before = Tree.Describe(platform.Data);
        var first = await platform.BackUpAsync();
        Assert.Equal((BackupState.Ready, BackupFormat.Rsync, password is not null), (first.State, first.Format, first.Encrypted));
        File.WriteAllText(Path.Join(platform.Data, "new"), "new");
        using (var data = LocalFileSystem.Open(platform.Data))
        {
            TreeRemoval.Remove(data, "names");
        }
        var after = Tree.Describe(platform.Data);
        var second = await platform.BackUpAsync();
        foreach (var (backup, tree) in new[] { (first, before), (second, after) })
        {
            foreach (var deep in new[] { false, true })
            {
                var test = await platform.Engine.AppBackups.TestAsync(backup.Id, deep, platform.Observer, Token);
                Assert.True(test.IsValid, string.Join('\n', test.Problems));
                Assert.Equal((deep, backup.FileCount, deep ? backup.SourceSize : 0), (test.IsDeep, test.FilesChecked, test.BytesChecked));
            }
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder[$"out/{backup.Id}"], platform.Observer, Token);
            Assert.Equal(tree, Tree.Describe(platform.Folder[$"out/{backup.Id}/data"]));
        }
        await platform.Engine.AppBackups.RestoreAsync(first.Id, new AppRestoreOptions(), platform.Observer, Token);
        Assert.Equal(before, Tree.Describe(platform.Data));
        await platform.Engine.AppBackups.RemoveAsync(first.Id, platform.Observer, Token);
        Assert.DoesNotContain(platform.StoredFiles(), path => path.StartsWith(first.RemotePath, StringComparison.Ordinal));
        Assert.True((await platform.Engine.AppBackups.TestAsync(second.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task Both_formats_hold_the_same_tree()
    {
        using var platform = await StartAsync(null);
        await platform.Engine.Sites.AddAsync(
            new BackupSite { Name = "archives", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.Folder.Make("archives"), ExternalDisk = true } },
            SiteSecrets.None, platform.Observer, Token);
        SampleTree.MakeRich(platform.Data, new SeededRandom(8));
        var folder = await platform.BackUpAsync();
        var archive = await platform.BackUpAsync(new() { Site = "archives" });
        Assert.Equal((BackupFormat.Rsync, BackupFormat.Tgz), (folder.Format, archive.Format));
        await platform.Engine.AppBackups.RestoreToAsync(folder.Id, platform.Folder["folder"], platform.Observer, Token);
        await platform.Engine.AppBackups.RestoreToAsync(archive.Id, platform.Folder["archive"], platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Folder["archive/data"]), Tree.Describe(platform.Folder["folder/data"]));
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["folder/data"]));
        Assert.False(File.Exists(platform.Folder["folder/fsmetadata.json"]));
    }

    [Fact]
    public async Task A_backup_is_a_plain_folder_whose_unchanged_files_are_shared()
    {
        using var platform = await StartAsync(null);
        MakeFiles(platform, 30);
        var first = await platform.BackUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "file-3"), "changed");
        var second = await platform.BackUpAsync();
        Assert.Equal("changed", File.ReadAllText(Path.Join(platform.SitePath, second.RemotePath, "data/file-3")));
        Assert.NotEqual("changed", File.ReadAllText(Path.Join(platform.SitePath, first.RemotePath, "data/file-3")));
        Assert.NotEqual(Inode(platform, first, "file-3"), Inode(platform, second, "file-3"));
        Assert.Equal(Inode(platform, first, "file-4"), Inode(platform, second, "file-4"));
    }

    [Fact]
    public async Task A_lost_cache_comes_back_from_the_storage_and_nothing_is_uploaded_again()
    {
        var written = new List<string>();
        using var platform = TestPlatform.WithFaults(out var faults);
        await SetUpAsync(platform, null);
        MakeFiles(platform, 30);
        await platform.BackUpAsync();
        faults().After = (call, path) =>
        {
            if (call == "write")
            {
                lock (written)
                {
                    written.Add(path);
                }
            }
        };
        Directory.Delete(platform.Folder["home/sync"], recursive: true);
        await platform.BackUpAsync();
        Assert.DoesNotContain(written, path => path.Contains("/data/", StringComparison.Ordinal));
        Assert.Contains(written, path => path.EndsWith(".backupinfo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_platform_finds_its_backups_again()
    {
        using var platform = await StartAsync(null);
        MakeFiles(platform, 30);
        var backup = await platform.BackUpAsync();
        var site = platform.Engine.Sites.Get("local");
        using var fresh = BackupEngine.Open(new() { PlatformHome = platform.Folder["fresh"] });
        await fresh.Sites.AddAsync(site with { Format = BackupFormat.Tgz }, SiteSecrets.None, platform.Observer, Token);
        var found = Assert.Single(await fresh.SyncAsync(null, [], platform.Observer, Token));
        Assert.Equal((backup.Id, BackupFormat.Rsync, backup.Size), (found.Id, found.Format, found.Size));
        await fresh.AppBackups.RestoreToAsync(found.Id, platform.Folder["back"], platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["back/data"]));
        Directory.Delete(Path.Join(platform.SitePath, backup.RemotePath), recursive: true);
        Assert.Empty(await fresh.SyncAsync(null, [], platform.Observer, Token));
    }

    [Fact]
    public async Task Damage_is_found_by_a_listing_where_it_can_be_and_else_by_reading()
    {
        using var platform = await StartAsync(null);
        MakeFiles(platform, 30);
        var backup = await platform.BackUpAsync();
        var folder = Path.Join(platform.SitePath, backup.RemotePath, "data");
        Replace(Path.Join(folder, "file-1"), bytes => bytes[0] ^= 1);
        Assert.Empty(await ProblemsAsync(platform, backup, deep: false));
        Assert.Equal(["data/file-1: its content does not have the hash that the index says"], await ProblemsAsync(platform, backup, deep: true));
        File.AppendAllText(Path.Join(folder, "file-2"), "x");
        File.Delete(Path.Join(folder, "file-3"));
        File.WriteAllText(Path.Join(folder, "file-99"), "");
        File.WriteAllText(Path.Join(folder, "~"), "");
        string[] shallow = ["data/file-2", "data/file-3"];
        Assert.Equal(shallow, (await ProblemsAsync(platform, backup, deep: false)).Select(problem => problem.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["data/file-1", .. shallow], (await ProblemsAsync(platform, backup, deep: true)).Select(problem => problem.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("2 objects that are not part of the backup", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token));
        Assert.Equal("BackupDamaged", failure.ErrorId);
        Assert.False(Directory.Exists(platform.Folder["out"]));
    }

    [Fact]
    public async Task Damage_that_a_test_has_found_is_not_handed_on_to_the_next_backup()
    {
        using var platform = await StartAsync(null);
        MakeFiles(platform, 10);
        var damaged = await platform.BackUpAsync();
        // In place, as a dying disk does it: the snapshot has the same bytes.
        using (var file = File.OpenWrite(Path.Join(platform.SitePath, damaged.RemotePath, "data/file-3")))
        {
            file.Write("X"u8);
        }
        Assert.Single(await ProblemsAsync(platform, damaged, deep: true));
        var healed = await platform.BackUpAsync();
        Assert.Empty(await ProblemsAsync(platform, healed, deep: true));
        Assert.Single(await ProblemsAsync(platform, damaged, deep: true));
        await platform.BackUpAsync();
        Assert.Equal(["file-3"], Enumerable.Range(0, 10).Select(i => $"file-{i}").Where(name => Inode(platform, damaged, name) != Inode(platform, healed, name)));
    }

    [Fact]
    public async Task A_site_may_begin_to_encrypt_change_its_password_and_leave_names_readable()
    {
        using var platform = await StartAsync(null);
        MakeFiles(platform, 10);
        var id = platform.Engine.Apps.Get(TestPlatform.Location).Id.ToString("D");
        var backups = new List<AppBackup> { await platform.BackUpAsync() };
        foreach (var (password, names) in new[] { (Password, true), ("another password", true), ("another password", false) })
        {
            var site = platform.Engine.Sites.Get("local") with { EncryptFileName = names };
            await platform.Engine.Sites.UpdateAsync(site, Secret.Password(password), platform.Observer, Token);
            backups.Add(await platform.BackUpAsync());
            var stored = platform.StoredFiles().Where(path => path.StartsWith($"snapshot/{id}", StringComparison.Ordinal)).ToList();
            Assert.Equal(12, stored.Count(path => path.StartsWith($"snapshot/{id}/", StringComparison.Ordinal)));
            Assert.Equal([$"snapshot/{id}.state.enc"], stored.Where(path => !path.StartsWith($"snapshot/{id}/", StringComparison.Ordinal)));
            Assert.Equal(!names, stored.Contains($"snapshot/{id}/data/file-3.enc"));
        }
        Assert.All(backups, backup => Assert.True(platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token).Result.IsValid));
    }

    [Fact]
    public async Task Nothing_of_an_encrypted_backup_is_readable_in_the_storage()
    {
        using var platform = await StartAsync(Password);
        Directory.CreateDirectory(Path.Join(platform.Data, "private-folder"));
        File.WriteAllText(Path.Join(platform.Data, "private-folder/private-file"), "private content");
        await platform.BackUpAsync();
        foreach (var path in platform.StoredFiles())
        {
            Assert.DoesNotContain("private", path, StringComparison.Ordinal);
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Join(platform.SitePath, path), Token));
            Assert.DoesNotContain("private", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_backup_that_is_stopped_leaves_nothing_and_the_next_one_goes_on()
    {
        const int Files = 400; // many more than are under way at a time
        using var platform = TestPlatform.WithFaults(out var faults);
        await SetUpAsync(platform, null);
        MakeFiles(platform, Files);
        using var stop = new CancellationTokenSource();
        var writes = 0;
        faults().After = (call, path) =>
        {
            if (call == "write" && path.Contains("/data/", StringComparison.Ordinal) && Interlocked.Increment(ref writes) == 25)
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => platform.BackUpAsync(token: stop.Token));
        Assert.All(platform.StoredFiles(), path => Assert.StartsWith("snapshot/", path));
        var before = writes;
        var backup = await platform.BackUpAsync();
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        Assert.InRange(writes - before, 1, Files - before);
    }

    [Fact]
    public async Task The_platform_and_its_extra_folders_are_backed_up_in_any_order()
    {
        using var platform = await StartAsync(null);
        var later = platform.Folder.Make("extra/a.b");
        var earlier = platform.Folder.Make("extra/a/b");
        File.WriteAllText(Path.Join(later, "one"), "1");
        File.WriteAllText(Path.Join(earlier, "two"), "2");
        platform.Engine.Platform.SetExtraDirectories([later, earlier]);
        var box = await platform.BackUpPlatformAsync();
        var again = await platform.BackUpPlatformAsync();
        foreach (var backup in new[] { box, again })
        {
            Assert.Equal((BackupState.Ready, BackupFormat.Rsync), (backup.State, backup.Format));
            var test = await platform.Engine.PlatformBackups.TestAsync(backup.Id, platform.Observer, Token);
            Assert.True(test.IsValid, string.Join('\n', test.Problems));
        }
        Assert.Contains(platform.StoredFiles(), path => path.StartsWith(again.RemotePath, StringComparison.Ordinal) && path.EndsWith("/extra/a/b/two", StringComparison.Ordinal));
    }

    private static async Task<TestPlatform> StartAsync(string? password, bool encryptsNames = true, bool noHardlink = false)
    {
        var platform = new TestPlatform();
        await SetUpAsync(platform, password, encryptsNames, noHardlink);
        return platform;
    }

    private static Task<TestPlatform> SetUpAsync(TestPlatform platform, string? password, bool encryptsNames = true, bool noHardlink = false) => platform.SetUpAsync(
        null,
        site => site with
        {
            Format = BackupFormat.Rsync,
            EncryptFileName = encryptsNames,
            Settings = ((FileSystemSettings)site.Settings) with { NoHardlink = noHardlink },
        },
        password is null ? null : Secret.Password(password));

    private static void MakeFiles(TestPlatform platform, int count)
    {
        for (var i = 0; i < count; i++)
        {
            File.WriteAllText(Path.Join(platform.Data, $"file-{i}"), $"content of {i}");
        }
    }

    private static async Task<List<string>> ProblemsAsync(TestPlatform platform, AppBackup backup, bool deep) =>
        [.. (await platform.Engine.AppBackups.TestAsync(backup.Id, deep, platform.Observer, Token)).Problems.Select(problem => problem.ToString())];

    /// <summary>Changes a file without touching the others that share its content.</summary>
    private static void Replace(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    private static ulong Inode(TestPlatform platform, AppBackup backup, string name)
    {
        using var folder = LocalFileSystem.Open(Path.Join(platform.SitePath, backup.RemotePath, "data"));
        return folder.Stat(name).Inode;
    }
}
