using CloudBackup.FileTree;
using CloudBackup.Storage.S3;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Backups of the format rsync of a tree that changes, on every server: contents, removals, files that become folders, odd names.</summary>
public sealed class RsyncChangeTests
{
    private static readonly string[] OddNames =
    [
        "a b", " a", "a ", "a+b", "a%41", "%", "a&b", "a<b>", "a'b", "a\"b", "a\\b", "a?b", "a#b", "a;b", "a:b", "a*b", "...", "~", "-", "é", "e\u0301", "\U0001F600", "a=b", "a,b", "a|b", "a@b$c!", "[a]", "{a}", "(a)", "a^b`c",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph-rgw", "s3-compatible", false)]
    [InlineData("ceph-rgw", "digitalocean-spaces", false)]
    [InlineData("ceph-rgw", "s3-compatible", true)]
    [InlineData("swift", "ovh-objectstorage", false)]
    [InlineData("swift", "s3-compatible", true)]
    [InlineData("moto", "s3", false)]
    [InlineData("moto", "cloudflare-r2", true)]
    public async Task Every_change_is_in_the_next_backup_and_in_no_earlier_one(string name, string provider, bool isEncrypted)
    {
        var server = S3Server.Named(name);
        var bucket = await server.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => S3BackupTests.SiteOf(site, provider, bucket, server.Url) with { Format = BackupFormat.Rsync },
            secrets: S3BackupTests.Secrets(server, isEncrypted ? "a good password" : null));
        MakeTree(platform);
        var backups = new List<(AppBackup Backup, List<string> Tree)> { await BackUpAsync(platform) };
        ChangeTree(platform);
        backups.Add(await BackUpAsync(platform));

        using (var data = LocalFileSystem.Open(platform.Data))
        {
            TreeRemoval.Remove(data, "odd");
        }
        backups.Add(await BackUpAsync(platform));
        // What is remembered is lost: the storage tells what it holds.
        Directory.Delete(platform.Folder["home/sync"], recursive: true);
        platform.Folder.Write("data/changed", "at last");
        backups.Add(await BackUpAsync(platform));

        foreach (var (backup, tree) in backups)
        {
            var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
            Assert.True(test.IsValid, string.Join('\n', test.Problems));
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder[$"out/{backup.Id}"], platform.Observer, Token);
            Assert.Equal(tree, Tree.Describe(platform.Folder[$"out/{backup.Id}/data"]));
        }
        await AssertSnapshotIsAsync(platform, server, bucket, backups[^1].Backup);
    }

    private static void MakeTree(TestPlatform platform)
    {
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 30);
        foreach (var odd in OddNames)
        {
            platform.Folder.Write($"data/odd/{odd}/{odd}", odd);
        }
        platform.Folder.Write("data/swapped-1", "file");
        platform.Folder.Write("data/swapped-2/inside/deep", "folder");
        platform.Folder.Write("data/changed", "before");
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(6_000_000));
    }

    /// <summary>Something new, changed and gone, files that become folders and the reverse, and a large file that changes in its middle.</summary>
    private static void ChangeTree(TestPlatform platform)
    {
        File.Delete(platform.Folder["data/swapped-1"]);
        platform.Folder.Write("data/swapped-1/inside/deep", "folder");
        Directory.Delete(platform.Folder["data/swapped-2"], recursive: true);
        platform.Folder.Write("data/swapped-2", "file");
        platform.Folder.Write("data/changed", "after!");
        platform.Folder.Write("data/new", "new");
        using (var large = File.OpenWrite(platform.Folder["data/large"]))
        {
            large.Position = 5_500_000;
            large.Write("changed in place"u8);
        }
        foreach (var odd in OddNames.Where((_, i) => i % 2 == 0))
        {
            Directory.Delete(platform.Folder[$"data/odd/{odd}"], recursive: true);
        }
        foreach (var odd in OddNames.Where((_, i) => i % 4 == 1))
        {
            platform.Folder.Write($"data/odd/{odd}/{odd}", $"another {odd}");
        }
    }

    private static async Task<(AppBackup Backup, List<string> Tree)> BackUpAsync(TestPlatform platform)
    {
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        return (backup, Tree.Describe(platform.Data));
    }

    /// <summary>No orphan, nothing missing, nobody said to be at work.</summary>
    private static async Task AssertSnapshotIsAsync(TestPlatform platform, S3Server server, string bucket, AppBackup backup)
    {
        await using var storage = server.Open(bucket);
        var id = platform.Engine.Apps.Get(TestPlatform.Location).Id.ToString("D");
        var snapshot = await PathsAsync(storage, $"server1/snapshot/{id}");
        Assert.Equal(await PathsAsync(storage, $"server1/{backup.RemotePath}"), snapshot);
        var beside = await storage.ListAsync("server1/snapshot", recursive: false, Token).Select(item => item.Name).ToListAsync(Token);
        Assert.Equal([id, $"{id}.state{(backup.Encrypted ? ".enc" : "")}"], beside.Order(StringComparer.Ordinal));
    }

    private static async Task<List<string>> PathsAsync(S3Storage storage, string folder) =>
        await storage.ListAsync(folder, recursive: true, Token).Select(item => $"{item.Path[folder.Length..]} {item.Size}").Order(StringComparer.Ordinal).ToListAsync(Token);
}
