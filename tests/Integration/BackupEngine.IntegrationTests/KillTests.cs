using System.Diagnostics;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>kill -9 at any moment: no bad Ready, old data intact, the next run works, left-overs go.</summary>
public sealed class KillTests
{
    private const int Rounds = 12;

    [Fact]
    public async Task A_backup_that_is_killed_leaves_nothing_that_looks_good()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 3000, largest: 30_000);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(100_000_000));
        var first = await platform.BackUpAsync();
        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var process = Tools.StartHost(platform.Folder["home"], $"New-AppBackup {TestPlatform.Location} -Verbose");
            // From the moment that the work begins, later and later into it.
            await WaitForAsync(process, "Backing up");
            await Task.Delay(TimeSpan.FromMilliseconds(round * round * 12), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            killed += process.ExitCode == 137 ? 1 : 0;
            AssertReadyAreWhole(platform);
        }
        Assert.InRange(killed, 2, Rounds);
        var last = await platform.BackUpAsync();
        AssertReadyAreWhole(platform);
        Assert.DoesNotContain(platform.Engine.AppBackups.List(), backup => backup.State == BackupState.Creating);
        Assert.Contains(platform.Engine.AppBackups.List(), backup => backup.State == BackupState.Failed);
        Assert.Empty(Directory.GetFiles(platform.SitePath, ".cbpart-*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder["home/tmp"]));
        var good = platform.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready).ToList();
        Assert.Equal(good.Count * 3, platform.StoredFiles().Count);
        Assert.Contains(good, backup => backup.Id == first.Id);
        Assert.Contains(good, backup => backup.Id == last.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_that_is_killed_at_any_system_call_leaves_the_old_or_the_new_data(bool isWholeFolder)
    {
        Tools.Need("strace");
        using var platform = new TestPlatform();
        if (!isWholeFolder)
        {
            // A mount point cannot be renamed: the entries change places one by one.
            Tools.NeedRoot();
            Tools.Run("mount", "-t", "tmpfs", "tmpfs", platform.Data);
        }
        try
        {
            await KillAtEachStepAsync(platform);
        }
        finally
        {
            if (!isWholeFolder)
            {
                Tools.Run("umount", platform.Data);
            }
        }
    }

    [Theory]
    [InlineData("install", false)]
    [InlineData("start", true)]
    [InlineData("health", true)]
    public async Task A_restore_that_is_killed_keeps_what_the_app_wrote_once_it_was_started(string dying, bool stays)
    {
        using var platform = new TestPlatform();
        var once = platform.Folder["died"];
        string[] Command(string name) =>
        [
            "/bin/sh", "-c",
            $"[ {name} != {dying} ] || [ -e {once} ] || {{ touch {once}; printf written > $CLOUDBACKUP_DATA_DIRECTORY/f; kill -9 $PPID; exit 9; }}",
        ];
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands { Install = Command("install"), Start = Command("start"), Health = Command("health") },
        });
        platform.Folder.Write("data/f", "backed up");
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("data/f", "present");
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        platform.Engine.Dispose();
        Assert.Equal(137, Tools.RunHost(platform.Folder["home"], $"Restore-AppBackup {backup.Id} -Force -SkipSafetyBackup").ExitCode);
        platform.Reopen();
        await platform.BackUpAsync();
        Assert.Equal([stays ? "f=written" : "f=present"], Contents(platform.Data));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((stays ? "1.2.0" : "2.0.0", AppState.Error), (app.Version, app.State));
        Assert.Contains("was interrupted", app.LastError, StringComparison.Ordinal);
        Assert.Equal(AppState.Installed, (await platform.RestoreAsync(backup.Id)).State);
        Assert.Equal(["f=backed up"], Contents(platform.Data));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_or_clone_of_the_format_rsync_that_is_killed_while_it_fetches_goes_on_from_there(bool isClone)
    {
        Tools.Need("strace");
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 200);
        var backedUp = Tree.Describe(platform.Data);
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("data/new", "new");
        var present = Tree.Describe(platform.Data);
        var target = platform.Folder[isClone ? "clone" : "data"];
        var location = isClone ? "clone.example.com" : TestPlatform.Location;
        var staging = platform.Folder[$"{DataSwap.StagingName}-{Path.GetFileName(target)}"];
        var command = isClone
            ? $"Copy-BackupApp {backup.Id} {location} -DataDirectory {target} -Verbose"
            : $"Restore-AppBackup {backup.Id} -Force -SkipSafetyBackup -Verbose";
        platform.Engine.Dispose();
        // The time is the last that is set of each file.
        Assert.Equal(137, Tools.RunHost(platform.Folder["home"], command, Tools.KillAt("utimensat", 10)).ExitCode);
        platform.Reopen();
        Assert.Equal(present, Tree.Describe(platform.Data));
        Assert.Equal(AppState.Restoring, platform.Engine.Apps.Get(location).State);
        await platform.BackUpAsync();
        Assert.Equal(AppState.Installed, platform.Engine.Apps.Get(TestPlatform.Location).State);
        var fetched = Directory.GetFiles(Path.Join(staging, "new/data"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Path.Join(staging, "new"), path))
            .Where(path => File.GetLastWriteTimeUtc(platform.Folder[path]) == File.GetLastWriteTimeUtc(Path.Join(staging, "new", path))).ToList();
        Assert.InRange(fetched.Count, 5, 190);
        // Who reads one of them again fails.
        fetched.ForEach(path => File.Delete(Path.Join(platform.SitePath, backup.RemotePath, path)));
        platform.Engine.Dispose();
        var result = Tools.RunHost(platform.Folder["home"], command);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Going on with the unpacking", result.Error + result.Output, StringComparison.Ordinal);
        Assert.Equal(backedUp, Tree.Describe(target));
        Assert.False(Directory.Exists(staging));
        platform.Reopen();
        Assert.Equal(AppState.Installed, platform.Engine.Apps.Get(location).State);
    }

    private static async Task KillAtEachStepAsync(TestPlatform platform)
    {
        await platform.SetUpAsync();
        foreach (var name in new[] { "a", "b", "c/d", "e/f/g" })
        {
            platform.Folder.Write($"data/{name}", $"old {name}");
        }
        var backup = await platform.BackUpAsync();
        var backedUp = Contents(platform.Data);
        platform.Folder.Write("data/a", "new a");
        platform.Folder.Write("data/new", "new");
        Directory.Delete(platform.Folder["data/c"], recursive: true);
        var present = Contents(platform.Data);
        var outcomes = new HashSet<string>();
        foreach (var (call, most) in new[] { ("renameat2", 12), ("mkdirat", 9), ("unlinkat", 14), ("syncfs", 1) })
        {
            for (var number = 1; number <= most; number++)
            {
                var result = Tools.RunHost(
                    platform.Folder["home"], $"Restore-AppBackup {backup.Id} -Force -SkipSafetyBackup", Tools.KillAt(call, number));
                if (result.ExitCode == 0)
                {
                    Assert.Equal(backedUp, Contents(platform.Data));
                    ResetTo(platform, present);
                    break; // there are no more such calls
                }
                outcomes.Add(await RecoverAsync(platform, backedUp, present));
                ResetTo(platform, present);
            }
        }
        Assert.Contains("old", outcomes);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(backedUp, Contents(platform.Data));
    }

    /// <summary>The next command on the app settles things; then the data is the old or the new, whole, and nothing else is left.</summary>
    private static async Task<string> RecoverAsync(TestPlatform platform, List<string> backedUp, List<string> present)
    {
        var next = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, next.State);
        var now = Contents(platform.Data);
        Assert.True(now.SequenceEqual(present) || now.SequenceEqual(backedUp), string.Join('\n', now));
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(platform.Folder.Path, "*", SearchOption.AllDirectories), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
        return now.SequenceEqual(present) ? "old" : "new";
    }

    private static void ResetTo(TestPlatform platform, List<string> contents)
    {
        foreach (var entry in Directory.GetFileSystemEntries(platform.Data))
        {
            if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }
        foreach (var line in contents)
        {
            var parts = line.Split('=');
            platform.Folder.Write($"data/{parts[0]}", parts[1]);
        }
    }

    private static List<string> Contents(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)}={File.ReadAllText(path)}"),
    ];

    private static void AssertReadyAreWhole(TestPlatform platform)
    {
        platform.Reopen();
        foreach (var backup in platform.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready))
        {
            var test = platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            Assert.True(test.IsValid, string.Join('\n', test.Problems));
        }
    }

    private static async Task WaitForAsync(Process process, string text)
    {
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
