using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>What is mounted inside the data of an app is reported before the day of the restore.</summary>
public sealed class MountInsideTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_mount_inside_the_data_is_reported_by_registration_and_by_every_backup(bool isFile, bool isExcluded)
    {
        Tools.NeedRoot();
        Tools.Need("mount");
        using var platform = new TestPlatform();
        platform.Folder.Write("elsewhere/content", "1");
        platform.Folder.Write(isFile ? "data/up" : "data/up/hidden", "");
        var (from, point) = (platform.Folder[isFile ? "elsewhere/content" : "elsewhere"], platform.Folder["data/up"]);
        var result = Tools.Try("mount", "--bind", from, point);
        Assert.SkipWhen(result.ExitCode != 0, $"Nothing can be mounted here: {result.Error}");
        try
        {
            await platform.SetUpAsync(app => app with { Exclude = isExcluded ? ["up/"] : [] });
            Assert.Contains(point, Assert.Single(platform.Engine.Apps.FindWarnings(TestPlatform.Location)), StringComparison.Ordinal);
            var backup = await platform.BackUpAsync();
            var warning = Assert.Single(platform.Observer.Warnings, warning => warning.Contains("mount point", StringComparison.Ordinal));
            Assert.Contains(isExcluded ? "not in the backup" : "is in the backup", warning, StringComparison.Ordinal);
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, TestContext.Current.CancellationToken);
            Assert.Equal(!isExcluded, new FileInfo(platform.Folder[isFile ? "out/data/up" : "out/data/up/content"]) is { Exists: true, Length: 1 });
            Assert.Equal("MountInside", (await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id))).ErrorId);
        }
        finally
        {
            Tools.Run("umount", point);
        }
    }
}
