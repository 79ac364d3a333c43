using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>
/// kill -9 of Update-BackupApp: run again, it ends at the new version, or where the app was before the first attempt, and never on the data
/// that is half of each.
/// </summary>
public sealed class UpdateKillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stop 1.2.0", false)]
    [InlineData("install 2.0.0", true)]
    [InlineData("start 2.0.0", true)]
    [InlineData("health 2.0.0", true)]
    public async Task Killed_in_a_command_it_ends_at_the_new_version_or_before_the_first_attempt(string dying, bool isInDoubt)
    {
        foreach (var isBroken in new[] { false, true })
        {
            using var platform = await MakeAsync(dying);
            var before = Tree.Describe(platform.Data);
            Assert.Equal(137, Update(platform).ExitCode);
            if (isBroken)
            {
                platform.Folder.Write("broken", "");
            }
            var result = Update(platform);
            var app = Get(platform);
            Assert.Equal((AppState.Installed, (string?)null, (string?)null), (app.State, app.LastError, app.UnfinishedUpdate));
            Assert.Equal((isBroken ? 1 : 0, isBroken ? "1.2.0" : "2.0.0"), (result.ExitCode, app.Version));
            if (isBroken)
            {
                Assert.Contains("is at 1.2.0 again", result.Error, StringComparison.Ordinal);
                Assert.Equal(before, Tree.Describe(platform.Data));
            }
            else
            {
                Assert.Equal("migrated", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
            }
            Assert.Equal(
                isInDoubt ? ["interrupted update", "before update"] : ["before update", "before update"],
                platform.Engine.AppBackups.List().Select(backup => backup.Label));
        }
    }

    [Fact]
    public async Task Killed_half_way_it_is_gone_back_from_by_the_backup_that_the_app_names()
    {
        using var platform = await MakeAsync("install 2.0.0");
        var before = Tree.Describe(platform.Data);
        Assert.Equal(137, Update(platform).ExitCode);
        Assert.Equal("half", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        var result = Tools.RunHost(platform.Folder["home"], "Restore-AppBackup (Get-BackupApp).UnfinishedUpdate -Force");
        Assert.True(result.ExitCode == 0, result.Error);
        var app = Get(platform);
        Assert.Equal(("1.2.0", AppState.Installed, (string?)null), (app.Version, app.State, app.UnfinishedUpdate));
        Assert.Equal(before, Tree.Describe(platform.Data));
    }

    [Theory]
    [InlineData("renameat2", 1, 1)]
    [InlineData("mkdirat", 1, 2)]
    [InlineData("unlinkat", 1, 4)]
    [InlineData("syncfs", 1, 1)]
    [InlineData("pwrite64", 5, 29)]
    public async Task Killed_on_its_way_back_it_ends_before_the_first_attempt(string call, int first, int step)
    {
        Tools.Need("strace");
        using var platform = await MakeAsync("none");
        platform.Folder.Write("broken", "");
        var before = Tree.Describe(platform.Data);
        var killed = 0;
        for (var number = first; killed < 8; number += step)
        {
            var result = Update(platform, Tools.KillAt(call, number));
            if (result.ExitCode == 1)
            {
                break; // there are no more such calls
            }
            Assert.Equal(137, result.ExitCode);
            killed++;
            // What died before anything was installed is as good as never begun; what died later has left a way back.
            result = Update(platform);
            Assert.True(result.ExitCode == 1 && result.Error.Contains("is at 1.2.0 again", StringComparison.Ordinal), $"{call} {number}: {result.Error}");
            var app = Get(platform);
            Assert.Equal(("1.2.0", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedUpdate));
            Assert.Equal(before, Tree.Describe(platform.Data));
        }
        Assert.InRange(killed, 1, 8);
    }

    [Fact]
    public async Task A_clone_that_is_killed_can_be_made_again()
    {
        using var platform = await MakeAsync("install 1.2.0");
        var backup = await platform.BackUpAsync();
        platform.Engine.Dispose();
        var command = $"Copy-BackupApp {backup.Id} -Location staging.example.com -DataDirectory {platform.Folder["staging"]}";
        Assert.Equal(137, Tools.RunHost(platform.Folder["home"], command).ExitCode);
        var result = Tools.RunHost(platform.Folder["home"], command);
        Assert.True(result.ExitCode == 0, result.Error);
        platform.Reopen();
        var clone = platform.Engine.Apps.Get("staging.example.com");
        Assert.Equal((AppState.Installed, (string?)null), (clone.State, clone.UnfinishedRestore));
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["staging"]));
        // Now it is an app like any other.
        result = Tools.RunHost(platform.Folder["home"], command);
        Assert.Contains("There is an app 'staging.example.com' already", result.Error, StringComparison.Ordinal);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["staging"]));
    }

    private static ToolResult Update(TestPlatform platform, params string[] prefix)
    {
        platform.Engine.Dispose();
        return Tools.RunHost(platform.Folder["home"], $"Update-BackupApp {TestPlatform.Location} 2.0.0", prefix);
    }

    private static BackupApp Get(TestPlatform platform)
    {
        platform.Reopen();
        return platform.Engine.Apps.Get(TestPlatform.Location);
    }

    /// <summary>
    /// An app whose install changes the data in two steps. The command «dying» kills what runs it, the first time, in the middle of its work;
    /// with the file «broken» the new version never installs.
    /// </summary>
    private static async Task<TestPlatform> MakeAsync(string dying)
    {
        var platform = new TestPlatform();
        var once = platform.Folder["died"];
        string[] Command(string name, string before, string after) =>
        [
            "/bin/sh", "-c",
            $"{before}; if [ \"{name} $CLOUDBACKUP_VERSION\" = '{dying}' ] && [ ! -e {once} ]; then touch {once}; kill -9 $PPID; exit 9; fi; {after}",
        ];
        const string IsNew = "[ $CLOUDBACKUP_VERSION = 2.0.0 ]";
        const string Schema = "> $CLOUDBACKUP_DATA_DIRECTORY/schema";
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands
            {
                Stop = Command("stop", "true", "true"),
                Install = Command("install", $"! {IsNew} || printf half {Schema}", $"! {IsNew} || {{ [ ! -e {platform.Folder["broken"]} ] && printf migrated {Schema}; }}"),
                Start = Command("start", "true", "true"),
                Health = Command("health", "true", "true"),
            },
        });
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 8);
        platform.Folder.Write("data/schema", "old");
        return platform;
    }
}
