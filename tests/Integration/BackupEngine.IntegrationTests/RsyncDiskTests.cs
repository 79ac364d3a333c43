using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Folders of the format rsync on real file systems, with hard links, reflinks, copies, and none of these; killed at every step.</summary>
public sealed class RsyncDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ext4", false)]
    [InlineData("ext4", true)]
    [InlineData("vfat", false)]
    [InlineData("vfat", true)]
    [InlineData("exfat", false)]
    [InlineData("exfat", true)]
    [InlineData("xfs", false)]
    [InlineData("xfs", true)]
    [InlineData("btrfs", false)]
    [InlineData("btrfs", true)]
    public async Task Backups_live_their_lives_on_every_file_system(string kind, bool noHardlink)
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, kind, kind.EndsWith("fat", StringComparison.Ordinal) ? 64 : 320);
        await platform.SetUpAsync(site: site => site with
        {
            Format = BackupFormat.Rsync,
            Settings = new FileSystemSettings { Path = disk.Path, NoHardlink = noHardlink },
        });
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 200);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(5_000_000));
        var trees = new List<(AppBackup Backup, List<string> Tree)>();
        for (var run = 0; run < 3; run++)
        {
            File.WriteAllText(Path.Join(platform.Data, $"new-{run}"), $"{run}");
            File.WriteAllText(Path.Join(platform.Data, "changing"), $"{run}");
            trees.Add((await platform.BackUpAsync(), Tree.Describe(platform.Data)));
        }
        foreach (var (backup, tree) in trees)
        {
            var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
            Assert.True(test.IsValid, string.Join('\n', test.Problems));
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder[backup.Id], platform.Observer, Token);
            Assert.Equal(tree, Tree.Describe(platform.Folder[$"{backup.Id}/data"]));
            await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        }
        Assert.All(
            Directory.EnumerateFileSystemEntries(disk.Path).Select(Path.GetFileName).Where(name => name != "lost+found"), name => Assert.Equal("snapshot", name));
    }

    [Fact]
    public async Task A_file_that_has_all_the_links_that_the_disk_allows_is_copied_and_the_others_are_linked()
    {
        const int MostOfExt4 = 65_000;
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 128);
        await platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync, Settings = new FileSystemSettings { Path = disk.Path } });
        foreach (var name in (string[])["a", "b", "c"])
        {
            File.WriteAllText(Path.Join(platform.Data, name), $"content of {name}");
        }
        await platform.BackUpAsync();
        var snapshot = Directory.EnumerateDirectories(Path.Join(disk.Path, "snapshot"), "data", SearchOption.AllDirectories).Single();
        Directory.CreateDirectory(Path.Join(disk.Path, "links"));
        using (var from = LocalFileSystem.Open(snapshot))
        using (var links = LocalFileSystem.Open(Path.Join(disk.Path, "links")))
        {
            for (var count = from.Stat("b").LinkCount; count < MostOfExt4; count++)
            {
                links.MakeHardLink($"{count}", from, "b");
            }
            var backup = await platform.BackUpAsync();
            using var rotated = LocalFileSystem.Open(Path.Join(disk.Path, backup.RemotePath, "data"));
            Assert.NotEqual(from.Stat("b").Inode, rotated.Stat("b").Inode);
            Assert.Equal((from.Stat("a").Inode, from.Stat("c").Inode), (rotated.Stat("a").Inode, rotated.Stat("c").Inode));
            Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        }
    }

    [Theory]
    [InlineData("README", "readme", "vfat")]
    [InlineData("README", "readme", "exfat")]
    [InlineData("one", "12:30", "vfat")]
    [InlineData("one", "12:30", "exfat")]
    public async Task Names_that_the_disk_cannot_hold_or_tell_apart_fail_the_backup_and_are_named(string first, string second, string kind)
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, kind, 64);
        await platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync, Settings = new FileSystemSettings { Path = disk.Path } });
        File.WriteAllText(Path.Join(platform.Data, first), "1");
        File.WriteAllText(Path.Join(platform.Data, second), "2");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Contains(second, failure.Message, StringComparison.Ordinal);
        var tgz = platform.Engine.Sites.Get("local") with { Format = BackupFormat.Tgz };
        await platform.Engine.Sites.UpdateAsync(tgz, SiteSecrets.None, platform.Observer, Token);
        var backup = await platform.BackUpAsync();
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task A_full_disk_is_told_older_backups_stay_and_the_next_run_goes_on()
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        await platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync, Settings = new FileSystemSettings { Path = disk.Path } });
        File.WriteAllBytes(Path.Join(platform.Data, "first"), new SeededRandom(1).Bytes(10_000_000));
        var first = await platform.BackUpAsync();
        for (var i = 0; i < 8; i++)
        {
            File.WriteAllBytes(Path.Join(platform.Data, $"second-{i}"), new SeededRandom(i).Bytes(10_000_000));
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("StorageOutOfSpace", failure.ErrorId);
        Assert.Empty(Directory.GetFiles(disk.Path, ".cbpart-*", SearchOption.AllDirectories));
        Assert.True((await platform.Engine.AppBackups.TestAsync(first.Id, platform.Observer, Token)).IsValid);
        File.Delete(Path.Join(platform.Data, "second-7"));
        File.Delete(Path.Join(platform.Data, "second-6"));
        File.Delete(Path.Join(platform.Data, "second-5"));
        File.Delete(Path.Join(platform.Data, "second-4"));
        var second = await platform.BackUpAsync();
        Assert.True((await platform.Engine.AppBackups.TestAsync(second.Id, platform.Observer, Token)).IsValid);
    }

    [Theory]
    [InlineData("renameat2", false)]
    [InlineData("linkat", false)]
    [InlineData("unlinkat", false)]
    [InlineData("mkdirat", false)]
    [InlineData("syncfs", false)]
    [InlineData("pwrite64", false)]
    [InlineData("renameat2", true)]
    [InlineData("renameat2", false, true)]
    [InlineData("pwrite64", false, true)]
    [InlineData("unlinkat", false, true)]
    [InlineData("syncfs", false, true)]
    public async Task A_backup_that_is_killed_at_any_step_hands_nothing_wrong_on(string call, bool isEncrypted, bool noHardlink = false)
    {
        Tools.Need("strace");
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => site with
            {
                Format = BackupFormat.Rsync,
                Settings = ((FileSystemSettings)site.Settings) with { NoHardlink = noHardlink },
            },
            secrets: isEncrypted ? Secret.Password("correct horse") : null);
        for (var i = 0; i < 12; i++)
        {
            platform.Folder.Write($"data/{i % 3}/file-{i}", $"content of {i}");
        }
        Change(platform, 0);
        await platform.BackUpAsync();
        var older = Stored(platform);
        var (isDone, kills, round) = (false, 0, 0);
        for (var number = 1; !isDone && number < 200; number += 1 + (number / 2))
        {
            Change(platform, ++round);
            var result = Tools.RunHost(
                platform.Folder["home"], $"New-AppBackup {TestPlatform.Location}", Tools.KillAt(call, number));
            isDone = result.ExitCode == 0; // there are no more such calls
            kills += result.ExitCode == 137 ? 1 : 0;
            Assert.Equal(older, Stored(platform).Where(line => older.Exists(old => Folder(old) == Folder(line))));
            platform.Reopen();
            var next = await platform.BackUpAsync();
            await AssertIsSourceAsync(platform, next, number);
            older = Stored(platform);
        }
        Assert.True(isDone, "There were more calls than the test tries.");
        Assert.True(kills > 0, $"No {call} was called.");
        Assert.DoesNotContain(platform.Engine.AppBackups.List(), backup => backup.State == BackupState.Creating);
        Assert.Empty(Directory.GetFiles(platform.SitePath, ".cbpart-*", SearchOption.AllDirectories));
    }

    /// <summary>Something new, something changed in place, something gone, and a file that becomes a folder or the reverse.</summary>
    private static void Change(TestPlatform platform, int round)
    {
        platform.Folder.Write($"data/new-{round}", $"new {round}");
        platform.Folder.Write("data/0/file-0", $"changed {round % 10}");
        File.Delete(platform.Folder[$"data/new-{round - 1}"]);
        var swapped = platform.Folder["data/swapped"];
        if (Directory.Exists(swapped))
        {
            Directory.Delete(swapped, recursive: true);
            File.WriteAllText(swapped, $"file {round}");
        }
        else
        {
            File.Delete(swapped);
            platform.Folder.Write("data/swapped/inside", $"folder {round}");
        }
    }

    private static async Task AssertIsSourceAsync(TestPlatform platform, AppBackup backup, int number)
    {
        var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.True(test.IsValid, $"{number}: {string.Join('\n', test.Problems)}");
        var destination = platform.Folder[$"out/{number}"];
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, destination, platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(Path.Join(destination, "data")));
        var snapshot = Path.Join(platform.SitePath, "snapshot", platform.Engine.Apps.Get(TestPlatform.Location).Id.ToString("D"));
        // No orphan: the snapshot has as many files as the backup, and the backup's are listed and known.
        Assert.Equal(
            Directory.GetFiles(Path.Join(platform.SitePath, backup.RemotePath), "*", SearchOption.AllDirectories).Length,
            Directory.GetFiles(snapshot, "*", SearchOption.AllDirectories).Length);
    }

    /// <summary>All files of Ready backups with their hashes.</summary>
    private static List<string> Stored(TestPlatform platform) =>
    [
        .. platform.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready).Select(backup => Path.GetDirectoryName(backup.RemotePath)!)
            .SelectMany(folder => Directory.EnumerateFiles(Path.Join(platform.SitePath, folder), "*", SearchOption.AllDirectories))
            .Select(path => $"{Path.GetRelativePath(platform.SitePath, path)} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}")
            .Order(StringComparer.Ordinal),
    ];

    private static string Folder(string line) => line[..line.IndexOf('/', StringComparison.Ordinal)];
}
