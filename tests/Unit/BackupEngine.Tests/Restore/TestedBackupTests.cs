using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;
using CsCheck;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Restore;

/// <summary>
/// The promise of a test: it says valid exactly of those backups that a restore brings back as they were. Over random trees, in both formats,
/// encrypted and not, with everything that can happen to stored objects and everything that a forger can write.
/// </summary>
public sealed partial class TestedBackupTests
{
    private static readonly string[] Names =
    [
        "a", "ab", "a.txt", "a b", "A", " ", "é", "e\u0301", "\U0001F600", "new\nline", "%41", "~", "\u0001", ".enc", "a.enc", "back\\slash",
        PathText.FromBytes([0xC3]), PathText.FromBytes([0xFF, 0x41]), new string('x', 120),
    ];

    private static readonly BackupAddon Addon = new() { Type = AddonType.Sqlite, Path = "data/sub/app.db" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A tree as paths with what is at each; a path below another one's makes that a folder.</summary>
    private static Gen<(string Path, Content Content)[]> Trees { get; } = Gen.Select(
        Gen.Int[0, Names.Length - 1].Select(i => Names[i]).Array[1, 3].Select(parts => string.Join('/', parts)), Gen.Enum<Content>()).Array[0, 8];

    private static Gen<StoredDamage> Damages { get; } = Gen.Select(Gen.Enum<DamageKind>(), Gen.Int[0, 1000], Gen.Int[0, 1_000_000])
        .Select((kind, which, at) => new StoredDamage(kind, which, at));

    [Theory]
    [InlineData(BackupFormat.Tgz, null, 60)]
    [InlineData(BackupFormat.Rsync, null, 60)]
    [InlineData(BackupFormat.Tgz, false, 12)]
    [InlineData(BackupFormat.Rsync, false, 12)]
    [InlineData(BackupFormat.Rsync, true, 12)]
    public Task Whatever_happens_to_stored_objects_a_test_says_what_a_restore_does(BackupFormat format, bool? encryptNames, int trees) =>
        Gen.Select(Trees, Gen.Bool, Damages.Array[6]).SampleAsync(
            async (tree, hasAddon, damages) =>
            {
                using var platform = await SetUpAsync(format, encryptNames, tree, hasAddon);
                var backup = await platform.BackUpAsync();
                Assert.Equal(BackupState.Ready, backup.State);
                var whole = await LookAsync(platform, platform.Engine, backup);
                Assert.True(whole.IsValid);
                Assert.NotNull(whole.Restored);
                foreach (var damage in damages)
                {
                    using var undo = damage.Inflict(platform);
                    var (isValid, restored) = await LookAsync(platform, platform.Engine, backup);
                    Assert.Equal(isValid, restored is not null);
                    Assert.Equal(restored ?? whole.Restored, whole.Restored);
                }
            },
            iter: trees,
            threads: 1);

    /// <summary>Tests a backup, deep and not, and restores it: what is in the destination, line by line, or null when it was refused.</summary>
    private static async Task<(bool IsValid, List<string>? Restored)> LookAsync(TestPlatform platform, BackupEngine engine, AppBackup backup)
    {
        var deep = await engine.AppBackups.TestAsync(backup.Id, deep: true, platform.Observer, Token);
        var quick = await engine.AppBackups.TestAsync(backup.Id, deep: false, platform.Observer, Token);
        Assert.Equal(deep.IsValid, deep.Problems.Count == 0);
        // What needs no reading to be seen is seen by both.
        Assert.False(deep.IsValid && !quick.IsValid, string.Join("; ", quick.Problems));
        var destination = platform.Folder["out"];
        try
        {
            await engine.AppBackups.RestoreToAsync(backup.Id, destination, platform.Observer, Token);
        }
        catch (BackupException)
        {
            Assert.False(Directory.Exists(destination));
            return (deep.IsValid, null);
        }
        var restored = Tree.Describe(destination, rootTime: false);
        using var parent = LocalFileSystem.Open(platform.Folder.Path);
        TreeRemoval.Remove(parent, "out");
        return (deep.IsValid, restored);
    }

    private static async Task<TestPlatform> SetUpAsync(BackupFormat format, bool? encryptNames, (string Path, Content Content)[] tree, bool hasAddon)
    {
        var platform = await new TestPlatform().SetUpAsync(
            app => app with { Addons = hasAddon ? [Addon] : [] },
            site => site with { Format = format, EncryptFileName = encryptNames ?? false },
            encryptNames is null ? null : Secret.Password("correct horse"));
        Make(platform.Data, tree);
        if (hasAddon)
        {
            platform.Folder.Make("data/sub");
            using var connection = new SqliteConnection($"Data Source={platform.Folder["data/sub/app.db"]};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE t (v)";
            command.ExecuteNonQuery();
        }
        return platform;
    }

    private static void Make(string path, (string Path, Content Content)[] tree)
    {
        using var root = LocalFileSystem.Open(path);
        var made = new Dictionary<string, EntryKind>(StringComparer.Ordinal);
        string? firstFile = null;
        foreach (var (place, content) in tree.OrderByDescending(item => item.Path.Count(c => c == '/')))
        {
            var parts = place.Split('/');
            using var cursor = new FolderCursor(root, makes: true);
            if (made.ContainsKey(place) || Enumerable.Range(1, parts.Length - 1).Any(depth =>
                made.TryGetValue(string.Join('/', parts[..depth]), out var kind) && kind != EntryKind.Directory))
            {
                continue;
            }
            var folder = cursor.MoveTo(string.Join('/', parts[..^1]));
            if (folder.Exists(parts[^1]))
            {
                continue;
            }
            made[place] = content.Make(folder, parts[^1], root, firstFile);
            firstFile ??= made[place] == EntryKind.File ? place : null;
        }
    }
}
