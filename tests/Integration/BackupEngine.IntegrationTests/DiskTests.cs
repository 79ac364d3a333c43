using CloudBackup.Storage;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Real disks that are full, read-only, missing, of other kinds, or mounted where data is.</summary>
public sealed class DiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_told_nothing_is_left_and_older_backups_stay()
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        await platform.SetUpAsync(site: site => site with { Settings = new FileSystemSettings { Path = disk.Path } });
        File.WriteAllBytes(Path.Join(platform.Data, "first"), new SeededRandom(1).Bytes(10_000_000));
        var first = await platform.BackUpAsync();
        File.WriteAllBytes(Path.Join(platform.Data, "second"), new SeededRandom(2).Bytes(80_000_000));
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal(("StorageOutOfSpace", BackupErrorCategory.OutOfSpace), (failure.ErrorId, failure.Category));
        Assert.Empty(Directory.GetFiles(disk.Path, ".cbpart-*", SearchOption.AllDirectories));
        Assert.Equal(3, Directory.GetFiles(disk.Path, "*", SearchOption.AllDirectories).Length);
        Assert.True((await platform.Engine.AppBackups.TestAsync(first.Id, platform.Observer, Token)).IsValid);
        File.Delete(Path.Join(platform.Data, "second"));
        await platform.BackUpAsync();
    }

    [Fact]
    public async Task A_read_only_disk_is_told_for_writing_and_good_for_restoring()
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        await platform.SetUpAsync(site: site => site with { Settings = new FileSystemSettings { Path = disk.Path } });
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        var backup = await platform.BackUpAsync();
        disk.Remount("ro");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("StorageAccessDenied", failure.ErrorId);
        Assert.Contains("Read-only file system", failure.Message, StringComparison.Ordinal);
        Assert.Equal("StorageAccessDenied", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token))).ErrorId);
        await platform.RestoreAsync(backup.Id);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
    }

    [Fact]
    public async Task A_restore_that_does_not_fit_is_refused_or_undone_and_the_data_stays_I6()
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        var data = Directory.CreateDirectory(Path.Join(disk.Path, "app")).FullName;
        await platform.SetUpAsync(app => app with { DataDirectory = data });
        File.WriteAllBytes(Path.Join(data, "big"), new SeededRandom(1).Bytes(30_000_000));
        var backup = await platform.BackUpAsync();
        File.WriteAllText(Path.Join(data, "new"), "new");
        var before = Tree.Describe(data);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal(BackupErrorCategory.OutOfSpace, failure.Category);
        Assert.Equal(before, Tree.Describe(data));
        Assert.Equal(["app", "lost+found"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task What_was_fetched_when_the_disk_got_full_does_not_keep_it_full()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        var data = Directory.CreateDirectory(Path.Join(disk.Path, "app")).FullName;
        await platform.SetUpAsync(app => app with { DataDirectory = data }, site => site with { Format = BackupFormat.Rsync });
        for (var i = 0; i < 20; i++)
        {
            File.WriteAllBytes(Path.Join(data, $"file-{i}"), new SeededRandom(i).Bytes(1_000_000));
        }
        var backup = await platform.BackUpAsync();
        var before = Tree.Describe(data);
        var reads = new LimitedReads(faults());
        var filler = Path.Join(disk.Path, "filler");
        reads.BreakOff = _ =>
        {
            lock (reads)
            {
                if (!File.Exists(filler))
                {
                    Tools.Try("dd", "if=/dev/zero", $"of={filler}", "bs=64k"); // until nothing is free
                }
            }
        };
        reads.Allow(5);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal(BackupErrorCategory.OutOfSpace, failure.Category);
        Assert.Equal(["app", "filler", "lost+found"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName).Order());
        Assert.Equal(before, Tree.Describe(data));
        // What an interruption has left goes as well when there is no room to go on.
        File.Delete(filler);
        reads.Allow(5);
        var fill = reads.BreakOff;
        reads.BreakOff = path => throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal([DataSwap.StagingName + "-app", "app", "lost+found"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName).Order());
        reads.Allow(5);
        reads.BreakOff = fill;
        Assert.Equal(BackupErrorCategory.OutOfSpace, (await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id))).Category);
        Assert.Equal(["app", "filler", "lost+found"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Where_the_data_directory_is_a_mount_point_what_was_fetched_stays_inside_and_in_no_backup()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 64);
        using var other = Mount.Make(platform.Folder.Make("other"), "ext4", 64);
        Directory.Delete(Path.Join(disk.Path, "lost+found"));
        Directory.Delete(Path.Join(other.Path, "lost+found"));
        await platform.SetUpAsync(app => app with { DataDirectory = disk.Path }, site => site with { Format = BackupFormat.Rsync });
        SampleTree.MakeSmall(disk.Path, new SeededRandom(1), files: 30);
        var before = Tree.Describe(disk.Path);
        var backup = await platform.BackUpAsync();
        File.WriteAllText(Path.Join(disk.Path, "new"), "present");
        var present = Tree.Describe(disk.Path);
        var reads = new LimitedReads(faults());
        var staging = Path.Join(disk.Path, DataSwap.StagingName);
        reads.Allow(10);
        await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.True(Directory.Exists(staging));
        Assert.Equal(present, Tree.Describe(disk.Path).Where(line => !line.Contains(DataSwap.StagingName, StringComparison.Ordinal)));
        reads.AllowAll();
        var between = await platform.BackUpAsync();
        Assert.DoesNotContain(platform.StoredFiles(), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
        reads.AllowAll();
        await platform.RestoreAsync(backup.Id);
        Assert.InRange(reads.Paths.Count, 1, 25);
        Assert.Equal(before, Tree.Describe(disk.Path));
        Assert.False(Directory.Exists(staging));
        await platform.RestoreAsync(between.Id);
        Assert.Equal(present, Tree.Describe(disk.Path));
        // A clone into an empty disk that is mounted there.
        var options = new AppCopyOptions { Location = "clone.example.com", DataDirectory = other.Path };
        reads.Allow(10);
        await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token));
        Assert.Single(platform.Engine.Apps.List());
        Assert.Equal([DataSwap.StagingName], Directory.GetFileSystemEntries(other.Path).Select(Path.GetFileName));
        reads.AllowAll();
        await platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token);
        Assert.InRange(reads.Paths.Count, 1, 25);
        Assert.Equal(before, Tree.Describe(other.Path));
    }

    [Theory]
    [InlineData("vfat")]
    [InlineData("exfat")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task Other_file_systems_hold_backups_too(string kind)
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, kind, kind.EndsWith("fat", StringComparison.Ordinal) ? 64 : 320);
        await platform.SetUpAsync(site: site => site with { Settings = new FileSystemSettings { Path = disk.Path } });
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        var backup = await platform.BackUpAsync();
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(backup.Id, Assert.Single(await platform.Engine.SyncAsync(null, [], platform.Observer, Token)).Id);
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(disk.Path), path => !path.EndsWith("lost+found", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task Trees_of_other_file_systems_come_back_identical(string kind)
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, kind, 320);
        var data = Directory.CreateDirectory(Path.Join(disk.Path, "app")).FullName;
        await platform.SetUpAsync(app => app with { DataDirectory = data });
        SampleTree.MakeRich(data, new SeededRandom(1));
        var before = Tree.Describe(data);
        var backup = await platform.BackUpAsync();
        Directory.Delete(Path.Join(data, "links"), recursive: true);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(before, Tree.Describe(data));
    }

    [Fact]
    public async Task A_data_directory_that_is_a_mount_point_is_restored_in_place()
    {
        using var platform = new TestPlatform();
        using var disk = Mount.Make(platform.Folder.Path, "ext4", 128);
        Directory.Delete(Path.Join(disk.Path, "lost+found"));
        await platform.SetUpAsync(app => app with { DataDirectory = disk.Path });
        SampleTree.MakeRich(disk.Path, new SeededRandom(1));
        var before = Tree.Describe(disk.Path);
        var backup = await platform.BackUpAsync();
        Directory.Delete(Path.Join(disk.Path, "links"), recursive: true);
        File.WriteAllText(Path.Join(disk.Path, "text.txt"), "new");
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(before, Tree.Describe(disk.Path));
        // And back again when the app does not come up.
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Commands = new AppCommands { Health = ["false"] } });
        File.WriteAllText(Path.Join(disk.Path, "text.txt"), "newer");
        var newer = Tree.Describe(disk.Path);
        await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal(newer, Tree.Describe(disk.Path));
        Assert.False(Directory.Exists(Path.Join(disk.Path, DataSwap.StagingName)));
    }

    [Fact]
    public async Task A_mount_inside_the_data_directory_is_never_emptied()
    {
        using var platform = new TestPlatform();
        Directory.CreateDirectory(Path.Join(platform.Data, "uploads"));
        await platform.SetUpAsync();
        Tools.NeedRoot();
        Tools.Run("mount", "-t", "tmpfs", "tmpfs", Path.Join(platform.Data, "uploads"));
        try
        {
            File.WriteAllText(Path.Join(platform.Data, "uploads/photo"), "mine");
            var backup = await platform.BackUpAsync();
            Assert.Equal("MountInside", (await Assert.ThrowsAsync<BackupException>(() =>
                platform.RestoreAsync(backup.Id))).ErrorId);
            Assert.Equal("mine", File.ReadAllText(Path.Join(platform.Data, "uploads/photo")));
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
            Assert.Equal("mine", File.ReadAllText(platform.Folder["out/data/uploads/photo"]));
        }
        finally
        {
            Tools.Run("umount", Path.Join(platform.Data, "uploads"));
        }
    }

    [Fact]
    public void A_user_without_rights_gets_an_error_that_names_the_file_or_a_Partial_backup()
    {
        Tools.NeedRoot();
        Tools.Need("setpriv");
        using var folder = new TempFolder();
        foreach (var name in new[] { "home", "site", "data" })
        {
            folder.Make(name);
        }
        folder.Write("data/open", "open");
        folder.Write("data/secret", "secret");
        folder.Write("data/closed/inside", "secret");
        Tools.Run("chown", "-R", "65534:65534", folder.Path);
        Tools.Run("chown", "0:0", folder["data/secret"], folder["data/closed"]);
        Tools.Run("chmod", "600", folder["data/secret"]);
        Tools.Run("chmod", "700", folder["data/closed"]);
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", $"HOME={folder.Path}"];
        var setUp = $"New-BackupSite local filesystem -Path {folder["site"]} -ExternalDisk; Register-BackupApp a -Version 1 -DataDirectory {folder["data"]}";
        var result = Tools.RunHost(folder["home"], setUp, nobody);
        Assert.True(result.ExitCode == 0, result.Error);
        result = Tools.RunHost(folder["home"], "New-AppBackup a", nobody);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("closed' cannot be read: Permission denied", result.Error, StringComparison.Ordinal);
        Assert.Contains("-ContinueOnError", result.Error, StringComparison.Ordinal);
        result = Tools.RunHost(folder["home"], "$b = New-AppBackup a -ContinueOnError; \"$($b.State): $($b.Missing -join '; ')\"; $b | Test-AppBackup -Quiet", nobody);
        Assert.Equal("Partial: data/closed: Permission denied; data/secret: Permission denied\nTrue\n", result.Output);
        result = Tools.RunHost(folder["home"], $"Get-AppBackup -Location a | Where-Object State -eq Partial | Restore-AppBackup -Destination {folder["out"]}", nobody);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("open", File.ReadAllText(folder["out/data/open"]));
    }
}
