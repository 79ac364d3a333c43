using System.Net;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>A restore may replace a platform and fill folders that have content; it removes nothing that is in a folder.</summary>
public sealed class ForcedRestoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_in_a_folder_is_kept_beside_it_and_named()
    {
        using var old = await MakeAsync();
        var mail = old.Folder["mail"];
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Write("data/mine", "mine");
        old.Folder.Write("mail/mine", "mine, too");
        var before = Tree.Describe(old.Data);
        var preview = await machine.PreviewAsync(Forced);
        Assert.DoesNotContain(preview.Checks, check => check.Outcome == CheckOutcome.Failed);
        Assert.Equal([mail, old.Data], preview.Checks.Where(check => check is { Name: "Folders", Outcome: CheckOutcome.Warning }).Select(check => check.Detail.Split('\'')[1]));
        var result = await machine.RestoreAsync(Forced);
        Assert.True(result.IsComplete);
        machine.AssertAllIsBack();
        Assert.Equal([mail, old.Data], result.KeptFolders.Select(kept => kept.Path));
        Assert.All(result.KeptFolders, kept => Assert.StartsWith(kept.Path + ".before-restore-", kept.KeptPath, StringComparison.Ordinal));
        Assert.All(result.KeptFolders, kept => Assert.Contains(machine.Observer.Warnings, warning => warning.Contains(kept.KeptPath, StringComparison.Ordinal)));
        Assert.Equal(before, Tree.Describe(result.KeptFolders[1].KeptPath));
        Assert.Equal("mine, too", await File.ReadAllTextAsync(Path.Join(result.KeptFolders[0].KeptPath, "mine"), Token));
    }

    [Fact]
    public async Task Nothing_is_kept_where_nothing_was()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Make("data");
        var result = await machine.RestoreAsync(Forced);
        Assert.True(result is { IsComplete: true, KeptFolders: [] });
        Assert.DoesNotContain(Directory.EnumerateDirectories(old.Folder.Path), path => path.Contains(".before-restore-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("install", true)]
    [InlineData("health", true)]
    [InlineData("stop", false)]
    public async Task A_command_that_fails_costs_no_data_of_before(string failing, bool isReplaced)
    {
        using var old = new TestPlatform();
        var log = old.Folder["log"];
        await old.SetUpAsync(app => app with { Commands = Commands(log, failing) });
        old.Folder.Write("data/f", "of the backup");
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Write("data/f", "mine");
        var result = await machine.RestoreAsync(Forced);
        var app = Assert.Single(result.Apps);
        Assert.Equal((AppState.Error, isReplaced ? "RestoreUnfinished" : "RestoreRolledBack"), (app.State!.Value, app.Failure?.ErrorId));
        Assert.Contains(failing, app.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(isReplaced ? "of the backup" : "mine", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
        var kept = result.KeptFolders.Select(folder => File.ReadAllText(Path.Join(folder.KeptPath, "f")));
        Assert.Equal(isReplaced ? ["mine"] : [], kept);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(old.Folder.Path), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commands_run_in_order_where_an_app_is_replaced_and_where_none_was()
    {
        using var old = new TestPlatform();
        var log = old.Folder["log"];
        await old.SetUpAsync(app => app with { Commands = Commands(log) });
        old.AddApp("shop.example.com", app => app with { Commands = Commands(log) });
        await old.BackUpPlatformAsync();
        Assert.Equal(["prebackup 1.2.0", "postbackup 1.2.0"], LogOf(log, TestPlatform.Location));
        File.Delete(log);
        using var machine = new NewMachine(old);
        old.Folder.Write("data/f", "mine");
        Assert.True((await machine.RestoreAsync(Forced)).IsComplete);
        Assert.Equal(["stop 1.2.0", "install 1.2.0", "start 1.2.0", "health 1.2.0"], LogOf(log, TestPlatform.Location));
        Assert.Equal(["install 3.1", "start 3.1", "health 3.1"], LogOf(log, "shop.example.com"));
        File.Delete(log);
        await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token);
        Assert.Equal(["prebackup 3.1", "postbackup 3.1"], LogOf(log, "shop.example.com"));
    }

    [Fact]
    public async Task Stopped_at_any_moment_it_keeps_what_was_there_once_and_ends_right()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        Action<int, string, string>? before = null;
        using var machine = new NewMachine(old, storage => new FaultyStorage(storage) { Before = before });
        old.Folder.Write("data/mine", "mine");
        old.Folder.Write("mail/mine", "mine");
        var stops = 0;
        PlatformRestoreResult? result = null;
        while (result is null)
        {
            using var stop = new CancellationTokenSource();
            var calls = 0;
            before = (_, _, _) =>
            {
                if (Interlocked.Increment(ref calls) > stops)
                {
                    stop.Cancel();
                }
            };
            try
            {
                result = await machine.RestoreAsync(options => Forced(options) with { Throttle = 1 }, stop.Token);
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
            machine.Reopen();
        }
        Assert.InRange(stops, 5, 1000);
        Assert.True(result.IsComplete);
        machine.AssertAllIsBack();
        Assert.Equal([old.Folder["mail"], old.Data], result.KeptFolders.Select(kept => kept.Path));
        Assert.All(result.KeptFolders, kept => Assert.Equal("mine", File.ReadAllText(Path.Join(kept.KeptPath, "mine"))));
        Assert.Equal(2, Directory.EnumerateDirectories(old.Folder.Path).Count(path => path.Contains(".before-restore-", StringComparison.Ordinal)));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(old.Folder.Path), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_is_taken_is_not_used_again()
    {
        using var folder = new TempFolder();
        folder.Write("app/f", "x");
        var now = new DateTimeOffset(2026, 11, 24, 14, 15, 16, TimeSpan.Zero);
        var names = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            Directory.CreateDirectory(KeepingSwap.Choose(folder["app"], now, swap => names.Add(Path.GetFileName(swap.KeptPath))).KeptPath!);
        }
        Assert.Equal(["app.before-restore-2026-11-24-141516", "app.before-restore-2026-11-24-141516-2", "app.before-restore-2026-11-24-141516-3"], names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_replaced_platform_signed_in_with_is_not_used_any_more(bool isGiven)
    {
        using var old = await MakeAsync(); // not encrypted: its backup holds no credential
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Make("other-site");
        foreach (var name in new[] { "local", "gone" })
        {
            var site = new BackupSite { Name = name, Provider = "filesystem", Prefix = name, Settings = new FileSystemSettings { Path = old.Folder["other-site"], ExternalDisk = true } };
            await machine.Engine.Sites.AddAsync(site, Credential($"of the replaced {name}"), machine.Observer, Token);
        }
        Assert.Equal(2, CredentialsOf(machine).Count);
        var given = isGiven ? Credential("given") : SiteSecrets.None;
        Assert.True((await machine.RestoreAsync(options => Forced(options) with { Secrets = given })).IsComplete);
        var kept = CredentialsOf(machine);
        Assert.Equal(isGiven ? ["credential.local"] : [], kept.Keys);
        Assert.All(kept.Values, text => Assert.Contains("given", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_backup_holds_comes_before_what_was_given()
    {
        using var old = await MakeAsync("correct horse", new NetworkCredential("of the backup", "secret"));
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var secrets = new SiteSecrets { Password = Secret.Of("correct horse"), Credential = new NetworkCredential("read only", "secret") };
        Assert.True((await machine.RestoreAsync(options => options with { Secrets = secrets })).IsComplete);
        Assert.Contains("of the backup", Assert.Single(CredentialsOf(machine)).Value, StringComparison.Ordinal);
    }

    internal static AppCommands Commands(string log, string failing = "none")
    {
        string[] Command(string name) =>
            ["/bin/sh", "-c", $"echo $CLOUDBACKUP_LOCATION {name} $CLOUDBACKUP_VERSION >> {log}; [ {name} != {failing} ]"];
        return new AppCommands
        {
            Install = Command("install"),
            Start = Command("start"),
            Stop = Command("stop"),
            Health = Command("health"),
            PreBackup = Command("prebackup"),
            PostBackup = Command("postbackup"),
        };
    }

    internal static IEnumerable<string> LogOf(string log, string location) =>
        File.ReadAllLines(log).Where(line => line.StartsWith(location + " ", StringComparison.Ordinal)).Select(line => line[(location.Length + 1)..]);

    private static PlatformRestoreOptions Forced(PlatformRestoreOptions options) => options with { ReplacePlatform = true, SetContentAside = true };

    private static SiteSecrets Credential(string name) => new() { Credential = new NetworkCredential(name, "secret") };

    private static Dictionary<string, string> CredentialsOf(NewMachine machine) =>
        Directory.EnumerateFiles(Path.Join(machine.Home, "secrets"), "credential.*").ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    private static async Task<TestPlatform> MakeAsync(string? password = null, NetworkCredential? credential = null)
    {
        var secrets = new SiteSecrets { Password = password is null ? null : Secret.Of(password), Credential = credential };
        var platform = await new TestPlatform().SetUpAsync(secrets: secrets);
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 10);
        platform.AddApp("shop.example.com");
        var mail = platform.Folder.Make("mail");
        SampleTree.MakeSmall(mail, new SeededRandom(7), files: 5);
        platform.Engine.Platform.SetExtraDirectories([mail]);
        return platform;
    }
}
