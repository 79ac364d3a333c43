using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Old data that root itself cannot remove: it is never forgotten, and goes when it can.</summary>
public sealed class StuckFolderTests
{
    [Fact]
    public async Task A_folder_that_cannot_be_removed_is_tried_again_after_other_restores_and_without_its_app()
    {
        Tools.NeedRoot();
        Tools.Need("chattr");
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/stuck", "immutable");
        platform.Folder.Write("data/a", "a");
        Assert.SkipUnless(Tools.Try("chattr", "+i", platform.Folder["data/stuck"]).ExitCode == 0, "needs a file system with immutable files");
        var stuck = platform.Folder["data/stuck"];
        try
        {
            var backup = await platform.BackUpAsync();
            await platform.RestoreAsync(backup.Id);
            stuck = FindStuck(platform);
            AssertTold(platform);
            await platform.RestoreAsync(backup.Id);
            Assert.Equal(stuck, FindStuck(platform));
            await platform.RestoreAsync(backup.Id);
            AssertTold(platform);
            Assert.Single(Staging(platform));
            platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
            AssertTold(platform);
        }
        finally
        {
            Tools.Run("chattr", "-i", stuck);
        }
        var plan = await platform.Engine.Cleanup.PlanAsync(null, platform.Observer, TestContext.Current.CancellationToken);
        await platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, platform.Observer, TestContext.Current.CancellationToken);
        Assert.Empty(Staging(platform));
        Assert.Equal("immutable", File.ReadAllText(platform.Folder["data/stuck"]));
    }

    private static void AssertTold(TestPlatform platform)
    {
        Assert.Contains(platform.Observer.Warnings, warning =>
            warning.Contains(DataSwap.StagingName, StringComparison.Ordinal) && warning.Contains("not permitted", StringComparison.Ordinal));
        platform.Observer.Warnings.Clear();
    }

    private static IEnumerable<string> Staging(TestPlatform platform) =>
        Directory.GetDirectories(platform.Folder.Path).Where(path => Path.GetFileName(path).StartsWith(DataSwap.StagingName, StringComparison.Ordinal));

    private static string FindStuck(TestPlatform platform) =>
        Staging(platform).SelectMany(path => Directory.GetFiles(path, "stuck", SearchOption.AllDirectories)).Single();
}
