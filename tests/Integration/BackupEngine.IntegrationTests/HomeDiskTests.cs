using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>
/// The disk of the platform's home is full or read-only: each command fails with an error that says what to do, nothing of the platform is lost,
/// and once there is room the same command works.
/// </summary>
public sealed class HomeDiskTests
{
    private const int Megabytes = 16;
    private const int Step = 48 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<TestPlatform, string, Task>> Commands = new()
    {
        ["backup"] = (platform, _) => platform.BackUpAsync(),
        ["platform backup"] = (platform, _) => platform.BackUpPlatformAsync(),
        ["register"] = (platform, _) => Task.FromResult(platform.AddApp("shop.example.com")),
        ["site"] = (platform, _) => platform.Engine.Sites.AddAsync(
            new BackupSite { Name = "second", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.Folder.Make("second"), ExternalDisk = true } },
            Secret.Password("correct horse"), platform.Observer, Token),
        ["sync"] = (platform, _) => platform.Engine.SyncAsync(null, [], platform.Observer, Token),
        ["cleanup"] = async (platform, _) => await platform.Engine.Cleanup.ExecuteAsync(
            await platform.Engine.Cleanup.PlanAsync(null, platform.Observer, Token), _ => true, platform.Observer, Token),
        ["restore"] = (platform, id) => platform.RestoreAsync(id),
    };

    public static TheoryData<string, string> Cases => [.. from kind in new[] { "ext4", "tmpfs" } from command in Commands.Keys select (kind, command)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task On_a_full_disk_a_command_fails_with_a_known_error_and_works_once_there_is_room(string kind, string command)
    {
        using var platform = new TestPlatform(root: TempFolder.Memory);
        using var disk = new HomeDisk(platform, kind);
        var id = await SetUpAsync(platform);
        var filler = platform.Folder["home/filler"];
        var errors = 0;
        for (var free = 0L; ; free += Step)
        {
            platform.Engine.Dispose();
            Fill(filler, free);
            var error = await TryAsync(platform, () => Commands[command](platform, id));
            if (error is null)
            {
                break;
            }
            Assert.Contains(error.ErrorId, (string[])["MachineFull", "DiskTooSmall"]);
            Assert.Contains("ree", error.Message, StringComparison.Ordinal); // the way out: free space
            errors++;
            Assert.True(free < Megabytes << 20, "It never has enough room.");
        }
        Assert.True(errors > 0, "The disk was never full.");
        await AssertNothingIsLostAsync(platform, id, filler);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task On_a_read_only_disk_a_command_fails_with_a_known_error_and_works_once_it_is_writable(string kind, string command)
    {
        using var platform = new TestPlatform(root: TempFolder.Memory);
        using var disk = new HomeDisk(platform, kind);
        var id = await SetUpAsync(platform);
        platform.Engine.Dispose();
        disk.Remount("ro");
        var error = await TryAsync(platform, () => Commands[command](platform, id));
        Assert.Equal("MachineAccessDenied", error?.ErrorId);
        platform.Engine.Dispose();
        disk.Remount("rw");
        Assert.Null(await TryAsync(platform, () => Commands[command](platform, id)));
        await AssertNothingIsLostAsync(platform, id, platform.Folder["home/none"]);
    }

    private static async Task<string> SetUpAsync(TestPlatform platform)
    {
        await platform.SetUpAsync(site: site => site with { Retention = new RetentionPolicy { KeepLast = 1 } });
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 200);
        await platform.BackUpAsync();
        return (await platform.BackUpAsync()).Id;
    }

    /// <summary>Opens the platform and does something: the error as a user meets it; null when it worked.</summary>
    private static async Task<BackupException?> TryAsync(TestPlatform platform, Func<Task> action)
    {
        try
        {
            platform.Reopen();
            await action();
            return null;
        }
        catch (Exception failure)
        {
            return failure as BackupException ?? BackupEngine.Explain(failure) ?? throw new InvalidOperationException($"Not a known error: {failure}", failure);
        }
    }

    private static async Task AssertNothingIsLostAsync(TestPlatform platform, string id, string filler)
    {
        platform.Engine.Dispose();
        File.Delete(filler);
        platform.Reopen();
        Assert.Contains(platform.Engine.Apps.List(), app => app.Location == TestPlatform.Location);
        Assert.Contains(platform.Engine.Sites.List(), site => site.Name == "local");
        Assert.Equal(BackupState.Ready, platform.Engine.AppBackups.Get(id).State);
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        Assert.DoesNotContain(platform.Engine.AppBackups.List(), backup => backup.State == BackupState.Creating);
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder["home/tmp"]));
    }

    /// <summary>Fills the disk of a file until only so many bytes are free.</summary>
    private static void Fill(string path, long free)
    {
        File.Delete(path);
        var drive = new DriveInfo(Path.GetDirectoryName(path)!);
        using var file = File.Create(path, bufferSize: 1);
        try
        {
            while (drive.TotalFreeSpace > free)
            {
                file.Write(new byte[Math.Clamp(drive.TotalFreeSpace - free, 1, 1 << 16)]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
