using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Backup;

/// <summary>A backup with a database that is damaged, or cannot be read, is never as good as one from before.</summary>
public sealed class DamagedDatabaseTests
{
    private static readonly BackupAddon Addon = new() { Type = AddonType.Sqlite, Path = "data/app.db" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Action<byte[], string>> Damages = new()
    {
        ["page in the middle"] = (bytes, path) =>
        {
            bytes.AsSpan(8192, 64).Fill((byte)'x');
            File.WriteAllBytes(path, bytes);
        },
        ["first page"] = (bytes, path) =>
        {
            bytes.AsSpan(100, 64).Fill((byte)'x');
            File.WriteAllBytes(path, bytes);
        },
        ["magic bytes"] = (bytes, path) =>
        {
            bytes.AsSpan(0, 16).Fill((byte)'x');
            File.WriteAllBytes(path, bytes);
        },
        ["cut in the middle of a page"] = (bytes, path) => File.WriteAllBytes(path, bytes[..(bytes.Length / 2 / 4096 * 4096 + 100)]),
        ["cut after some pages"] = (bytes, path) => File.WriteAllBytes(path, bytes[..(3 * 4096)]),
        ["zeros"] = (bytes, path) => File.WriteAllBytes(path, new byte[bytes.Length]),
        ["text"] = (bytes, path) => File.WriteAllText(path, new string('x', 5000)),
    };

    public static TheoryData<string, BackupFormat> Cases
    {
        get
        {
            var cases = new TheoryData<string, BackupFormat>();
            foreach (var name in Damages.Keys)
            {
                cases.Add(name, BackupFormat.Tgz);
                cases.Add(name, BackupFormat.Rsync);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_backup_with_a_damaged_database_is_Partial_and_holds_it_as_it_is(string damage, BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] }, site => site with { Format = format });
        var path = Path.Join(platform.Data, "app.db");
        MakeDatabase(path);
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        Damages[damage](await File.ReadAllBytesAsync(path, Token), path);
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Partial, backup.State);
        var item = Assert.Single(backup.Missing);
        Assert.Equal("data/app.db", item.Path);
        Assert.Contains("damaged", item.Reason, StringComparison.Ordinal);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("data/app.db", StringComparison.Ordinal) && warning.Contains("Partial", StringComparison.Ordinal));
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.Equal(new FileInfo(path).Length, new FileInfo(platform.Folder["out/data/app.db"]).Length);

        // It stays so in a catalog that is made from the storage.
        using var other = platform.Open("other-home");
        await other.Sites.AddAsync(platform.Engine.Sites.Get("local"), SiteSecrets.None, platform.Observer, Token);
        await other.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(BackupState.Partial, other.AppBackups.Get(backup.Id).State);
        Assert.Equal(backup.Missing, other.AppBackups.Get(backup.Id).Missing);
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_fails_the_backup_or_is_named_in_a_Partial_one()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        await File.WriteAllTextAsync(Path.Join(platform.Data, "f"), "content", Token);
        Assert.Equal("AddonSourceMissing", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync())).ErrorId);
        var backup = await platform.BackUpAsync(new AppBackupOptions { ContinueOnError = true });
        Assert.Equal(BackupState.Partial, backup.State);
        Assert.Equal("data/app.db", Assert.Single(backup.Missing).Path);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.False(File.Exists(platform.Folder["out/data/app.db"]));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("is not restored", StringComparison.Ordinal));
    }

    private static void MakeDatabase(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE t (x); CREATE INDEX i ON t (x); "
            + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i || hex(zeroblob(60)) FROM n;";
        command.ExecuteNonQuery();
    }
}
