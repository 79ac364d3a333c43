using System.Diagnostics;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Backup;

/// <summary>A declared database comes back as it was: its facts, its folders, whatever the app adds to SQLite, however often it is declared.</summary>
public sealed class DeclaredDatabaseTests
{
    private static readonly BackupAddon Addon = new() { Type = AddonType.Sqlite, Path = "data/in/ner/app.db" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task Owner_mode_access_list_attributes_and_times_of_a_database_come_back(BackupFormat format)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This needs root.");
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] }, site => site with { Format = format });
        var path = MakeDatabase(platform, Addon);
        Run("chown", "1234:2345", path);
        Run("chmod", "0604", path);
        Run("setfacl", "-m", "u:4321:rw", path);
        Run("setfattr", "-n", "user.note", "-v", "kept", path);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        var (facts, attributes) = Look(platform);
        Assert.Equal(2, attributes.Count);
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        File.Delete(path);
        await platform.RestoreAsync(backup.Id);
        var (restored, restoredAttributes) = Look(platform);
        Assert.Equal(
            (facts.Mode, facts.UserId, facts.GroupId, facts.Modified, facts.Size),
            (restored.Mode, restored.UserId, restored.GroupId, restored.Modified, restored.Size));
        Assert.Equal(attributes.Select(Text).Order(), restoredAttributes.Select(Text).Order());
    }

    [Theory]
    [InlineData("/in/")]
    [InlineData("in")]
    [InlineData("*")]
    [InlineData("/in/*")]
    [InlineData("**/ner")]
    [InlineData("*.db")]
    public async Task An_excluded_folder_of_a_database_comes_back_with_its_owner_and_nothing_else_in_it(string exclude)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This needs root.");
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon], Exclude = [exclude] });
        MakeDatabase(platform, Addon);
        platform.Folder.Write("data/in/ner/log", "left out");
        platform.Folder.Write("data/in/other/log", "left out");
        Run("chown", "-R", "1234:2345", platform.Folder["data/in"]);
        Run("chmod", "0750", platform.Folder["data/in"], platform.Folder["data/in/ner"]);
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.True(File.Exists(platform.Folder["out/data/in/ner/app.db"]));
        Assert.Equal(exclude == "*.db", File.Exists(platform.Folder["out/data/in/ner/log"]));
        Assert.Equal(exclude is "*.db" or "**/ner", File.Exists(platform.Folder["out/data/in/other/log"]));
        using var data = LocalFileSystem.Open(platform.Folder["out/data"]);
        using var inside = data.OpenDirectory("in");
        foreach (var facts in new[] { data.Stat("in"), inside.Stat("ner") })
        {
            Assert.Equal((1234u, 2345u, 0x1E8), (facts.UserId, facts.GroupId, facts.Mode));
        }
    }

    [Fact]
    public async Task A_database_with_collations_and_functions_of_its_app_is_not_damaged()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        using (var connection = new SqliteConnection($"Data Source={MakeDatabase(platform, Addon)};Pooling=False"))
        {
            connection.Open();
            connection.CreateCollation("OWN", (one, other) => string.CompareOrdinal(other, one));
            connection.CreateFunction("own", (string text) => text.Length, isDeterministic: true);
            TestDatabase.Execute(connection, "CREATE TABLE c (k TEXT COLLATE OWN PRIMARY KEY, n AS (own(k)) NOT NULL CHECK (own(k) > 0)) WITHOUT ROWID;"
                + "CREATE INDEX i ON c (own(k)) WHERE own(k) > 1; INSERT INTO c VALUES ('a'), ('bb'), ('ccc');");
        }
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        Assert.Empty(backup.Missing);
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_catalog_that_has_a_database_twice_backs_it_up_once(BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] }, site => site with { Format = format });
        MakeDatabase(platform, Addon);
        platform.Engine.Dispose();
        using (var catalog = new SqliteConnection($"Data Source={platform.Folder["home/platform.db"]};Pooling=False"))
        {
            catalog.Open();
            TestDatabase.Execute(catalog, "UPDATE app SET document = json_set(document, '$.addons[1]', json_extract(document, '$.addons[0]'));");
        }
        platform.Reopen();
        Assert.Equal([Addon, Addon], platform.Engine.Apps.Get(TestPlatform.Location).Addons);
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.True(File.Exists(platform.Folder["out/data/in/ner/app.db"]));
        await platform.RestoreAsync(backup.Id);
        // A change of another setting leaves the app with one.
        Assert.Equal([Addon], platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" }).Addons);
    }

    [Fact]
    public async Task Two_names_of_one_database_are_refused_and_the_same_name_twice_counts_once()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        MakeDatabase(platform, Addon);
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal([Addon], platform.Engine.Apps.Update(app with { Addons = [Addon, Addon] }).Addons);
        var other = Addon with { Path = "data/other.db" };
        using (var data = LocalFileSystem.Open(platform.Data))
        using (var folder = LocalFileSystem.Open(platform.Folder["data/in/ner"]))
        {
            data.MakeHardLink("other.db", folder, "app.db");
        }
        Assert.Equal("AddonTwice", Assert.Throws<BackupException>(() => platform.Engine.Apps.Update(app with { Addons = [Addon, other] })).ErrorId);
        foreach (var path in new[] { "data/./in/ner/app.db", "data/x/../in/ner/app.db", "data//in/ner/app.db", "./data/in/ner/app.db" })
        {
            var spelled = app with { Addons = [Addon, Addon with { Path = path }] };
            Assert.Equal("AddonPathInvalid", Assert.Throws<BackupException>(() => platform.Engine.Apps.Update(spelled)).ErrorId);
        }
    }

    [Fact]
    public async Task Two_names_that_became_one_database_later_are_both_backed_up_and_restored()
    {
        var other = Addon with { Path = "data/other.db" };
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon, other] });
        MakeDatabase(platform, Addon);
        using (var data = LocalFileSystem.Open(platform.Data))
        using (var folder = LocalFileSystem.Open(platform.Folder["data/in/ner"]))
        {
            data.MakeHardLink("other.db", folder, "app.db");
        }
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        await platform.RestoreAsync(backup.Id);
        Assert.True(File.Exists(platform.Folder["data/in/ner/app.db"]) && File.Exists(platform.Folder["data/other.db"]));
    }

    private static string Text(ExtendedAttribute attribute) => $"{attribute.Name}={Convert.ToHexString(attribute.Value)}";

    private static (FileFacts Facts, IReadOnlyList<ExtendedAttribute> Attributes) Look(TestPlatform platform)
    {
        using var folder = LocalFileSystem.Open(platform.Folder["data/in/ner"]);
        using var file = folder.OpenFile("app.db");
        return (file.Facts, file.ReadAttributes());
    }

    private static string MakeDatabase(TestPlatform platform, BackupAddon addon)
    {
        var path = platform.Folder[addon.Path!];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        TestDatabase.Execute(connection, "CREATE TABLE t (v); INSERT INTO t VALUES ('mine');");
        return path;
    }

    private static void Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed here.");
        }
    }
}
