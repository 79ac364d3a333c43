using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>kill -9 of Restore-Platform at any moment: run again, it ends right.</summary>
public sealed class PlatformKillTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("renameat2", 1, 1)]
    [InlineData("mkdirat", 1, 2)]
    [InlineData("unlinkat", 1, 3)]
    [InlineData("syncfs", 1, 1)]
    [InlineData("fsync", 1, 3)]
    [InlineData("pwrite64", 5, 17)]
    public async Task Killed_at_any_moment_it_ends_right_when_it_is_run_again(string call, int first, int step)
    {
        Tools.Need("strace");
        using var old = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 8);
        var log = old.Folder["log"];
        old.AddApp("shop.example.com", app => app with { Commands = new AppCommands { Start = ["/bin/sh", "-c", $"echo started >> {log}"] } });
        var mail = old.Folder.Make("mail");
        SampleTree.MakeSmall(mail, new SeededRandom(7), files: 5);
        old.Engine.Platform.SetExtraDirectories([mail]);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        machine.Engine.Dispose();
        var killed = 0;
        for (var number = first; killed < 12; number += step)
        {
            Forget(machine);
            var result = Restore(machine, Tools.KillAt(call, number));
            if (result.ExitCode == 0)
            {
                break; // there are no more such calls
            }
            killed++;
            result = Restore(machine);
            Assert.True(result.ExitCode == 0, $"{call} {number}: {result.Output} {result.Error}");
            machine.AssertAllIsBack();
            machine.Reopen();
            Assert.All(machine.Engine.Apps.List(), app => Assert.Equal((AppState.Installed, (string?)null), (app.State, app.UnfinishedRestore)));
            Assert.Equal(2, machine.Engine.Apps.List().Count);
            Assert.Contains("started", await File.ReadAllTextAsync(log, Token), StringComparison.Ordinal);
            Assert.DoesNotContain(
                Directory.EnumerateFileSystemEntries(old.Folder.Path, "*", SearchOption.AllDirectories),
                path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
            Assert.True((await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions { Label = "after" }, machine.Observer, Token))!.IsComplete);
            machine.Engine.Dispose();
        }
        Assert.InRange(killed, 1, 12);
    }

    private static ToolResult Restore(NewMachine machine, params string[] prefix) => Tools.RunHost(
        machine.Home,
        "$p = [System.Security.SecureString]::new(); foreach ($c in '" + Password + "'.ToCharArray()) { $p.AppendChar($c) }; "
        + $"Restore-Platform {machine.ConfigFile} -Id {machine.BackupId} -Password $p -Throttle 2 | Out-Null",
        prefix);

    /// <summary>The machine is fresh again.</summary>
    private static void Forget(NewMachine machine)
    {
        foreach (var folder in machine.Before.Keys.Append(machine.Home).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
