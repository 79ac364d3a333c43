using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Source;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Rsync;

/// <summary>A source tree, a storage that counts what is asked of it, and backups of the one in the other.</summary>
internal sealed class SyncScene : IDisposable
{
    private const string Name = "6f1e";

    private readonly IBackupStorage _inner;
    private readonly List<string> _backups = [];
    private int _runs;

    public SyncScene(IBackupStorage? storage = null, string? root = null)
        : this(_ => storage ?? new MemoryStorage(), root)
    {
    }

    public SyncScene(Func<TempFolder, IBackupStorage> open, string? root = null)
    {
        Folder = new TempFolder(root);
        Folder.Make("source");
        Folder.Make("sync");
        _inner = open(Folder);
        Storage = new FaultyStorage(_inner)
        {
            Before = (_, call, path) => Count(call, path),
            After = (call, path) => AfterCall?.Invoke(call, path),
        };
    }

    public TempFolder Folder { get; }

    public FaultyStorage Storage { get; }

    public CipherPair? Cipher { get; set; }

    /// <summary>Looked at before each call; what it throws is the call's failure.</summary>
    public Action<string, string>? BeforeCall { get; set; }

    public Action<string, string>? AfterCall { get; set; }

    /// <summary>Called for each item while the source is listed.</summary>
    public Action<SourceItem>? OnItem { get; set; }

    /// <summary>All calls of the last run, each with its path.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The clock of the runs.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>What the last attempt was going to do, in words.</summary>
    public string Plan => Observer.Steps.Last(step => step.Contains("files to look at", StringComparison.Ordinal));

    public TestObserver Observer { get; private set; } = new();

    public RunCounters Counters { get; private set; } = new();

    public SourceIssues Issues { get; private set; } = new(continueOnError: false);

    /// <summary>The remote paths of all backups that were made.</summary>
    public IReadOnlyList<string> Backups => _backups;

    /// <summary>The machine that makes the backups: each has a source, and what it remembers, of its own.</summary>
    public string Machine { get; private set; } = "";

    public string Source => Folder[$"{Machine}source"];

    public string Remembered => Folder[$"{Machine}sync"];

    /// <summary>The storage behind the counting one.</summary>
    public IBackupStorage Inner => _inner;

    public IEnumerable<string> Uploads => Calls.Where(call => call.StartsWith("write snapshot/6f1e/", StringComparison.Ordinal))
        .Select(call => call["write snapshot/6f1e/".Length..]);

