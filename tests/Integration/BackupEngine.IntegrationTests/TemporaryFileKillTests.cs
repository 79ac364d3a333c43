using CloudBackup.Protection;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>What a killed process held for a time only is removed by the next one.</summary>
public sealed class TemporaryFileKillTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("import", "syncfs", "import-")]
    [InlineData("restore", "syncfs", "read-")]
    [InlineData("backup", "fsync", "")]
    public async Task A_folder_of_the_home_goes_with_the_next_command(string command, string call, string name)
    {
        Tools.Need("strace");
        using var platform = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 20);
        var backup = await platform.BackUpAsync();
        var archive = await MakeEncryptedZipAsync(platform);
        platform.Engine.Dispose();
        var line = command switch
        {
            "import" => $"Import-AppBackup {TestPlatform.Location} -Path {archive} -Force -SkipSafetyBackup",
            "restore" => $"Restore-AppBackup {backup.Id} -Force -SkipSafetyBackup",
            _ => $"New-AppBackup {TestPlatform.Location}",
        };
        var killed = false;
        for (var number = 1; !killed; number++)
        {
            Assert.Equal(137, Tools.RunHost(platform.Folder["home"], line, Tools.KillAt(call, number)).ExitCode);
            killed = Temporary(platform).Any(folder => folder.StartsWith(name, StringComparison.Ordinal));
        }
        platform.Reopen();
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder["home/tmp"]));
    }

    [Fact]
    public async Task The_file_of_a_killed_export_goes_with_the_next_one_to_its_folder()
    {
        Tools.Need("strace");
        using var platform = await new TestPlatform().SetUpAsync();
        var folder = platform.Folder.Make("exports");
        var path = platform.Folder.Write("exports/site.json", "old");
        platform.Folder.Write("exports/.cloudbackup-write-mine.tmp", "another's");
        platform.Engine.Dispose();
        Assert.Equal(137, Tools.RunHost(platform.Folder["home"], $"Export-BackupSite local -Path {path} -Force", Tools.KillAt("rename", 1)).ExitCode);
        Assert.Equal("old", await File.ReadAllTextAsync(path, Token));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
        platform.Reopen();
        platform.Engine.Sites.Export("local", null, Path.Join(folder, "other.json"), mayReplace: false);
        Assert.Equal([".cloudbackup-write-mine.tmp", "other.json", "site.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static async Task<string> MakeEncryptedZipAsync(TestPlatform platform)
    {
        var plain = HandMadeZip.Write(platform.Folder["plain.zip"], new ZipItem("data/f", "f"));
        using var protection = new FileProtection(Secret.Of(Password), TimeProvider.System);
        await protection.ProtectAsync(plain, plain + ".enc", replace: false, platform.Observer, Token);
        return plain + ".enc";
    }

    /// <summary>The names of the folders that processes have made for a time.</summary>
    private static IEnumerable<string> Temporary(TestPlatform platform) =>
        Directory.GetDirectories(platform.Folder["home/tmp"], "run-*").SelectMany(Directory.GetDirectories).Select(folder => Path.GetFileName(folder));
}
