using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Apps;

public sealed class AppServiceTests
{
    [Fact]
    public async Task An_app_is_registered_changed_and_unregistered()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var app = platform.Engine.Apps.Get("WIKI.example.com");
        Assert.NotEqual(Guid.Empty, app.Id);
        var changed = platform.Engine.Apps.Update(app with { Location = "Docs.example.com", Version = "2.0+build~1" });
        Assert.Equal((app.Id, "docs.example.com"), (changed.Id, changed.Location));
        Assert.Equal("AppNotFound", Assert.Throws<BackupException>(() => platform.Engine.Apps.Get("wiki.example.com")).ErrorId);
        platform.Engine.Apps.Unregister("docs.example.com");
        Assert.Empty(platform.Engine.Apps.List());
        Assert.True(Directory.Exists(platform.Data));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".x")]
    [InlineData("x.")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("..")]
    [InlineData("ü.example.com")]
    public async Task A_location_that_is_no_name_is_refused(string location)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("NameInvalid", Fail(platform, app => app with { Location = location }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1/2")]
    [InlineData("-1")]
    [InlineData("1 2")]
    public async Task A_version_that_is_none_is_refused(string version)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("NameInvalid", Fail(platform, app => app with { Location = "b.example.com", Version = version }));
    }

    [Theory]
    [InlineData("app.db")]
    [InlineData("data/../x.db")]
    [InlineData("data/")]
    [InlineData("/data/x.db")]
    [InlineData("")]
    public async Task A_database_outside_the_data_directory_is_refused(string path)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("AddonPathInvalid", Fail(platform, app => app with
        {
            Location = "b.example.com",
            Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = path }],
        }));
    }

    [Fact]
    public async Task A_missing_data_directory_and_a_location_in_use_are_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("DataDirectoryUnusable", Fail(platform, app => app with { Location = "b.example.com", DataDirectory = platform.Folder["none"] }));
        Assert.Equal("AppExists", Fail(platform, app => app with { Location = "Wiki.Example.Com" }));
        Assert.Single(platform.Engine.Apps.List());
    }

    private static string Fail(TestPlatform platform, Func<BackupApp, BackupApp> change)
    {
        var app = new BackupApp { Id = Guid.Empty, Location = "x", Version = "1", DataDirectory = platform.Data };
        return Assert.Throws<BackupException>(() => platform.Engine.Apps.Register(change(app))).ErrorId;
    }
}
