using System.Net;
using System.Security;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>A whole backup's life on real servers: set up, backed up, listed, tested, restored, removed.</summary>
public sealed class S3BackupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph-rgw", "s3-compatible", false)]
    [InlineData("ceph-rgw", "digitalocean-spaces", true)]
    [InlineData("swift", "ovh-objectstorage", false)]
    [InlineData("swift", "s3-compatible", true)]
    [InlineData("moto", "s3", true)]
    [InlineData("moto", "cloudflare-r2", false)]
    [InlineData("ceph-rgw", "s3-compatible", false, BackupFormat.Rsync)]
    [InlineData("ceph-rgw", "digitalocean-spaces", true, BackupFormat.Rsync)]
    [InlineData("swift", "ovh-objectstorage", false, BackupFormat.Rsync)]
    [InlineData("swift", "s3-compatible", true, BackupFormat.Rsync)]
    [InlineData("moto", "s3", true, BackupFormat.Rsync)]
    [InlineData("moto", "cloudflare-r2", false, BackupFormat.Rsync)]
    public async Task A_backup_lives_its_life(string server, string provider, bool isEncrypted, BackupFormat format = BackupFormat.Tgz)
    {
        var s3 = S3Server.Named(server);
        var bucket = await s3.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => SiteOf(site, provider, bucket, s3.Url) with { Format = format },
            secrets: Secrets(s3, isEncrypted ? "a good password" : null));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 200, largest: 60_000);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(13_000_000)); // three parts
        var before = Contents(platform.Data);
        var backup = await platform.BackUpAsync();
        Assert.Equal((BackupState.Ready, isEncrypted), (backup.State, backup.Encrypted));
        platform.Reopen();
        Assert.Equal(backup.Id, Assert.Single(await platform.Engine.SyncAsync(null, [], platform.Observer, Token)).Id);
        var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
        Clear(platform.Data);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(before, Contents(platform.Data));
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        await using var storage = s3.Open(bucket);
        Assert.DoesNotContain(await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token), path => path.Contains("app_", StringComparison.Ordinal));
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    [Theory]
    [InlineData("ceph-rgw")]
    [InlineData("swift")]
    public async Task A_backup_of_twelve_gibibytes_comes_back_byte_for_byte(string server)
    {
        Assert.SkipUnless(S3Server.IsLarge, "Takes minutes and 40 GB of disk: set CLOUDBACKUP_TEST_LARGE=1, and start Ceph with STORE=bluestore.");
        const long Length = 12L * 1024 * 1024 * 1024;
        var s3 = S3Server.Named(server);
        var bucket = await s3.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => SiteOf(site, "s3-compatible", bucket, s3.Url), secrets: Secrets(s3, null));
        await using (var large = File.Create(Path.Join(platform.Data, "large")))
        {
            await new PatternStream(Length).CopyToAsync(large, 1024 * 1024, Token);
        }
        var backup = await platform.BackUpAsync();
        Assert.InRange(backup.Size, Length * 0.9, Length * 1.01);
        File.Delete(Path.Join(platform.Data, "large"));
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        await using (var large = File.OpenRead(platform.Folder["out/data/large"]))
        {
            Assert.Equal(Length, await PatternStream.CheckAsync(large, Token));
        }
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
    }

    [Fact]
    public async Task A_server_gone_for_good_leaves_a_failed_backup_and_the_next_run_sweeps_its_parts()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var platform = await new TestPlatform(retry: new RetryOptions { GiveUpAfter = TimeSpan.FromSeconds(1) }).SetUpAsync(
            site: site => SiteOf(site, "s3-compatible", bucket, proxy.Url), secrets: Secrets(S3Server.Ceph, null));
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(30_000_000));
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=2", StringComparison.Ordinal))
            {
                _ = proxy.GoDownAsync();
            }
            return null;
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("StorageUnavailable", failure.ErrorId);
        proxy.Decide = _ => null;
        proxy.ComeBack();
        Assert.Empty(await platform.Engine.SyncAsync(null, [], platform.Observer, Token));
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Equal(1, await storage.ListPartialsAsync("", Token).CountAsync(Token));
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    [Fact]
    public async Task Keys_are_in_no_catalog_no_log_and_no_message_I7()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        const string Wrong = "wrong-secret-of-the-test";
        using var platform = new TestPlatform();
        var wrong = new SiteSecrets { Credential = new NetworkCredential(S3Server.Ceph.AccessKey, Wrong) };
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            platform.SetUpAsync(site: site => SiteOf(site, "s3-compatible", bucket, S3Server.Ceph.Url), secrets: wrong));
        Assert.Contains("-Credential", failure.Message, StringComparison.Ordinal);
        await platform.SetUpAsync(site: site => SiteOf(site, "s3-compatible", bucket, S3Server.Ceph.Url), secrets: Secrets(S3Server.Ceph, null));
        await platform.BackUpAsync();
        var said = string.Join('\n', platform.Observer.Details.Concat(platform.Observer.Warnings).Concat(platform.Observer.Steps).Append($"{failure}"));
        Assert.DoesNotContain(Wrong, said, StringComparison.Ordinal);
        Assert.DoesNotContain(S3Server.Ceph.SecretKey, said, StringComparison.Ordinal);
        platform.Engine.Dispose();
        foreach (var file in Directory.EnumerateFiles(platform.Folder["home"], "*", SearchOption.AllDirectories))
        {
            var isSecret = Path.GetFileName(Path.GetDirectoryName(file)) == "secrets";
            Assert.Equal(isSecret, File.ReadAllText(file).Contains(S3Server.Ceph.SecretKey, StringComparison.Ordinal));
            Assert.True(!isSecret || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Fact]
    public async Task A_probe_tells_what_a_bucket_does_behind_our_back()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var bare = S3Server.Ceph.Bare();
        await bare.PutBucketVersioningAsync(
            new PutBucketVersioningRequest { BucketName = bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } }, Token);
        await bare.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest
            {
                BucketName = bucket,
                Configuration = new LifecycleConfiguration
                {
                    Rules =
                    [
                        Rule("tidy", "server1/", 30), Rule("elsewhere", "other/", 7),
                    ],
                },
            },
            Token);
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => SiteOf(site, "s3-compatible", bucket, S3Server.Ceph.Url), secrets: Secrets(S3Server.Ceph, null));
        var result = await platform.Engine.Sites.TestAsync(null, platform.Observer, Token);
        Assert.True(result.IsUsable, result.Error);
        Assert.All(result.Steps, step => Assert.True(step.Succeeded, $"{step}"));
        Assert.Equal(
            ["Write", "Find", "List", "Names", "Read", "CreateNew", "Copy", "WriteLarge", "FindUnfinished", "RemoveMany", "Remove"], result.Steps.Select(step => step.Name));
        Assert.Contains("'tidy' that deletes objects after 30 days", Assert.Single(result.Warnings, warning => warning.Contains("has a lifecycle rule", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(result.Warnings, warning => warning.Contains("is versioned", StringComparison.Ordinal));

        static LifecycleRule Rule(string id, string prefix, int days) => new()
        {
            Id = id,
            Status = LifecycleRuleStatus.Enabled,
            Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = prefix } },
            Expiration = new LifecycleRuleExpiration { Days = days },
        };
    }

    [Fact]
    public async Task A_probe_warns_of_a_bucket_that_moves_objects_to_an_archive()
    {
        var bucket = await S3Server.Moto.MakeBucketAsync();
        using var bare = S3Server.Moto.Bare();
        var configuration = new LifecycleConfiguration
        {
            Rules =
            [
                Archive("cold", "", S3StorageClass.DeepArchive), Archive("cool", "", S3StorageClass.StandardInfrequentAccess),
                Archive("elsewhere", "other/", S3StorageClass.Glacier),
            ],
        };
        await bare.PutLifecycleConfigurationAsync(new PutLifecycleConfigurationRequest { BucketName = bucket, Configuration = configuration }, Token);
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => SiteOf(site, "s3-compatible", bucket, S3Server.Moto.Url), secrets: Secrets(S3Server.Moto, null));
        var result = await platform.Engine.Sites.TestAsync(null, platform.Observer, Token);
        Assert.True(result.IsUsable, result.Error);
        Assert.Contains("'cold' that moves objects to DEEP_ARCHIVE", Assert.Single(result.Warnings, warning => warning.Contains("lifecycle rule", StringComparison.Ordinal)), StringComparison.Ordinal);

        static LifecycleRule Archive(string id, string prefix, S3StorageClass where) => new()
        {
            Id = id,
            Status = LifecycleRuleStatus.Enabled,
            Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = prefix } },
            Transitions = [new LifecycleTransition { Days = 90, StorageClass = where }],
        };
    }

    [Theory]
    [InlineData(200, "This is no XML.")]
    [InlineData(501, "<html>No such thing.</html>")]
    public async Task A_store_that_cannot_tell_of_its_rules_is_usable(int status, string answer)
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => SiteOf(site, "s3-compatible", bucket, proxy.Url), secrets: Secrets(S3Server.Ceph, null));
        proxy.Decide = request => request.Target.EndsWith("?lifecycle", StringComparison.Ordinal) || request.Target.EndsWith("?versioning", StringComparison.Ordinal)
            ? new Fault.Answer(status, "") { Body = answer }
            : null;
        var result = await platform.Engine.Sites.TestAsync(null, platform.Observer, Token);
        Assert.True(result.IsUsable, result.Error);
        Assert.All(result.Steps, step => Assert.True(step.Succeeded, $"{step}"));
        Assert.Contains(platform.Observer.Details, line => line.StartsWith("Facts about the bucket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bucket_a_region_or_a_host_that_is_not_there_is_told_at_once()
    {
        var bucket = await S3Server.Swift.MakeBucketAsync();
        var messages = new List<string>();
        foreach (var (name, region, url) in new[]
        {
            ("no-such-bucket-here", "us-east-1", S3Server.Swift.Url),
            (bucket, "eu-west-1", S3Server.Swift.Url),
            (bucket, "us-east-1", "http://no-such-host.invalid"),
        })
        {
            using var platform = new TestPlatform();
            var settings = new S3Settings { Bucket = name, Region = region, Endpoint = url };
            messages.Add((await Assert.ThrowsAsync<BackupException>(() => platform.SetUpAsync(
                site: site => site with { Provider = "s3-compatible", Settings = settings }, secrets: Secrets(S3Server.Swift, null)))).Message);
        }
        Assert.Contains("There is no bucket 'no-such-bucket-here'", messages[0], StringComparison.Ordinal);
        Assert.Contains("Say -Region us-east-1.", messages[1], StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid", messages[2], StringComparison.Ordinal);
    }

    internal static BackupSite SiteOf(BackupSite site, string provider, string bucket, string url) => site with
    {
        Provider = provider,
        Prefix = "server1",
        Settings = new S3Settings { Bucket = bucket, Region = "us-east-1", Endpoint = url },
        Limits = new SiteLimits { MemoryLimitBytes = 64L * 1024 * 1024 },
    };

    internal static SiteSecrets Secrets(S3Server server, string? password)
    {
        SecureString? secure = null;
        if (password is not null)
        {
            secure = new SecureString();
            password.ToList().ForEach(secure.AppendChar);
        }
        return new SiteSecrets { Credential = new NetworkCredential(server.AccessKey, server.SecretKey), Password = secure };
    }

    /// <summary>Removes everything in a data directory, and leaves the folder: another one in its place would have to be confirmed.</summary>
    internal static void Clear(string folder)
    {
        foreach (var item in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (item is DirectoryInfo { LinkTarget: null } directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                item.Delete();
            }
        }
    }

    internal static List<string> Contents(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"),
    ];
}
