using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Mounts where nobody expects them, and handles that a server has forgotten: what the system calls of a run show.</summary>
public sealed class RsyncMountTests
{
    [Fact]
    public async Task A_prefix_that_is_a_mount_of_its_own_is_flushed_before_the_backup_is_ready()
    {
        Tools.NeedRoot();
        Tools.Need("strace", "mount");
        using var platform = new TestPlatform();
        var mount = platform.Folder.Make("site/nas");
        Tools.Run("mount", "-t", "tmpfs", "tmpfs", mount);
        try
        {
            await platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync, Prefix = "nas" });
            SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 20);
            var trace = platform.Folder["trace"];
            var result = Tools.RunHost(
                platform.Folder["home"], $"New-AppBackup {TestPlatform.Location}", "strace", "-f", "-y", "-qq", "-o", trace, "-e", "trace=syncfs");
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains(await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken), line => line.Contains($"<{mount}", StringComparison.Ordinal) && line.EndsWith("= 0", StringComparison.Ordinal));
        }
        finally
        {
            await Task.Run(platform.Engine.Dispose, TestContext.Current.CancellationToken);
            Tools.Run("umount", mount);
        }
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_folder_whose_handle_is_stale_is_not_left_out_of_a_backup_that_is_ready(BackupFormat format)
    {
        Tools.Need("strace");
        using var platform = new TestPlatform();
        await platform.SetUpAsync(site: site => site with { Format = format });
        platform.Folder.Write("data/mounted/file", "1");
        platform.Folder.Write("data/other", "2");
        var result = Tools.RunHost(
            platform.Folder["home"], $"New-AppBackup {TestPlatform.Location}", "strace", "-f", "-qq", "-o", "/dev/null", "-P", platform.Folder["data/mounted"], "-e", "trace=getdents64", "-e", "inject=getdents64:error=ESTALE");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("mounted", result.Error, StringComparison.Ordinal);
        platform.Reopen();
        Assert.Equal(BackupState.Failed, Assert.Single(platform.Engine.AppBackups.List()).State);
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
    }
}
