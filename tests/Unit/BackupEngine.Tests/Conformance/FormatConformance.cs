using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Source;
using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Conformance;

/// <summary>What every format must do, over any storage: what goes in comes out, and nothing damaged passes.</summary>
public abstract partial class FormatConformance
{
    private protected const string RemotePath = "2026-11-23-031500-123/app_x_v1";

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IBackupFormat Format { get; }

    /// <summary>Encrypts the backups; null for backups that are not encrypted.</summary>
    private protected virtual CipherPair? Cipher => null;

    /// <summary>The longest file name, in bytes, that the format takes here.</summary>
    private protected virtual int LongestName => 255;

    /// <summary>Whether holes cost next to nothing in the storage.</summary>
    private protected virtual bool StoresHoles => true;

    private protected virtual int RandomTrees => 8;

    private int HoleFile => StoresHoles ? 300_000_000 : 30_000_000;

    /// <summary>What earlier backups the format may ask for.</summary>
    private protected IAsyncEnumerable<IRecordedIndex> EarlierIndexes { get; set; } = AsyncEnumerable.Empty<IRecordedIndex>();

    private protected TestObserver Observer { get; } = new();

    private protected BackupPaths Paths => new(RemotePath, Cipher is not null);

    private protected abstract IBackupStorage OpenStorage();

    [Fact]
    public async Task A_tree_of_everything_comes_back_identical()
    {
        using var folder = new TempFolder();
        SampleTree.MakeRich(folder.Make("source"), new SeededRandom(5), LongestName);
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source");
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(Tree.Describe(folder["source"]), Tree.Describe(folder["target/data"]));
    }

