using CloudBackup.Catalog;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>How apps are brought up on the new machine, what becomes of a catalog of an older version, and of a trial beside the old server.</summary>
public sealed class MovedPlatformTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_apps_are_restored_at_a_time()
    {
        using var old = new TestPlatform();
        var (log, meet) = (old.Folder["log"], old.Folder.Make("meet"));
        await old.SetUpAsync(app => app with { Commands = new AppCommands { Start = Meet(log, meet) } });
        for (var i = 0; i < 5; i++)
        {
            old.AddApp($"app{i}.example.com", app => app with { Commands = new AppCommands { Start = Meet(log, meet) } });
        }
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(90)); // two at a time would wait for a third one for ever
        var result = await machine.RestoreAsync(token: limit.Token);
        Assert.True(result.IsComplete, string.Join('\n', result.Apps.Select(app => $"{app}: {app.Error}")));
        var (at, most) = (0, 0);
        foreach (var line in await File.ReadAllLinesAsync(log, Token))
        {
            at += line == "in" ? 1 : -1;
            most = Math.Max(most, at);
        }
        Assert.Equal((0, 3), (at, most));
    }

    [Fact]
    public async Task A_catalog_of_an_older_schema_is_brought_up_to_date()
    {
        using var old = new TestPlatform { Version = "0.0.9", Schema = 2 };
        old.Engine.Dispose();
        Directory.Delete(old.Folder["home"], recursive: true);
        old.Reopen();
        await old.SetUpAsync();
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 10);
        await old.BackUpAsync(new AppBackupOptions { Label = "of before" });
        var box = await old.BackUpPlatformAsync();
        Assert.Equal(2, SchemaOf(old.Folder["home/platform.db"]));
        using var machine = new NewMachine(old, version: "0.1.0");
        Assert.Equal("PlatformVersionMismatch", await machine.FailAsync());
        machine.AssertUntouched();
        var result = await machine.RestoreAsync(options => options with { AllowVersionMismatch = true });
        Assert.True(result.IsComplete);
        Assert.Equal("0.0.9", result.BackupVersion);
        machine.AssertAllIsBack();
        machine.Reopen();
        Assert.Equal(Migrations.CurrentVersion, SchemaOf(Path.Join(machine.Home, "platform.db")));
        Assert.Equal([TestPlatform.Location], machine.Engine.Apps.List().Select(app => app.Location));
        Assert.Equal(["", "of before"], machine.Engine.AppBackups.List().Select(backup => backup.Label ?? ""));
        Assert.Equal(box.Id, Assert.Single(machine.Engine.PlatformBackups.List()).Id);
        Assert.True((await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!.IsComplete);
    }

    [Fact]
    public async Task A_trial_with_a_prefix_of_its_own_leaves_the_old_servers_backups_alone()
    {
        using var old = await new TestPlatform().SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        SampleTree.MakeSmall(old.Data, new SeededRandom(1), files: 10);
        await old.BackUpPlatformAsync();
        var stored = Tree.Describe(old.SitePath).Where(line => !line.Contains("trial", StringComparison.Ordinal));
        using var machine = new NewMachine(old);
        Assert.True((await machine.RestoreAsync(options => options with { SkipDns = true })).IsComplete);
        var place = machine.Engine.Sites.Get("local");
        // As the help of Restore-Platform says.
        await machine.Engine.Sites.AddAsync(place with { Name = "trial", Prefix = "trial", IsDefault = true }, SiteSecrets.None, machine.Observer, Token);
        machine.Engine.Sites.Remove("local", forgetBackups: true);
        Assert.True((await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!.IsComplete);
        Assert.Equal(stored.Skip(1), Tree.Describe(old.SitePath).Where(line => !line.Contains("trial", StringComparison.Ordinal)).Skip(1));
        Assert.All(machine.Engine.AppBackups.List(), backup => Assert.Equal("trial", backup.Site));
    }

    /// <summary>A command that waits until three of its kind are there. Which one it is says the folder that it could make.</summary>
    private static string[] Meet(string log, string folder) =>
    [
        "/bin/sh", "-c",
        $$"""
        echo in >> {{log}}
        n=1
        while ! mkdir {{folder}}/slot.$n 2> /dev/null; do n=$((n + 1)); done
        group=$(((n - 1) / 3))
        mkfifo {{folder}}/go.$group.1 {{folder}}/go.$group.2 2> /dev/null
        case $((n % 3)) in
            0) echo go > {{folder}}/go.$group.1; echo go > {{folder}}/go.$group.2;;
            *) read word < {{folder}}/go.$group.$((n % 3));;
        esac
        echo out >> {{log}}
        """,
    ];

    private static long SchemaOf(string path)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }
}
