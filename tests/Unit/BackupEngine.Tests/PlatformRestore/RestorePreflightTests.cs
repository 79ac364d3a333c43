using CloudBackup.Platform;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>What is looked at before anything is touched: keys, folders, tools, and which of several backups is meant.</summary>
public sealed class RestorePreflightTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_that_does_not_open_the_backup_is_a_check_that_failed()
    {
        using var old = await MakeAsync(Password);
        var box = await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var without = Assert.Single((await machine.PreviewAsync()).Checks);
        Assert.Equal(("Keys", CheckOutcome.Failed, "RestorePasswordNeeded"), (without.Name, without.Outcome, without.Failure?.ErrorId));
        var wrong = await machine.PreviewAsync(options => options with { Secrets = Secret.Password("battery staple") });
        Assert.Equal(("Keys", CheckOutcome.Failed, "RestorePasswordWrong"), (wrong.Checks[0].Name, wrong.Checks[0].Outcome, wrong.Checks[0].Failure?.ErrorId));
        Assert.Equal((box.RemotePath, false, 0), (wrong.BackupId, wrong.IsRestored, wrong.Apps.Count));
        Assert.Equal("RestorePasswordWrong", await machine.FailAsync(options => options with { Secrets = Secret.Password("battery staple") }));
        machine.AssertUntouched();
        Assert.Equal("The password opens the backup.", (await KeysAsync(machine, Secret.Password(Password))).Detail);
    }

    [Fact]
    public async Task What_opens_the_backup_is_told_as_it_is()
    {
        using var old = await MakeAsync(Password);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        // The platform gets the key of its own.
        var site = new BackupSite { Name = "rescue", Provider = "filesystem", Settings = new FileSystemSettings { Path = old.SitePath, ExternalDisk = true } };
        await machine.Engine.Sites.AddAsync(site, Secret.Password(Password), machine.Observer, Token);
        var own = await KeysAsync(machine, SiteSecrets.None);
        Assert.Equal((CheckOutcome.Passed, "A key of this platform opens the backup."), (own.Outcome, own.Detail));
        Assert.Equal("The password opens the backup.", (await KeysAsync(machine, Secret.Password(Password))).Detail);
        var wrong = await KeysAsync(machine, Secret.Password("battery staple"));
        Assert.Equal((CheckOutcome.Failed, "RestorePasswordWrong"), (wrong.Outcome, wrong.Failure?.ErrorId));
        Assert.Contains("a key of this platform does", wrong.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_apps_backups_alone_is_no_wrong_one()
    {
        using var old = await new TestPlatform().SetUpAsync(app => app with { AutomaticBackup = false }, secrets: Secret.Password("of before"));
        old.Folder.Write("data/f", "x");
        await old.BackUpAsync();
        await old.Engine.Sites.UpdateAsync(old.Engine.Sites.Get("local"), Secret.Password(Password), old.Observer, Token);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var site = new BackupSite { Name = "rescue", Provider = "filesystem", Settings = new FileSystemSettings { Path = old.SitePath, ExternalDisk = true } };
        await machine.Engine.Sites.AddAsync(site, Secret.Password(Password), machine.Observer, Token);
        var keys = await KeysAsync(machine, Secret.Password("of before"));
        Assert.Equal((CheckOutcome.Passed, "A key of this platform opens the backup, and the password opens backups of apps."), (keys.Outcome, keys.Detail));
    }

    [Fact]
    public async Task An_older_backup_is_found_by_its_id_behind_newer_ones_of_another_password()
    {
        using var old = await MakeAsync(Password);
        var wanted = await old.BackUpPlatformAsync();
        await old.Engine.Sites.UpdateAsync(old.Engine.Sites.Get("local"), Secret.Password("a newer one"), old.Observer, Token);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var secrets = Secret.Password(Password);
        Assert.Equal(wanted.Id, (await machine.PreviewAsync(options => options with { BackupId = wanted.Id, Secrets = secrets })).BackupId);
        // The newest is still never passed over, and what may be the wanted one is told.
        Assert.Equal("RestorePasswordWrong", await machine.FailAsync(options => options with { Secrets = secrets }));
        Assert.Equal("RestorePasswordWrong", await machine.FailAsync(options => options with { Secrets = secrets, BackupId = "box_v9_12345678" }));
        Assert.True((await machine.RestoreAsync(options => options with { BackupId = wanted.Id, Secrets = secrets })).IsComplete);
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task Missing_tools_are_named_with_the_apps_that_need_them()
    {
        using var old = await MakeAsync(null);
        var missing = old.Folder["bin/ctl"];
        old.AddApp("a.example.com", app => app with { Commands = new AppCommands { Start = ["no-such-tool-here", "start"], Stop = ["sh", "-c", "true"] } });
        old.AddApp("b.example.com", app => app with { Commands = new AppCommands { PreBackup = ["true"], Health = ["no-such-tool-here"], Install = [missing] } });
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var tools = (await machine.PreviewAsync()).Checks.Single(check => check.Name == "Tools");
        Assert.Equal(
            (CheckOutcome.Warning, $"'{missing}' is not there; commands of b.example.com need it. 'no-such-tool-here' is not there; commands of a.example.com, b.example.com need it."),
            (tools.Outcome, tools.Detail));
        old.Folder.Write("bin/ctl", "");
        Assert.DoesNotContain(missing, (await machine.PreviewAsync()).Checks.Single(check => check.Name == "Tools").Detail, StringComparison.Ordinal);
        machine.AssertUntouched();
    }

    [Fact]
    public async Task Folders_that_contain_each_other_are_told_whatever_links_lead_there()
    {
        using var old = await MakeAsync(null);
        var mail = old.Folder.Make("mail");
        old.Engine.Platform.SetExtraDirectories([mail]);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        async Task<IEnumerable<string>> FailuresAsync(Func<PlatformRestoreOptions, PlatformRestoreOptions> with)
        {
            var checks = (await machine.PreviewAsync(with)).Checks;
            return checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => $"{check.Failure!.ErrorId} {check.Failure.Target}");
        }
        var shop = old.Folder["apps/shop.example.com"];
        // App in app, app in an extra directory, app in the home, app in the storage: all by links that this machine has.
        foreach (var (link, target, expected) in new[]
        {
            (shop, "data/inside", $"DataDirectoryTaken {shop}"),
            (shop, "data", $"DataDirectoryTaken {shop}"),
            (shop, "mail/inside", $"ExtraDirectoryOverlaps {mail}"),
            (shop, "home2/inside", $"DataDirectoryTaken {shop}"),
            (shop, "site/inside", $"DataDirectoryTaken {shop}"),
            (old.Data, "home2", $"DataDirectoryTaken {old.Data}"),
            (mail, "data", $"ExtraDirectoryOverlaps {mail}"),
        })
        {
            Directory.CreateSymbolicLink(link, old.Folder[target]);
            Assert.Contains(expected, await FailuresAsync(options => options with { SetContentAside = true }));
            File.Delete(link);
        }
        Directory.CreateSymbolicLink(shop, old.Folder["data"]);
        // Nothing is restored into them then, and it can be put right.
        var preview = await machine.PreviewAsync(options => options with { SkipAppRestore = true });
        Assert.DoesNotContain(preview.Checks, check => check.Outcome == CheckOutcome.Failed);
        Assert.Contains(preview.Checks, check => check is { Name: "Folders", Outcome: CheckOutcome.Warning } && check.Detail.Contains("overlaps", StringComparison.Ordinal));
        machine.AssertUntouched();
    }

    [Fact]
    public async Task Keys_are_on_no_disk_before_they_are_kept_and_left_overs_go_at_the_next_start()
    {
        using var old = await MakeAsync(Password);
        await old.BackUpPlatformAsync();
        var keys = Directory.EnumerateFiles(old.Folder["home/secrets"]).Select(path => File.ReadAllText(path)).ToList();
        Assert.NotEmpty(keys);
        var looked = 0;
        NewMachine? machine = null;
        using var __ = machine = new NewMachine(old, storage => new FaultyStorage(storage)
        {
            Before = (_, call, path) =>
            {
                // While it is found out what there is, the platform backup is unpacked.
                if (call == "read" && path.Contains("/app_", StringComparison.Ordinal))
                {
                    looked++;
                    Assert.Single(Directory.GetFiles(Path.Join(machine!.Home, "tmp"), "platform.db", SearchOption.AllDirectories));
                    Assert.DoesNotContain(
                        Directory.EnumerateFiles(machine.Home, "*", SearchOption.AllDirectories),
                        file => !file.Contains("/locks/", StringComparison.Ordinal) && !file.EndsWith("/owner", StringComparison.Ordinal) && keys.Any(key => File.ReadAllText(file).Contains(key, StringComparison.Ordinal)));
                }
            },
        });
        await machine.PreviewAsync(options => options with { Secrets = Secret.Password(Password) });
        Assert.InRange(looked, 2, 100);
        machine.AssertUntouched();
        var dead = ProcessIdentity.Current with { Started = 1 };
        var left = Directory.CreateDirectory(Path.Join(machine.Home, $"tmp/run-{dead}-1/platform-restore/secrets")).FullName;
        File.WriteAllText(Path.Join(left, "key-of-a-run-that-was-killed"), "x");
        machine.Reopen();
        machine.AssertUntouched();
    }

    [Fact]
    public async Task What_a_restore_under_way_has_unpacked_is_no_left_over()
    {
        using var old = await MakeAsync(null);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        using var plan = await machine.Engine.PlatformRestore.PlanAsync(new PlatformRestoreOptions { ConfigFile = machine.ConfigFile }, machine.Observer, Token);
        using (BackupEngine.Open(new BackupEngineOptions { PlatformHome = machine.Home }))
        {
        }
        Assert.True((await machine.Engine.PlatformRestore.RunAsync(plan, machine.Observer, Token)).IsComplete);
        machine.AssertAllIsBack();
    }

    private static async Task<RestoreCheck> KeysAsync(NewMachine machine, SiteSecrets secrets) =>
        (await machine.PreviewAsync(options => options with { Secrets = secrets })).Checks.Single(check => check.Name == "Keys");

    private static async Task<TestPlatform> MakeAsync(string? password)
    {
        var platform = await new TestPlatform().SetUpAsync(secrets: password is null ? null : Secret.Password(password));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 10);
        platform.AddApp("shop.example.com");
        return platform;
    }
}
