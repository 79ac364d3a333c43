using CloudBackup.Catalog;
using CloudBackup.Retention;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Trust;

/// <summary>What a platform does with backups that anyone who can write to the storage can have written.</summary>
public sealed class BackupTrustTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, "in place")]
    [InlineData(false, "folder")]
    [InlineData(false, "items")]
    [InlineData(false, "clone")]
    [InlineData(false, "import")]
    [InlineData(true, "in place")]
    [InlineData(true, "folder")]
    public async Task A_named_backup_that_is_not_trusted_is_restored_with_a_warning(bool isOwn, string way)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/file", "1");
        var backup = await platform.BackUpAsync();
        if (!isOwn)
        {
            await ForgetAsync(platform);
        }
        Assert.Equal(isOwn, platform.Engine.AppBackups.Get(backup.Id).Trusted);
        platform.Observer.Warnings.Clear();
        await RunAsync(platform, backup, way);
        Assert.Equal(!isOwn, platform.Observer.Warnings.Any(warning => warning.Contains($"{backup.Id} is not trusted: it is not encrypted", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(".index.gz")]
    [InlineData(".tar.gz")]
    [InlineData(".backupinfo")]
    public async Task An_answer_that_an_object_is_absent_drops_no_backup(string ending)
    {
        var hidden = "";
        using var platform = await new TestPlatform(storage => new HidingStorage(storage, path => hidden.Length > 0 && path.EndsWith(hidden, StringComparison.Ordinal)))
            .SetUpAsync();
        var (first, second) = (await platform.BackUpAsync(), await platform.BackUpAsync());
        hidden = first.RemotePath + ending;
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(first with { Missing = [] }, platform.Engine.AppBackups.Get(first.Id) with { Missing = [] });
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(first.RemotePath, StringComparison.Ordinal));
        hidden = "";
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal([second.Id, first.Id], platform.Engine.AppBackups.List().Where(backup => backup.Trusted).Select(backup => backup.Id));
    }

    [Theory]
    [InlineData(nameof(Attack.TwinThatIsRandom))]
    [InlineData(nameof(Attack.Copy))]
    public async Task On_a_new_platform_a_bad_record_neither_hides_nor_replaces_a_good_one(string attack)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/file", "1");
        var backup = await platform.BackUpAsync();
        var bad = new RecordForger(platform).Run(Enum.Parse<Attack>(attack), backup.Created.AddDays(-1), backup);
        await ForgetAsync(platform);
        for (var round = 0; round < 2; round++)
        {
            await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
            Assert.Equal(backup.RemotePath, Assert.Single(platform.Engine.AppBackups.List()).RemotePath);
            Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(bad, StringComparison.Ordinal));
            platform.Observer.Warnings.Clear();
        }
        await platform.RestoreAsync(backup.Id);
    }

    [Fact]
    public async Task On_an_encrypted_site_a_plain_record_is_reported_and_takes_no_id()
    {
        using var platform = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var backup = await platform.BackUpAsync();
        var forger = new RecordForger(platform);
        forger.Run(Attack.Copy, backup.Created.AddDays(-1), backup);
        forger.Run(Attack.TwinThatIsPlain, backup.Created, backup);
        forger.Run(Attack.Tgz, backup.Created.AddHours(1), backup);
        await ForgetAsync(platform);
        Assert.Equal(backup.RemotePath, platform.Engine.AppBackups.Get(backup.Id).RemotePath);
        Assert.True(platform.Engine.AppBackups.Get(backup.Id).Trusted);
        Assert.Equal(backup.Id, Assert.Single(platform.Engine.AppBackups.SelectNewest(platform.Engine.AppBackups.List())).Id);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("are not encrypted although the site is", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plain_platform_backup_is_not_preferred_to_an_encrypted_one()
    {
        using var platform = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var box = await platform.BackUpPlatformAsync();
        new RecordForger(platform).Run(Attack.Box, box.Created.AddMinutes(2), box);
        using var other = platform.Open("other");
        var options = new PlatformRestoreOptions { Site = "local", Secrets = Secret.Password(Password) };
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local") with { KeyId = null }, Secret.Password(Password), platform.Observer, Token);
        using var plan = await other.PlatformRestore.PlanAsync(options, platform.Observer, Token);
        Assert.Equal(box.Id, plan.Preview.BackupId);
        Assert.True(plan.PassesOverNewer);
        Assert.Contains(plan.Preview.Checks, check => check.Detail.Contains("but not trusted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_note_that_anyone_can_have_written_ends_no_preservation()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, known => known with { PreserveUntil = DateTimeOffset.MaxValue }, platform.Observer, Token);
        platform.Folder.Write($"site/notes/{backup.RemotePath}.json", "{\"preserveUntil\":\"2026-01-01T00:00:00Z\"}");
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(DateTimeOffset.MaxValue, platform.Engine.AppBackups.Get(backup.Id).PreserveUntil);
    }

    /// <summary>A platform that a sync alone has taught its backups must still give old ones away.</summary>
    [Fact]
    public void Untrusted_backups_fill_the_places_that_trusted_ones_leave()
    {
        Assert.Equal(["u9", "u8", "u7"], Kept("u9 u8 u7 u6 u5"));
        Assert.Equal(["t9", "t8", "u7"], Kept("t9 t8 u7 u6"));
        Assert.Equal(["t3", "t2", "t1"], Kept("u9 u8 u7 u6 u5 t3 t2 t1"));
        Assert.Equal(["u9", "t5", "p3"], Kept("u9 u8 t5 p3", count: 2));
    }

    private static IEnumerable<string> Kept(string names, int count = 3)
    {
        var now = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        var owner = new BackupOwner(Guid.AllBitsSet);
        var rules = new RetentionRules
        {
            Policy = new RetentionPolicy { KeepLast = count },
            Zone = TimeZoneInfo.Utc,
            Now = now,
            RegisteredApps = new HashSet<Guid> { Guid.AllBitsSet },
        };
        var items = names.Split(' ').Select(name => new RetentionItem
        {
            Id = name,
            Owner = owner,
            Created = now.AddDays(name[1] - '9' - 1),
            IsTrusted = name[0] != 'u',
            State = name[0] == 'p' ? BackupState.Partial : BackupState.Ready,
        });
        return RetentionEvaluator.Evaluate(items, rules).Where(verdict => verdict.IsKept).Select(verdict => verdict.Item.Id);
    }

    private static async Task RunAsync(TestPlatform platform, AppBackup backup, string way)
    {
        var (backups, observer, target) = (platform.Engine.AppBackups, platform.Observer, platform.Folder["out"]);
        switch (way)
        {
            case "in place":
                await platform.RestoreAsync(backup.Id);
                break;
            case "folder":
                await backups.RestoreToAsync(backup.Id, target, observer, Token);
                break;
            case "items":
                await backups.RestoreItemsAsync(backup.Id, [], target, replace: false, _ => { }, observer, Token);
                break;
            case "clone":
                await backups.CloneAsync(backup.Id, new AppCopyOptions { Location = "clone.example.com", DataDirectory = target }, observer, Token);
                break;
            default:
                await backups.ImportAsync(
                    new AppImportOptions { Site = "local", RemotePath = backup.RemotePath, Location = TestPlatform.Location, SkipSafetyBackup = true }, observer, Token);
                break;
        }
    }

    /// <summary>Loses the records of the catalog, and learns what the storage holds by a sync.</summary>
    private static async Task ForgetAsync(TestPlatform platform)
    {
        var known = platform.Engine.AppBackups.List();
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            Assert.All(known, backup => Assert.True(new BackupStore(database).Remove(backup.Id)));
        }
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
    }

    /// <summary>A storage that says of some objects that they are not there, when it is asked by name.</summary>
    private sealed class HidingStorage(IBackupStorage inner, Func<string, bool> hides) : StorageDecorator(inner)
    {
        public override Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
            hides(path) ? Task.FromResult<StoredObject?>(null) : Inner.FindAsync(path, cancellationToken);
    }
}
