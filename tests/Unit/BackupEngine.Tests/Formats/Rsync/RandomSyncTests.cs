using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Formats.Rsync;

/// <summary>
/// Random pairs of trees whose names are prefixes of each other, that hold odd characters, and where files and folders change places: after
/// the second run the snapshot and the backup are exactly the second tree, and a third run does nothing.
/// </summary>
public sealed class RandomSyncTests
{
    private static readonly string[] Names =
    [
        "a", "ab", "a.txt", "a-", "a b", "A", "b", " ", "é", "e\u0301", "\U0001F600", "\uFFFD", "new\nline", "%41", "~", "\u0001", ".enc", "a.enc",
    ];

    private static readonly string[] RawNames = [PathText.FromBytes([0xC3]), PathText.FromBytes([0xC3, 0x41]), PathText.FromBytes([0xFF])];

    /// <summary>Contents that are none: a link, or a further name of a file in the same folder.</summary>
    private const int SymbolicLink = 4;
    private const int HardLink = 5;

    private static readonly BackupKeys Keys = BackupKeys.Derive("correct horse"u8);

    /// <summary>A tree as paths with contents; a path below another one's makes that a folder.</summary>
    private static Gen<(string Path, int Content)[]> Trees { get; } =
        Gen.Select(Gen.Int[0, Names.Length + RawNames.Length - 1].Select(i => i < Names.Length ? Names[i] : RawNames[i - Names.Length]).Array[1, 3].Select(parts => string.Join('/', parts)), Gen.Int[0, HardLink]).Array[0, 9];

    [Fact]
    public Task After_a_sync_the_snapshot_is_the_source_and_an_idle_run_does_nothing() => CheckAsync(1500, null);

    [Fact]
    public Task Encrypted_names_are_found_again() => CheckAsync(250, new CipherPair(Keys, encryptNames: true));

    [Fact]
    public Task Encrypted_contents_under_readable_names_are_found_again() => CheckAsync(250, new CipherPair(Keys, encryptNames: false));

    private static Task CheckAsync(long pairs, CipherPair? cipher) => Gen.Select(Trees, Trees, Gen.Bool, Gen.Bool).SampleAsync(
        async (first, second, forgets, isOld) =>
        {
            // By a clock that is ahead no file was just written to: what its facts say is believed.
            var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(isOld ? 1 : 0));
            using var scene = new SyncScene(root: TempFolder.Memory) { Cipher = cipher, Time = time };
            if (cipher is { Names: null })
            {
                // A folder a.enc beside a file a is refused: that is another test's.
                (first, second) = (WithOtherFolders(first), WithOtherFolders(second));
            }
            Make(scene.Source, first);
            await scene.BackUpAndCheckAsync();
            var before = await scene.ReadAsync(scene.Backups[0]);
            Change(scene.Source, second);
            if (forgets)
            {
                scene.Forget();
            }
            time.Advance(TimeSpan.FromSeconds(5));
            await scene.BackUpAndCheckAsync();
            time.Advance(TimeSpan.FromHours(1));
            await scene.BackUpAndCheckAsync();
            time.Advance(TimeSpan.FromHours(1));
            await scene.BackUpAndCheckAsync();
            Assert.Contains(" 0 files to look at, 0 objects", scene.Plan, StringComparison.Ordinal);
            Assert.Empty(scene.Uploads);
            Assert.Empty(scene.Removals);
            Assert.Equal(before, await scene.ReadAsync(scene.Backups[0]));
        },
        iter: pairs,
        threads: 2);

    private static (string Path, int Content)[] WithOtherFolders((string Path, int Content)[] tree) =>
        Array.ConvertAll(tree, item => (item.Path.Replace(".enc/", ".Enc/", StringComparison.Ordinal), item.Content));

    private static void Change(string root, (string Path, int Content)[] tree)
    {
        using (var parent = LocalFileSystem.Open(Path.GetDirectoryName(root)!))
        {
            // Half of what was there stays untouched, where nothing of the new tree stands in its way.
            using var folder = parent.OpenDirectory(Path.GetFileName(root));
            foreach (var name in folder.ReadNames(CancellationToken.None).Where((_, i) => i % 2 == 0).ToList())
            {
                TreeRemoval.Remove(folder, name);
            }
        }
        Make(root, tree);
    }

    private static void Make(string root, (string Path, int Content)[] tree)
    {
        using var folder = LocalFileSystem.Open(root);
        foreach (var (path, content) in tree)
        {
            Make(folder, path.Split('/'), content);
        }
    }

    private static void Make(DirectoryNode folder, ReadOnlySpan<string> parts, int content)
    {
        if (parts.Length > 1)
        {
            if (folder.Exists(parts[0]) && folder.Stat(parts[0]).Kind != EntryKind.Directory)
            {
                folder.RemoveFile(parts[0]);
            }
            if (!folder.Exists(parts[0]))
            {
                folder.MakeDirectory(parts[0]);
            }
            using var inside = folder.OpenDirectory(parts[0]);
            Make(inside, parts[1..], content);
            return;
        }
        TreeRemoval.Remove(folder, parts[0]);
        var first = folder.ReadNames(CancellationToken.None).FirstOrDefault(name => folder.Stat(name).Kind == EntryKind.File);
        if (content == SymbolicLink)
        {
            folder.MakeSymbolicLink(parts[0], "a/b");
            return;
        }
        if (content == HardLink && first is not null)
        {
            folder.MakeHardLink(parts[0], folder, first);
            return;
        }
        using var file = folder.CreateFile(parts[0]);
        file.Write(new byte[content * 3].Select(_ => (byte)('0' + content)).ToArray(), 0);
    }
}
