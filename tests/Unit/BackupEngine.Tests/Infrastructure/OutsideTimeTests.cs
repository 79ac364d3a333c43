using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Infrastructure;

/// <summary>Times that file systems know and .NET does not.</summary>
public sealed class OutsideTimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(long.MinValue, 1)]
    [InlineData(-62135596801, 1)]
    [InlineData(-62135596800, 1)]
    [InlineData(0, 1970)]
    [InlineData(253402300799, 9999)]
    [InlineData(253402300800, 9999)]
    [InlineData(300000000000, 9999)]
    [InlineData(long.MaxValue, 9999)]
    public void Every_time_becomes_the_nearest_that_there_is(long seconds, int year)
    {
        Assert.Equal(year, OutsideTime.FromUnixSeconds(seconds, 9_999_999).Year);
        Assert.Equal(year, new UnixTime(seconds, 999_999_999).ToDateTimeOffset().Year);
        Assert.InRange(OutsideTime.FromUnixMilliseconds(seconds), DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task Items_with_such_times_are_listed_marked_and_restored_exactly(BackupFormat format)
    {
        // Not every file system keeps them; the one in memory does.
        using var platform = new TestPlatform();
        var data = $"/dev/shm/cloudbackup-test-{Environment.ProcessId}-{format}";
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no file system in memory");
        Directory.CreateDirectory(data);
        try
        {
            await platform.SetUpAsync(app => app with { DataDirectory = data }, site => site with { Format = format });
            await File.WriteAllTextAsync(Path.Join(data, "far"), "x", Token);
            await File.WriteAllTextAsync(Path.Join(data, "near"), "x", Token);
            using var touch = System.Diagnostics.Process.Start("touch", ["-d", "@300000000000", Path.Join(data, "far")]);
            await touch.WaitForExitAsync(Token);
            var backup = await platform.BackUpAsync();
            var items = new List<BackupItem>();
            await platform.Engine.AppBackups.ReadItemsAsync(backup.Id, [BackupItemFilter.All], items.Add, platform.Observer, Token);
            Assert.Equal(9999, Assert.Single(items, item => item.IsModifiedClamped).Modified.Year);
            Assert.Contains(items, item => item.Path == "data/near");
            await platform.RestoreAsync(backup.Id);
            using var folder = LocalFileSystem.Open(data);
            Assert.Equal(300000000000, folder.Stat("far").Modified.Seconds);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
