using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.Compat;

/// <summary>What tells a stored file from one that is uploaded again: that has another inode, or one that became free and a later time.</summary>
internal readonly record struct StoredFile(ulong Inode, UnixTime Written);

/// <summary>
/// A platform with its sites and apps as an earlier version left it, at the path that it was made at, since its catalog names it. One at a time
/// on the machine.
/// </summary>
internal sealed class OldPlatform : IDisposable
{
    public const string Password = "compat";

    private const string Name = "cloudbackup-2f99c59";
    private const string Parent = "/var/tmp";

    private static readonly string Data = Path.Join(Repository.Root, "tests/Integration/BackupEngine.IntegrationTests/Compat/2f99c59.tar.gz");

    private readonly FileStream _lock;

    private int _restored;

    private OldPlatform(FileStream held) => _lock = held;

    public BackupEngine Engine { get; private set; } = null!;

    public TestObserver Observer { get; } = new();

    /// <summary>Every call of a storage with its path, since <see cref="Calls"/> was cleared.</summary>
    public ConcurrentQueue<(string Call, string Path)> Calls { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A path inside.</summary>
    public string this[string path] => Path.Join(Parent, Name, path);

    public static async Task<OldPlatform> UnpackAsync()
    {
        Tools.NeedRoot();
        Tools.Need("tar", "gzip");
        var platform = new OldPlatform(await LockAsync());
        platform.Remove();
        Tools.Run("tar", "-xpzf", Data, "-C", Parent);
        platform.NoteIdentity("swap");
        platform.NoteIdentity("start");
        platform.Open("home");
        return platform;
    }

    /// <summary>Opens a home of this machine, and counts what it calls.</summary>
    public void Open(string home)
    {
        Engine?.Dispose();
        Engine = BackupEngine.Open(new BackupEngineOptions
        {
            PlatformHome = this[home],
            InterceptStorage = storage => new FaultyStorage(storage) { Before = (_, call, path) => Calls.Enqueue((call, path)) },
        });
    }

    /// <summary>What a tree was like when it was backed up.</summary>
    public string[] Manifest(string name) => File.ReadAllLines(this[$"manifests/{name}"]);

    /// <summary>A tree as the manifests have it: without the database, which is not copied as a file.</summary>
    public static IEnumerable<string> Describe(string folder) =>
        Tree.Describe(folder).Where(line => !line.StartsWith("/notes.db ", StringComparison.Ordinal));

    /// <summary>The backups of an app in a site, the oldest first.</summary>
    public List<AppBackup> Backups(string app, string? site = null) =>
        [.. Engine.AppBackups.List($"{app}.example.com", site).OrderBy(backup => backup.Created)];

    /// <summary>Backs an app up; the backup must be ready, whole and a copy of what the app has.</summary>
    public async Task<AppBackup> BackUpAsync(string app, string site)
    {
        Calls.Clear();
        var options = new AppBackupOptions { Site = site };
        var backup = (await Engine.AppBackups.CreateAsync($"{app}.example.com", options, Observer, Token))!;
        var calls = Calls.ToList();
        Assert.Equal(BackupState.Ready, backup.State);
        await TestAsync(backup);
        Assert.Equal(Describe(this[$"apps/{app}"]), Describe(Path.Join(await RestoreAsideAsync(backup), "data")));
        Calls.Clear();
        calls.ForEach(Calls.Enqueue);
        return backup;
    }

    /// <summary>Tests a backup with its content; it must be valid.</summary>
    public async Task TestAsync(AppBackup backup)
    {
        var test = await Engine.AppBackups.TestAsync(backup.Id, deep: true, Observer, Token);
        Assert.True(test.IsValid, $"{backup.Site}, {backup.Id}: {string.Join('\n', test.Problems)}");
    }

    /// <summary>Restores a backup to a folder of its own.</summary>
    public async Task<string> RestoreAsideAsync(AppBackup backup)
    {
        var folder = this[$"restored/{++_restored}"];
        await Engine.AppBackups.RestoreToAsync(backup.Id, folder, Observer, Token);
        return folder;
    }

    /// <summary>Restores a backup in place.</summary>
    public Task<BackupApp> RestoreAsync(AppBackup backup) =>
        Engine.AppBackups.RestoreAsync(backup.Id, new AppRestoreOptions { SkipSafetyBackup = true }, Observer, Token);

    /// <summary>The files of a snapshot in a site by their paths.</summary>
    public Dictionary<string, StoredFile> Snapshot(string site, string app)
    {
        var files = new Dictionary<string, StoredFile>(StringComparer.Ordinal);
        var id = Engine.Apps.Get($"{app}.example.com").Id;
        using var root = LocalFileSystem.Open(this[$"sites/{site}/snapshot/{id:D}"]);
        Collect(root, "", files);
        return files;
    }

    public void Dispose()
    {
        Engine?.Dispose();
        Remove();
        _lock.Dispose();
    }

    private static void Collect(DirectoryNode folder, string path, Dictionary<string, StoredFile> files)
    {
        foreach (var name in folder.ReadNames(CancellationToken.None))
        {
            var facts = folder.Stat(name);
            if (facts.Kind != EntryKind.Directory)
            {
                files.Add($"{path}/{name}", new StoredFile(facts.Inode, facts.Modified));
                continue;
            }
            using var inside = folder.OpenDirectory(name);
            Collect(inside, $"{path}/{name}", files);
        }
    }

    /// <summary>A restore that was killed while it swapped left the inode of the restored folder, which is another one here.</summary>
    private void NoteIdentity(string app)
    {
        using var parent = LocalFileSystem.Open(this["apps"]);
        var facts = parent.Stat(app);
        var identity = string.Create(CultureInfo.InvariantCulture, $"{facts.Device}:{facts.Inode}");
        File.WriteAllText(this[$"apps/.cloudbackup-restore-{app}/new-identity"], identity, Encoding.ASCII);
    }

    private void Remove()
    {
        if (Directory.Exists(this[""]))
        {
            using var parent = LocalFileSystem.Open(Parent);
            TreeRemoval.Remove(parent, Name);
        }
    }

    private static async Task<FileStream> LockAsync()
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Join(Parent, $"{Name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(100, Token); // another run of these tests
            }
        }
    }
}
