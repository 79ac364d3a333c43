using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>The empty place of a disk that is not mounted is another folder that only root can have put there, and never the app's data.</summary>
public sealed class UnmountedDataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/below")]
    public async Task Data_on_a_disk_that_is_not_mounted_is_refused(string below)
    {
        Tools.NeedRoot();
        using var platform = new TestPlatform();
        var disk = platform.Folder.Make("disk");
        var data = Directory.CreateDirectory(disk + below).FullName;
        Tools.Run("mount", "-t", "tmpfs", "tmpfs", disk);
        try
        {
            Directory.CreateDirectory(data);
            File.WriteAllText(Path.Join(data, "f"), "on the disk");
            await platform.SetUpAsync(app => app with { DataDirectory = data });
            await platform.BackUpAsync();
        }
        finally
        {
            Tools.Run("umount", disk);
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("DataDirectoryReplaced", failure.ErrorId);
    }
}