    public IEnumerable<string> Removals => Calls.Where(call => call.StartsWith("remove snapshot/6f1e/", StringComparison.Ordinal))
        .Select(call => call["remove snapshot/6f1e/".Length..]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Write(string path, string content) => Folder.Write($"{Machine}source/{path}", content);

    /// <summary>Lets another machine make backups to the same place until the result is disposed.</summary>
    public IDisposable MoveTo(string machine)
    {
        var former = Machine;
        Machine = machine;
        Folder.Make($"{machine}source");
        Folder.Make($"{machine}sync");
        return new Undo(() => Machine = former);
    }

    /// <summary>Makes a backup, and checks that it and the snapshot are exactly the source.</summary>
    public async Task<FormatResult> BackUpAndCheckAsync()
    {
        var result = await BackUpAsync();
        var expected = Files(Source);
        Assert.Equal(expected, (await ReadAsync(_backups[^1])).Where(IsData));
        Assert.Equal(expected, (await ReadAsync($"snapshot/{Name}")).Where(IsData));
        Assert.Equal(expected.Count + 1, result.Objects!.Count);
        var entries = (await ReadIndexAsync(_backups[^1])).Where(entry => entry.Path != FsMetadataWriter.Path);
        if (OnItem is null)
        {
            // The source did not change while it was listed.
            Assert.Equal(Describe(Source), entries.Select(entry => Describe(entry.Path, entry.Kind, entry.Facts.Mode, entry.Facts.Modified, entry.LinkTarget)));
        }
        return result;
    }

    public async Task<FormatResult> BackUpAsync(CancellationToken? token = null)
    {
        var number = ++_runs;
        var path = $"2026-11-23-0315{number / 1000:D2}-{number % 1000:D3}/app_x_v1";
        lock (Calls)
        {
            Calls.Clear();
        }
        Observer = new TestObserver();
        Counters = new RunCounters();
        Issues = new SourceIssues(continueOnError: false);
        using var root = LocalFileSystem.Open(Source);
        var walker = new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), Issues) { OpensLinkedFiles = false };
        var request = new FormatWriteRequest
        {
            Storage = Storage,
            Paths = new BackupPaths(path, Cipher is not null),
            Sealer = Cipher?.Sealer,
            Opener = Cipher?.Opener,
            Items = walker.Walk(root, "data", token ?? Token).Select(item =>
            {
                OnItem?.Invoke(item);
                return item;
            }),
            SpoolFolder = Folder.Make($"spool-{number}"),
            Issues = Issues,
            Counters = Counters,
            Limits = new SiteLimits(),
            Snapshot = new SnapshotPlace { Name = Name, LocalFolder = Remembered, Random = new SystemRandomSource() },
            EarlierIndexes = EarlierAsync(),
            Observer = Observer,
            Time = Time,
        };
        try
        {
            var result = await new RsyncFormat().WriteAsync(request, token ?? Token);
            _backups.Add(path);
            return result;
        }
        finally
        {
            Directory.Delete(request.SpoolFolder, recursive: true);
        }
    }

    /// <summary>The files of a folder of the storage, by their paths, with their contents' hashes.</summary>
    public async Task<List<string>> ReadAsync(string folder)
    {
        var names = new ObjectNames(Cipher?.Opener);
        var found = new List<string>();
        await foreach (var item in _inner.ListAsync(folder, recursive: true, Token))
        {
            var bytes = await SmallObject.ReadAsync(_inner, item.Path, Token);
            found.Add($"{names.PathOf(item.Path[(folder.Length + 1)..])} {Hash(Cipher?.Decrypt(bytes) ?? bytes)}");
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The index of a backup.</summary>
    public async Task<List<IndexEntry>> ReadIndexAsync(string remotePath)
    {
        var bytes = await SmallObject.ReadAsync(_inner, new BackupPaths(remotePath, Cipher is not null).Index, Token);
        using var reader = new IndexReader(new MemoryStream(Cipher?.Decrypt(bytes) ?? bytes), new IndexBounds(bytes.Length, 0));
        return [.. reader.ReadEntries()];
    }

    /// <summary>The files of a tree as <see cref="ReadAsync"/> tells them; of a file with several names the first.</summary>
    public static List<string> Files(string source)
    {
        using var root = LocalFileSystem.Open(source);
        var found = new List<string>();
        var seen = new HashSet<ulong>();
        Add(root, "data");
        found.Sort(StringComparer.Ordinal);
        return found;

        void Add(DirectoryNode folder, string path)
        {
            foreach (var name in folder.ReadNames(CancellationToken.None))
            {
                var facts = folder.Stat(name);
                if (facts.Kind == EntryKind.Directory)
                {
                    using var inside = folder.OpenDirectory(name);
                    Add(inside, $"{path}/{name}");
                }
                else if (facts.Kind == EntryKind.File && (facts.LinkCount == 1 || seen.Add(facts.Inode)))
                {
                    using var file = folder.OpenFile(name);
                    var bytes = new byte[facts.Size];
                    file.Read(bytes, 0);
                    found.Add($"{path}/{name} {Hash(bytes)}");
                }
            }
        }
    }

    /// <summary>All items of a tree, in order, with their kinds, modes, times and what they lead to.</summary>
    private static List<string> Describe(string source)
    {
        using var root = LocalFileSystem.Open(source);
        var walker = new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), new SourceIssues(continueOnError: false)) { OpensLinkedFiles = false };
        var lines = new List<string>();
        foreach (var item in walker.Walk(root, "data", Token))
        {
            using var _ = item;
            lines.Add(Describe(item.Path, item.Facts.Kind, item.Facts.Mode, item.Facts.Modified, item.LinkTarget));
        }
        return lines;
    }

    private static string Describe(string path, EntryKind kind, int mode, UnixTime modified, string? target) =>
        $"{path} {kind} {Convert.ToString(mode, 8)} {modified} {target}";

    /// <summary>Forgets what this machine remembers.</summary>
    public void Forget()
    {
        foreach (var path in Directory.GetFiles(Remembered))
        {
            File.Delete(path);
        }
    }

    public void Dispose() => Folder.Dispose();

    private static bool IsData(string line) => line.StartsWith("data/", StringComparison.Ordinal);

    private static string Hash(byte[] bytes) => $"{bytes.Length} {Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}";

    private void Count(string call, string path)
    {
        lock (Calls)
        {
            Calls.Add($"{call} {path}");
        }
        BeforeCall?.Invoke(call, path);
    }

    private async IAsyncEnumerable<IRecordedIndex> EarlierAsync()
    {
        foreach (var backup in _backups.AsEnumerable().Reverse())
        {
            if (await _inner.FindAsync(new BackupPaths(backup, Cipher is not null).Index, Token) is not null)
            {
                yield return new RecordedIndex(await ReadIndexAsync(backup));
            }
        }
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private sealed class RecordedIndex(List<IndexEntry> entries) : IRecordedIndex
    {
        public IEnumerable<IndexEntry> ReadEntries() => entries;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
