using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>A folder of the format rsync is a backup without CloudBackup too.</summary>
public sealed class RsyncToolTests
{
    [Fact]
    public async Task A_plain_copy_and_the_example_script_give_a_tree_identical_to_the_source()
    {
        Tools.NeedRoot();
        Tools.Need("cp", "python3", "rsync", "setfacl");
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        Tools.Run("chown", "12345:54321", Path.Join(platform.Data, "text.txt"));
        Tools.Run("chown", "-h", "3000000:4000000", Path.Join(platform.Data, "links/broken"));
        Tools.Run("setfacl", "-m", "u:1234:rwx,g:4321:r", Path.Join(platform.Data, "text.txt"));
        var backup = await platform.BackUpAsync();
        var copy = platform.Folder["copy"];
        Tools.Run("cp", "-r", Path.Join(platform.SitePath, backup.RemotePath), copy);
        Tools.Run("python3", Path.Join(Tools.Examples, "apply_fsmetadata.py"), copy);
        Assert.Equal("", Tools.Run("rsync", "-anicAXH", "--delete", platform.Data + "/", copy + "/data/"));
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(copy + "/data"));
    }
}
