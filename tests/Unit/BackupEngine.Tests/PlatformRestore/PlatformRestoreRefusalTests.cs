using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>What is in the way is told before anything is touched; what interrupts a restore does not spoil it.</summary>
public sealed class PlatformRestoreRefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_version_is_refused_unless_it_is_accepted()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old, version: "99.0.0");
        Assert.Equal("PlatformVersionMismatch", await machine.FailAsync());
        Assert.Equal(CheckOutcome.Failed, (await machine.PreviewAsync()).Checks.Single(check => check.Name == "Version").Outcome);
        machine.AssertUntouched();
        Assert.True((await machine.RestoreAsync(options => options with { AllowVersionMismatch = true })).IsComplete);
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task A_wrong_or_missing_password_is_told()
    {
        using var old = await MakeAsync("correct horse");
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        Assert.Equal("RestorePasswordNeeded", await machine.FailAsync());
        Assert.Equal("RestorePasswordWrong", await machine.FailAsync(options => options with { Secrets = Secret.Password("battery staple") }));
        Assert.Equal("PasswordEmpty", await machine.FailAsync(options => options with { Secrets = Secret.Password("") }));
        machine.AssertUntouched();
        Assert.True((await machine.RestoreAsync(options => options with { Secrets = Secret.Password("correct horse") })).IsComplete);
    }

    [Theory]
    [InlineData(".backupinfo", null, "DependencyMissing")]
    [InlineData(".tar.gz", null, "BackupDamaged")]
    [InlineData(".tar.gz", "cut", "BackupDamaged")]
    [InlineData(".backupinfo", "{}", "BackupDamaged")]
    public async Task A_missing_or_damaged_dependency_is_told_and_can_be_passed_over(string ending, string? content, string expected)
    {
        using var old = await MakeAsync();
        var box = await old.BackUpPlatformAsync();
        var wiki = old.Engine.AppBackups.Get(box.Apps.Single(app => app.Location == TestPlatform.Location).BackupId!);
        using var machine = new NewMachine(old);
        var path = Path.Join(old.SitePath, wiki.RemotePath + ending);
        File.Delete(path);
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content, Token);
        }
        Assert.Equal(expected, await machine.FailAsync());
        machine.AssertUntouched();
        var result = await machine.RestoreAsync(options => options with { AllowMissingBackup = true });
        Assert.Equal([(TestPlatform.Location, AppState.Error)], result.Apps.Where(app => app.State != AppState.Installed).Select(app => (app.Location, app.State!.Value)));
        Assert.False(Directory.Exists(old.Data) && Directory.EnumerateFileSystemEntries(old.Data).Any());
    }

    [Fact]
    public async Task A_damaged_platform_backup_is_told()
    {
        using var old = await MakeAsync();
        var box = await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        Damage.Middle(Path.Join(old.SitePath, box.RemotePath + ".tar.gz"));
        Assert.Equal("BackupDamaged", await machine.FailAsync());
        machine.AssertUntouched();
    }

    [Fact]
    public async Task A_platform_with_apps_is_replaced_only_when_that_is_said()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Write("mine/f", "mine");
        var mine = new BackupApp { Id = Guid.Empty, Location = "mine.example.com", Version = "1", DataDirectory = old.Folder["mine"] };
        machine.Engine.Apps.Register(mine);
        Assert.Equal("PlatformHasApps", await machine.FailAsync());
        Assert.Equal(["mine.example.com"], machine.Engine.Apps.List().Select(app => app.Location));
        Assert.Equal("PlatformHasApps", await machine.FailAsync(options => options with { SetContentAside = true }));
        Assert.True((await machine.RestoreAsync(options => options with { ReplacePlatform = true })).IsComplete);
        Assert.DoesNotContain(machine.Engine.Apps.List(), app => app.Location == "mine.example.com");
        Assert.Equal("mine", await File.ReadAllTextAsync(old.Folder["mine/f"], Token));
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task Folders_in_use_or_in_the_way_are_told_all_at_once()
    {
        using var old = await MakeAsync();
        var mail = old.Folder.Make("mail");
        old.Engine.Platform.SetExtraDirectories([mail]);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Write("data/mine", "mine");
        old.Folder.Write("mail/mine", "mine");
        File.WriteAllText(old.Folder["apps/shop.example.com"], "a file");
        var failed = (await machine.PreviewAsync()).Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Failure!.ErrorId);
        Assert.Equal(["FolderOccupied", "FolderOccupied", "FolderUnwritable"], failed.Order(StringComparer.Ordinal));
        Assert.Equal("FolderOccupied", await machine.FailAsync());
        Assert.Equal("FolderOccupied", await machine.FailAsync(options => options with { ReplacePlatform = true }));
        Assert.Equal("FolderUnwritable", await machine.FailAsync(options => options with { SetContentAside = true }));
        Assert.Equal("mine", await File.ReadAllTextAsync(old.Folder["data/mine"], Token));
        Assert.Empty(machine.Engine.Apps.List());
        File.Delete(old.Folder["apps/shop.example.com"]);
        Assert.True((await machine.RestoreAsync(options => options with { SetContentAside = true })).IsComplete);
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task A_platform_in_use_is_left_alone()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        using var plan = await machine.Engine.PlatformRestore.PlanAsync(
            new PlatformRestoreOptions { ConfigFile = machine.ConfigFile }, machine.Observer, Token);
        Assert.Equal("PlatformBusy", await machine.FailAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"cloudbackupSite":2,"site":{"name":"a","provider":"noop","settings":{"kind":"noop"}}}""")]
    [InlineData(null)]
    public async Task A_file_that_is_no_site_is_told(string? content)
    {
        using var old = await MakeAsync();
        using var machine = new NewMachine(old) { ConfigFile = old.Folder["other.json"] };
        if (content is not null)
        {
            old.Folder.Write("other.json", content);
        }
        Assert.Equal("ConfigFileUnusable", await machine.FailAsync());
        machine.AssertUntouched();
    }

    [Fact]
    public async Task Stopped_at_any_moment_it_ends_right_when_it_is_run_again_I8()
    {
        using var old = await MakeAsync("correct horse");
        var mail = old.Folder.Make("mail");
        SampleTree.MakeSmall(mail, new SeededRandom(7), files: 10);
        old.Engine.Platform.SetExtraDirectories([mail]);
        await old.BackUpPlatformAsync();
        Action<int, string, string>? before = null;
        using var machine = new NewMachine(old, storage => new FaultyStorage(storage) { Before = before });
        var stops = 0;
        for (var at = 1; ; at++)
        {
            using var stop = new CancellationTokenSource();
            var calls = 0;
            before = (_, _, _) =>
            {
                if (Interlocked.Increment(ref calls) == at)
                {
                    stop.Cancel();
                }
            };
            try
            {
                var result = await machine.RestoreAsync(options => options with { Secrets = Secret.Password("correct horse"), Throttle = 1 }, stop.Token);
                Assert.True(result.IsComplete, string.Join('\n', result.Apps.Select(app => $"{app}: {app.Error}")));
                break;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
            machine.Reopen();
        }
        before = null;
        Assert.InRange(stops, 5, 1000);
        machine.AssertAllIsBack();
        Assert.True((await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!.IsComplete);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(old.Folder.Path, "*", SearchOption.AllDirectories), path => path.Contains(".cloudbackup-restore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interrupted_restore_is_not_mixed_with_another_one()
    {
        using var old = await MakeAsync();
        var first = await old.BackUpPlatformAsync();
        var second = await old.BackUpPlatformAsync();
        using var stop = new CancellationTokenSource();
        using var machine = new NewMachine(old, storage => new FaultyStorage(storage)
        {
            Before = (_, call, path) =>
            {
                if (call == "read" && path.Contains("/app_", StringComparison.Ordinal) && path.EndsWith(".tar.gz", StringComparison.Ordinal))
                {
                    stop.Cancel();
                }
            },
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.RestoreAsync(options => options with { BackupId = first.Id }, stop.Token));
        machine.Reopen();
        Assert.Equal("PlatformRestoreUnfinished", await machine.FailAsync(options => options with { BackupId = second.Id }));
        Assert.Equal(first.Id, (await machine.PreviewAsync()).BackupId);
        var result = await machine.RestoreAsync(options => options with { BackupId = second.Id, ReplacePlatform = true });
        Assert.Equal((second.Id, true), (result.BackupId, result.IsComplete));
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task An_exported_site_holds_no_secret_and_replaces_no_file_by_accident_I7()
    {
        using var old = await MakeAsync("correct horse");
        var box = await old.BackUpPlatformAsync();
        var file = old.Engine.Sites.Export(null, box.Id, old.Folder["export.json"], mayReplace: false);
        var text = await File.ReadAllTextAsync(file.FullName, Token);
        Assert.Contains("\"encrypted\": true", text, StringComparison.Ordinal);
        Assert.Contains($"\"remotePath\": \"{box.RemotePath}\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(old.Engine.Sites.Get("local").KeyId!, text, StringComparison.Ordinal);
        Assert.Equal("ConfigFileUnwritable", Assert.Throws<BackupException>(() => old.Engine.Sites.Export(null, null, file.FullName, mayReplace: false)).ErrorId);
        Assert.Equal(text, await File.ReadAllTextAsync(file.FullName, Token));
        old.Engine.Sites.Export("local", null, file.FullName, mayReplace: true);
        Assert.DoesNotContain(box.RemotePath, await File.ReadAllTextAsync(file.FullName, Token), StringComparison.Ordinal);
        Assert.Equal("SiteNotFound", Assert.Throws<BackupException>(() => old.Engine.Sites.Export("x", null, old.Folder["x"], mayReplace: false)).ErrorId);
        Assert.Equal("BackupNotFound", Assert.Throws<BackupException>(() => old.Engine.Sites.Export(null, "x", old.Folder["x"], mayReplace: false)).ErrorId);
        Assert.False(File.Exists(old.Folder["x"]));
    }

    [Fact]
    public async Task An_exported_bucket_tells_its_place_and_not_its_keys_I7()
    {
        using var platform = new TestPlatform(_ => new MemoryStorage());
        var settings = new S3Settings { Bucket = "example-backups", Region = "eu-central-1", Endpoint = "https://s3.example.com" };
        var secrets = new SiteSecrets { Credential = new System.Net.NetworkCredential("AKIAEXAMPLEKEY", "secret/of+the/bucket"), Password = Secret.Of("correct horse") };
        var site = new BackupSite { Name = "offsite", Provider = "s3-compatible", Settings = settings };
        await platform.Engine.Sites.AddAsync(site, secrets, platform.Observer, Token);
        var text = await File.ReadAllTextAsync(platform.Engine.Sites.Export("offsite", null, platform.Folder["offsite.json"], mayReplace: false).FullName, Token);
        Assert.All(["example-backups", "eu-central-1", "https://s3.example.com", "\"encrypted\": true"], told => Assert.Contains(told, text, StringComparison.Ordinal));
        Assert.All(["AKIAEXAMPLEKEY", "secret/of", "correct", platform.Engine.Sites.Get("offsite").KeyId!], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.DoesNotContain(Convert.ToBase64String("secret/of+the/bucket"u8), text, StringComparison.Ordinal);
    }

    private static async Task<TestPlatform> MakeAsync(string? password = null)
    {
        var platform = await new TestPlatform().SetUpAsync(secrets: password is null ? null : Secret.Password(password));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 10);
        platform.AddApp("shop.example.com");
        return platform;
    }
}
