using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Services;

public sealed class SiteServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_site_is_the_default_until_another_one_is_made_it()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.True(platform.Engine.Sites.Get("local").IsDefault);
        await AddAsync(platform, Site(platform, "second"));
        Assert.False(platform.Engine.Sites.Get("second").IsDefault);
        await AddAsync(platform, Site(platform, "third") with { IsDefault = true });
        Assert.Equal("third", Assert.Single(platform.Engine.Sites.List(), site => site.IsDefault).Name);
        platform.Engine.Sites.Remove("third", forgetBackups: false);
        Assert.Equal("local", Assert.Single(platform.Engine.Sites.List(), site => site.IsDefault).Name);
    }

    [Fact]
    public async Task A_place_that_does_not_work_is_refused_and_no_site_is_left()
    {
        using var platform = new TestPlatform();
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            AddAsync(platform, Site(platform, "x") with { Settings = new FileSystemSettings { Path = platform.Folder["missing"] } }));
        Assert.Equal("SiteUnusable", failure.ErrorId);
        Assert.Contains("does not exist", failure.Message, StringComparison.Ordinal);
        Assert.Empty(platform.Engine.Sites.List());
        Assert.False(Directory.Exists(platform.Folder["missing"]));
    }

    [Theory]
    [InlineData("", "", "NameInvalid")]
    [InlineData("a b", "", "NameInvalid")]
    [InlineData("../x", "", "NameInvalid")]
    [InlineData("x", "a/../b", "NameInvalid")]
    [InlineData("x", "a//b", "NameInvalid")]
    public async Task Bad_names_and_prefixes_are_refused(string name, string prefix, string errorId)
    {
        using var platform = new TestPlatform();
        Assert.Equal(errorId, (await Assert.ThrowsAsync<BackupException>(() => AddAsync(platform, Site(platform, name) with { Prefix = prefix }))).ErrorId);
    }

    [Fact]
    public async Task Bad_limits_providers_and_names_in_use_are_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        await Expect("ValueOutOfRange", site => site with { Limits = new SiteLimits { UploadConcurrency = 0 } });
        await Expect("ValueOutOfRange", site => site with { Limits = new SiteLimits { MemoryLimitBytes = 1 } });
        await Expect("ValueOutOfRange", site => site with { Limits = new SiteLimits { CompressionLevel = 10 } });
        await Expect("ValueOutOfRange", site => site with { Limits = new SiteLimits { Timeout = TimeSpan.Zero } });
        await Expect("ProviderUnknown", site => site with { Provider = "tape" });
        await Expect("NameInvalid", site => site with { Provider = "noop" });
        await Expect("NameInvalid", site => site with { Settings = new FileSystemSettings { Path = "relative" } });
        await Expect("SiteExists", site => site with { Name = "LOCAL" });
        Assert.Single(platform.Engine.Sites.List());

        async Task Expect(string errorId, Func<BackupSite, BackupSite> change) =>
            Assert.Equal(errorId, (await Assert.ThrowsAsync<BackupException>(() => AddAsync(platform, change(Site(platform, "x"))))).ErrorId);
    }

    [Fact]
    public async Task A_prefix_keeps_sites_in_one_place_apart()
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Prefix = "/servers/one/" });
        await AddAsync(platform, Site(platform, "two") with { Prefix = "servers/two" });
        var one = await platform.BackUpAsync();
        await platform.BackUpAsync(new AppBackupOptions { Site = "two" });
        Assert.Equal("servers/one", platform.Engine.Sites.Get("local").Prefix);
        Assert.Equal(one.Id, Assert.Single(await platform.Engine.SyncAsync("local", [], platform.Observer, Token)).Id);
        Assert.True(File.Exists(Path.Join(platform.SitePath, "servers/one", one.RemotePath + ".tar.gz")));
    }

    [Fact]
    public async Task A_site_with_backups_is_only_forgotten_by_force_and_nothing_is_removed()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        await platform.BackUpAsync();
        var stored = platform.StoredFiles();
        Assert.Equal("SiteHasBackups", Assert.Throws<BackupException>(() => platform.Engine.Sites.Remove("local", forgetBackups: false)).ErrorId);
        platform.Engine.Sites.Remove("local", forgetBackups: true);
        Assert.Equal(stored, platform.StoredFiles());
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    [Fact]
    public async Task A_test_tells_each_step_and_cleans_up()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var result = await platform.Engine.Sites.TestAsync(null, platform.Observer, Token);
        Assert.True(result.IsUsable);
        Assert.Equal(["Write", "Find", "List", "Read", "CreateNew", "Copy", "HardLink", "RemoveMany", "Remove"], result.Steps.Select(step => step.Name));
        Assert.True(result.FreeSpace > 0);
        Assert.Empty(platform.StoredFiles());
    }

    [Theory]
    [InlineData("write")]
    [InlineData("find")]
    [InlineData("list")]
    [InlineData("read")]
    [InlineData("remove")]
    public async Task A_test_says_which_step_fails_and_why(string call)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        faults().Before = Refuse(call);
        var result = await platform.Engine.Sites.TestAsync("local", platform.Observer, Token);
        Assert.False(result.IsUsable);
        Assert.Contains("AccessDenied", result.Error, StringComparison.Ordinal);
        Assert.Contains(result.Steps, step => !step.Succeeded && string.Equals(step.Name, call, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_removal_that_fails_hides_no_reason_and_leaves_no_other_object()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        faults().Before = (_, name, path) =>
        {
            FaultyStorage.FailIf(name == "remove" && path.EndsWith("copy + & %25 \u00e4", StringComparison.Ordinal));
            if (name == "read" && path.Contains("/copy", StringComparison.Ordinal))
            {
                throw new StorageException(StorageErrorKind.Other, path, "The real reason.");
            }
        };
        var result = await platform.Engine.Sites.TestAsync("local", platform.Observer, Token);
        Assert.Contains(result.Warnings, warning => warning.Contains("The real reason", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.Contains("could not be removed", StringComparison.Ordinal));
        Assert.Single(platform.StoredFiles());
    }

    [Theory]
    [InlineData("copy", "Copy")]
    [InlineData("link", "HardLink")]
    public async Task An_ability_that_fails_is_warned_of_and_the_site_stays_usable(string call, string step)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        faults().Before = Refuse(call);
        var result = await platform.Engine.Sites.TestAsync("local", platform.Observer, Token);
        Assert.True(result.IsUsable);
        Assert.Equal(step, Assert.Single(result.Steps, tried => !tried.Succeeded).Name);
        Assert.Contains(result.Warnings, warning => warning.Contains($"{step} does not work", StringComparison.Ordinal));
        Assert.Empty(platform.StoredFiles());
    }

    [Fact]
    public async Task A_place_on_the_servers_own_disk_is_warned_of()
    {
        using var platform = new TestPlatform();
        await AddAsync(platform, Site(platform, "x") with { Settings = new FileSystemSettings { Path = platform.SitePath } });
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("same disk", StringComparison.Ordinal));
    }

    /// <summary>A storage that refuses one kind of call.</summary>
    private static Action<int, string, string> Refuse(string call) => (_, name, path) =>
    {
        if (name == call)
        {
            throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        }
    };

    private static BackupSite Site(TestPlatform platform, string name) => new()
    {
        Name = name,
        Provider = "filesystem",
        Settings = new FileSystemSettings { Path = platform.SitePath, ExternalDisk = true },
    };

    private static Task<BackupSite> AddAsync(TestPlatform platform, BackupSite site) => platform.Engine.Sites.AddAsync(site, SiteSecrets.None, platform.Observer, Token);
}
