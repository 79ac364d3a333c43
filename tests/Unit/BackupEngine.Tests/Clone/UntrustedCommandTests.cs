using CloudBackup.Import;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Clone;

/// <summary>Whoever can write to the storage writes commands into a backup: none of them runs unless you agree to it.</summary>
public sealed class UntrustedCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public async Task A_clone_of_a_backup_that_only_a_sync_knows_runs_its_commands_only_when_allowed(bool isOwn, bool allows, bool runs)
    {
        using var platform = await SetUpAsync();
        var backup = await platform.BackUpAsync();
        using var other = platform.Open("other");
        var engine = isOwn ? platform.Engine : other;
        if (!isOwn)
        {
            await other.Sites.AddAsync(platform.Engine.Sites.Get("local"), SiteSecrets.None, platform.Observer, Token);
            await other.SyncAsync(null, [], platform.Observer, Token);
        }
        var commands = await engine.AppBackups.FindUntrustedCommandsAsync(backup.Id, platform.Observer, Token);
        Assert.Equal(isOwn ? 0 : 2, commands.Count);
        Assert.All(commands, command => Assert.Contains("/bin/sh", command, StringComparison.Ordinal));
        var options = new AppCopyOptions { Location = "clone.example.com", DataDirectory = platform.Folder["clone"], AllowCommand = allows };
        var app = await engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token);
        Assert.Equal(runs, File.Exists(platform.Folder["clone/started"]));
        Assert.Equal(runs ? 3 : 0, app.Commands.Start.Count);
        Assert.Equal(["cache/"], app.Exclude);
        Assert.Equal(!isOwn, platform.Observer.Warnings.Any(text => text.Contains("StartCommand", StringComparison.Ordinal)));
        Assert.Equal(!isOwn && !allows, platform.Observer.Warnings.Any(text => text.Contains("Set-BackupApp", StringComparison.Ordinal)
            && text.Contains("without its commands", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Commands_that_you_give_yourself_need_no_consent()
    {
        using var platform = await SetUpAsync();
        var backup = await platform.BackUpAsync();
        using var other = platform.Open("other");
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local"), SiteSecrets.None, platform.Observer, Token);
        await other.SyncAsync(null, [], platform.Observer, Token);
        var options = new AppCopyOptions
        {
            Location = "clone.example.com",
            DataDirectory = platform.Folder["clone"],
            Change = app => app with { Commands = app.Commands with { Health = ["/bin/true"] } },
        };
        var app = await other.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token);
        Assert.Equal((1, 0), (app.Commands.Health.Count, app.Commands.Start.Count));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task An_import_that_registers_runs_them_only_when_allowed(bool hasRecord, bool allows)
    {
        using var platform = await SetUpAsync();
        var backup = await platform.BackUpAsync();
        using var other = platform.Open("other");
        var path = $"{platform.SitePath}/{backup.RemotePath}.tar.gz";
        if (!hasRecord)
        {
            File.Copy(path, platform.Folder["bare.tar.gz"]);
            path = platform.Folder["bare.tar.gz"];
        }
        var options = new AppImportOptions { Path = path, Register = true, DataDirectory = platform.Folder["again"], AllowCommand = allows };
        Assert.Equal(2, (await other.AppBackups.PreviewImportAsync(options, platform.Observer, Token)).UntrustedCommands.Count);
        Assert.Empty(other.Apps.List());
        await other.AppBackups.ImportAsync(options, platform.Observer, Token);
        Assert.Equal(allows, File.Exists(platform.Folder["again/started"]));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public async Task A_platform_comes_back_with_commands_only_when_its_backup_is_trusted(bool isEncrypted, bool allows, bool runs)
    {
        using var platform = await SetUpAsync(isEncrypted ? Secret.Password("secret") : SiteSecrets.None);
        await platform.BackUpPlatformAsync();
        using var machine = new NewMachine(platform);
        var preview = await machine.PreviewAsync(With);
        var check = Assert.Single(preview.Checks, check => check.Name == "Commands");
        Assert.Equal(isEncrypted ? CheckOutcome.Passed : CheckOutcome.Warning, check.Outcome);
        Assert.Equal(!isEncrypted, check.Detail.Contains("StartCommand: '/bin/sh'", StringComparison.Ordinal));
        var result = await machine.RestoreAsync(With);
        Assert.All(result.Apps, app => Assert.Equal(AppState.Installed, app.State));
        Assert.Equal(runs, File.Exists(Path.Join(platform.Data, "started")));
        Assert.Equal(runs ? 3 : 0, machine.Engine.Apps.Get(TestPlatform.Location).Commands.Start.Count);

        PlatformRestoreOptions With(PlatformRestoreOptions options) => options with
        {
            AllowCommand = allows,
            Secrets = isEncrypted ? Secret.Password("secret") : SiteSecrets.None,
        };
    }

    [Theory]
    [InlineData("id", "\"11111111-1111-1111-1111-111111111111\"")]
    [InlineData("location", "\"other.example.com\"")]
    [InlineData("version", "\"9.9\"")]
    public async Task Content_of_another_app_under_a_record_is_damage(string key, string value)
    {
        using var platform = await SetUpAsync();
        var backup = await platform.BackUpAsync();
        var path = $"{platform.SitePath}/{backup.RemotePath}.backupinfo";
        var info = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(path, Token))!;
        var field = key == "id" ? "appId" : key;
        var name = backup.RemotePath.Split('/')[1];
        var forgedName = key switch
        {
            "location" => name.Replace(TestPlatform.Location, "other.example.com", StringComparison.Ordinal),
            "version" => name.Replace("_v1.2.0", "_v9.9", StringComparison.Ordinal),
            _ => name,
        };
        info[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        info["id"] = $"{forgedName}_00000000";
        info["remotePath"] = $"{backup.RemotePath.Split('/')[0]}/{forgedName}";
        foreach (var extension in new[] { ".tar.gz", ".index.gz" })
        {
            File.Move($"{platform.SitePath}/{backup.RemotePath}{extension}", $"{platform.SitePath}/{info["remotePath"]}{extension}");
        }
        File.Delete(path);
        await File.WriteAllTextAsync($"{platform.SitePath}/{info["remotePath"]}.backupinfo", info.ToJsonString(), Token);
        // This platform knows its own record, and would not take another one in its place.
        using var other = platform.Open("other");
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local"), SiteSecrets.None, platform.Observer, Token);
        var found = Assert.Single(await other.SyncAsync(null, [], platform.Observer, Token));
        var test = await other.AppBackups.TestAsync(found.Id, platform.Observer, Token);
        Assert.Equal("config.json", Assert.Single(test.Problems).Path);
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            other.AppBackups.RestoreToAsync(found.Id, platform.Folder["out"], platform.Observer, Token))).ErrorId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_archive_of_one_app_under_the_name_of_another_is_refused(bool isEncrypted)
    {
        var secrets = isEncrypted ? Secret.Password("secret") : SiteSecrets.None;
        using var platform = await SetUpAsync(secrets);
        platform.AddApp("other.example.com", app => app with { Version = "1.2.0" });
        var other = (await platform.Engine.AppBackups.CreateAsync("other.example.com", new AppBackupOptions(), platform.Observer, Token))!;
        var extension = isEncrypted ? ".tar.gz.enc" : ".tar.gz";
        var path = platform.Folder[$"app_{TestPlatform.Location}_v1.2.0{extension}"];
        File.Copy($"{platform.SitePath}/{other.RemotePath}{extension}", path);
        var options = new AppImportOptions { Path = path, Location = TestPlatform.Location, Secrets = secrets };
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.ImportAsync(options, platform.Observer, Token));
        Assert.Equal("ImportNameDiffers", failure.ErrorId);
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(platform.Data, "file"), Token));
    }

    [Theory]
    [InlineData("app_wiki.example.com_v1.2.0.tar", true)]
    [InlineData("app_wiki.example.com_v1.2.0", true)]
    [InlineData("app_wiki.example.com_v1.2.0 (1).tar.gz", true)]
    [InlineData("app_wiki.example.com_v1.2.0.tar (1).gz", true)]
    [InlineData("app_wiki.example.com_v1.2.0-copy", true)]
    [InlineData("app_wiki.example.com_v1.2.0.zip", true)]
    [InlineData("app_wiki.example.com_v1.2.0.tgz", true)]
    [InlineData("app_wiki.example.com_v1.2.0.tar.bz2", true)]
    [InlineData("app_wiki.example.com_v1.2.0_old.tar.gz.enc", true)]
    [InlineData("APP_Wiki.example.com_v1.2.0.TAR.GZ", true)]
    [InlineData("app_my notes_v2.tar", true)]
    [InlineData("app_wiki.example.com.tar.gz", true)]
    [InlineData("notes_v1.zip", true)]
    [InlineData("app_wiki.example.com_v1.2.01.tar", false)]
    [InlineData("app_wiki.example.com_v1.2.0.1.tar", false)]
    [InlineData("app_wiki.example.com_v1.2.tar.gz", false)]
    [InlineData("app_shop.example.com_v1.2.0.zip", false)]
    [InlineData("app_shop.example.com_v1.2.0 (1).tar.gz", false)]
    [InlineData("app_shop.example.com_v1.2.0-copy", false)]
    [InlineData("app_wiki.example.com_v1.3.0 (1).tar.gz.enc", false)]
    public void A_name_is_that_of_another_backup_only_when_location_or_version_differ(string name, bool isFit) =>
        Assert.Equal(isFit, RecordedBackup.FindOtherName($"/x/{name}", "wiki.example.com", "1.2.0") is null);

    private static Task<TestPlatform> SetUpAsync(SiteSecrets? secrets = null)
    {
        var platform = new TestPlatform();
        platform.Folder.Write("data/file", "content");
        return platform.SetUpAsync(
            app => app with
            {
                Exclude = ["cache/"],
                Commands = new AppCommands
                {
                    Start = ["/bin/sh", "-c", "echo x > \"$CLOUDBACKUP_DATA_DIRECTORY/started\""],
                    Health = ["/bin/sh", "-c", "exit 0"],
                },
            },
            secrets: secrets);
    }
}