    [Fact]
    public async Task An_empty_tree_comes_back_identical()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source");
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(Tree.Describe(folder["source"]), Tree.Describe(folder["target/data"]));
    }

    [Fact]
    public async Task Random_trees_come_back_identical()
    {
        for (var seed = 0; seed < RandomTrees; seed++)
        {
            using var folder = new TempFolder();
            SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(seed), files: 200, largest: seed % 2 == 0 ? 2000 : 60_000);
            await using var storage = OpenStorage();
            await PackAsync(storage, folder, "source", memory: seed % 3 == 0 ? 32 * 1024 * 1024 : null);
            await UnpackAsync(storage, folder, "target");
            Assert.Equal(Tree.Describe(folder["source"]), Tree.Describe(folder["target/data"]));
        }
    }

    [Fact]
    public async Task Holes_are_made_again()
    {
        using var folder = new TempFolder();
        using (var source = LocalFileSystem.Open(folder.Make("source")))
        using (var file = source.CreateFile("disk.img"))
        {
            file.Write("boot"u8, 0);
            file.Write("end"u8, HoleFile * 2 / 3);
            file.SetLength(HoleFile);
        }
        await using var storage = OpenStorage();
        var stored = await PackAsync(storage, folder, "source");
        Assert.Equal(StoresHoles, stored.Result.StoredBytes < 3_000_000);
        await UnpackAsync(storage, folder, "target");
        using var target = LocalFileSystem.Open(folder["target/data"]);
        Assert.Equal(HoleFile, target.Stat("disk.img").Size);
        Assert.True(target.Stat("disk.img").Allocated < 2_000_000);
        Assert.Equal(Tree.Describe(folder["source"]), Tree.Describe(folder["target/data"]));
    }

    [Fact]
    public async Task Files_that_vanish_while_being_read_are_counted_and_nothing_else()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 300);
        await using var storage = OpenStorage();
        var removed = 0;
        var packed = await PackAsync(storage, folder, "source", watch: item =>
        {
            // Listed, and gone before a worker opens it.
            if (item.Facts.Kind == EntryKind.File && item.Path.EndsWith('7'))
            {
                File.Delete(Path.Join(folder["source"], item.Path["data/".Length..]));
                removed++;
            }
        });
        Assert.True(removed > 10);
        Assert.Equal(removed, packed.Issues.Skipped);
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(Tree.Describe(folder["source"]).Where(line => line.Contains("File")), Tree.Describe(folder["target/data"]).Where(line => line.Contains("File")));
    }

    [Fact]
    public async Task Files_that_grow_or_shrink_while_being_read_make_no_damaged_backup()
    {
        using var folder = new TempFolder();
        var source = folder.Make("source");
        for (var i = 0; i < 40; i++)
        {
            File.WriteAllBytes(Path.Join(source, $"grows-{i:D2}"), new byte[1000]);
            File.WriteAllBytes(Path.Join(source, $"shrinks-{i:D2}"), new byte[900_000]);
        }
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source", watch: item =>
        {
            var path = Path.Join(source, Path.GetFileName(item.Path));
            if (item.Path.Contains("grows"))
            {
                File.WriteAllBytes(path, new byte[3_000_000]);
            }
            else if (item.Path.Contains("shrinks"))
            {
                File.WriteAllBytes(path, new byte[10]);
            }
        });
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(80, Directory.GetFiles(folder["target/data"]).Length);
    }

    [Fact]
    public async Task An_unreadable_item_fails_the_backup_or_is_listed_as_missing()
    {
        using var folder = new TempFolder();
        folder.Write("source/good", "good");
        await using var storage = OpenStorage();
        var bad = new BrokenItem("data/bad");
        var failure = await Assert.ThrowsAsync<BackupException>(() => PackAsync(storage, folder, "source", extra: bad));
        Assert.Equal("SourceUnreadable", failure.ErrorId);
        await RemoveAsync(storage);
        var packed = await PackAsync(storage, folder, "source", extra: bad, continueOnError: true);
        Assert.Equal("data/bad", Assert.Single(packed.Issues.Missing).Path);
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(["good"], Directory.GetFiles(folder["target/data"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_large_file_that_fails_in_the_middle_is_never_restored()
    {
        using var folder = new TempFolder();
        folder.Write("source/good", "good");
        await using var storage = OpenStorage();
        var packed = await PackAsync(storage, folder, "source", extra: new BrokenItem("data/torn", size: 5_000_000, failAt: 2_000_000), continueOnError: true);
        Assert.Equal("data/torn", Assert.Single(packed.Issues.Missing).Path);
        await UnpackAsync(storage, folder, "target");
        Assert.False(File.Exists(folder["target/data/torn"]));
        Assert.True(File.Exists(folder["target/data/good"]));
    }

    [Fact]
    public async Task The_size_of_a_backup_is_the_sum_of_its_index_whatever_vanishes()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 30);
        File.WriteAllBytes(folder["source/large"], new SeededRandom(2).Bytes(3_000_000));
        await using var storage = OpenStorage();
        var packed = await PackAsync(storage, folder, "source", extra: new BrokenItem("data/gone", size: 2_000_000, failAt: long.MaxValue)
        {
            VanishesLate = true,
        });
        using var index = await OpenIndexAsync(storage);
        var entries = index.ReadEntries().ToList();
        Assert.Equal(entries.Count, packed.Result.Entries);
        Assert.Equal(entries.Where(entry => entry.Kind == EntryKind.File).Sum(entry => entry.Size), packed.Result.SourceBytes);
        Assert.Equal((1, 0), (packed.Issues.Changed, packed.Issues.Skipped));
        Assert.Equal(0, packed.Issues.MissingCount);
    }

    [Fact]
    public async Task A_store_that_fails_is_never_taken_for_a_source_that_fails()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 100, largest: 100_000);
        var storage = new Fakes.FaultyStorage(OpenStorage())
        {
            Before = (_, call, path) =>
            {
                if (call == "write")
                {
                    throw Fakes.FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
                }
            },
        };
        await using (storage)
        {
            var failure = await Assert.ThrowsAsync<StorageException>(() => PackAsync(storage, folder, "source", continueOnError: true));
            Assert.Equal(StorageErrorKind.OutOfSpace, failure.Kind);
        }
    }

    [Fact]
    public async Task Cancelling_stops_the_writing_and_the_reading_I8()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 400, largest: 50_000);
        await using var storage = OpenStorage();
        using var stop = new CancellationTokenSource();
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PackAsync(storage, folder, "source", token: stop.Token, watch: _ =>
        {
            if (++seen == 100)
            {
                stop.Cancel();
            }
        }));
        await RemoveAsync(storage);
        await PackAsync(storage, folder, "source");
        using var stopReading = new CancellationTokenSource();
        await stopReading.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UnpackAsync(storage, folder, "target", stopReading.Token));
    }

    [Fact]
    public async Task Removing_what_it_lists_leaves_nothing()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 20);
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source");
        await RemoveAsync(storage);
        await foreach (var left in storage.ListAsync("2026-11-23-031500-123", recursive: true, Token))
        {
            Assert.Fail($"{left.Path} is left.");
        }
    }

    private protected async Task RemoveAsync(IBackupStorage storage) =>
        Assert.Empty(await ObjectRemoval.RemoveAllAsync(storage, Format.ListObjectsAsync(storage, Paths, Token), Token));

    private protected async Task<Packed> PackAsync(
        IBackupStorage storage,
        TempFolder folder,
        string source,
        long? memory = null,
        Action<SourceItem>? watch = null,
        SourceItem? extra = null,
        bool continueOnError = false,
        CancellationToken? token = null)
    {
        var stop = token ?? Token;
        using var root = LocalFileSystem.Open(folder[source]);
        var issues = new SourceIssues(continueOnError);
        var counters = new RunCounters();
        var spool = folder.Make($"spool-{Guid.CreateVersion7():N}");
        var walker = new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), issues);
        var result = await Format.WriteAsync(
            new FormatWriteRequest
            {
                Storage = storage,
                Paths = Paths,
                Sealer = Cipher?.Sealer,
                Opener = Cipher?.Opener,
                Items = Watched(walker.Walk(root, "data", stop), watch, extra),
                SpoolFolder = spool,
                Issues = issues,
                Counters = counters,
                Limits = new SiteLimits { MemoryLimitBytes = memory },
                Snapshot = new SnapshotPlace
                {
                    Name = "6f1e",
                    LocalFolder = folder.Make("sync"),
                    Random = new SystemRandomSource(),
                },
                EarlierIndexes = EarlierIndexes,
                Observer = Observer,
            },
            stop);
        return new Packed(result, issues, counters);
    }

    private protected async Task<RestoreTarget> UnpackAsync(IBackupStorage storage, TempFolder folder, string target, CancellationToken? token = null)
    {
        using var root = LocalFileSystem.Open(folder.Make(target));
        var restore = new RestoreTarget(root, "id", isTrusted: true, folder[target]);
        using (restore)
        {
            await ReadAsync(storage, restore, token ?? Token);
            using var index = await OpenIndexAsync(storage);
            restore.Finish(index.ReadEntries(), Token);
        }
        return restore;
    }
}
