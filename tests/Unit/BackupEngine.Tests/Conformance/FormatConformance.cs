using CloudBackup.Backup.Source;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Progress;
using CloudBackup.Restore;
using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Conformance;

/// <summary>What every format must do, over any storage: what goes in comes out, and nothing damaged passes.</summary>
public abstract class FormatConformance
{
    private protected const string RemotePath = "2026-11-23-031500-123/app_x_v1";

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IBackupFormat Format { get; }

    /// <summary>Encrypts the backups; null for backups that are not encrypted.</summary>
    private protected virtual BackupCipher? Cipher => null;

    private protected BackupPaths Paths => new(RemotePath, Cipher is not null);

    private protected abstract IBackupStorage OpenStorage();

    [Fact]
    public async Task A_tree_of_everything_comes_back_identical()
    {
        using var folder = new TempFolder();
        SampleTree.MakeRich(folder.Make("source"), new SeededRandom(5));
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
        for (var seed = 0; seed < 8; seed++)
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
            file.Write("end"u8, 200_000_000);
            file.SetLength(300_000_000);
        }
        await using var storage = OpenStorage();
        var stored = await PackAsync(storage, folder, "source");
        Assert.True(stored.Result.StoredBytes < 3_000_000);
        await UnpackAsync(storage, folder, "target");
        using var target = LocalFileSystem.Open(folder["target/data"]);
        Assert.Equal(300_000_000, target.Stat("disk.img").Size);
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
        await Format.RemoveAsync(storage, Paths, Token);
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
        await Format.RemoveAsync(storage, Paths, Token);
        await PackAsync(storage, folder, "source");
        using var stopReading = new CancellationTokenSource();
        await stopReading.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UnpackAsync(storage, folder, "target", stopReading.Token));
    }

    [Fact]
    public async Task Removing_removes_everything_but_the_backup_info()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(1), files: 20);
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source");
        await Format.RemoveAsync(storage, Paths, Token);
        await foreach (var left in storage.ListAsync("2026-11-23-031500-123", recursive: true, Token))
        {
            Assert.Fail($"{left.Path} is left.");
        }
    }

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
            new FormatWrite
            {
                Storage = storage,
                Paths = Paths,
                Cipher = Cipher,
                Items = Watched(walker.Walk(root, "data", stop), watch, extra),
                SpoolFolder = spool,
                Issues = issues,
                Counters = counters,
                Limits = new SiteLimits { MemoryLimitBytes = memory },
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

    private protected async Task ReadAsync(IBackupStorage storage, IEntryTarget target, CancellationToken token)
    {
        using var index = await OpenIndexAsync(storage);
        var members = await MembersAsync(storage);
        var request = new FormatRead
        {
            Storage = storage,
            Info = InfoFor(members, await ArchiveSizeAsync(storage)),
            Cipher = Cipher,
            Entries = index.ReadEntries(),
            Members = members,
            Counters = new RunCounters(),
            Limits = new SiteLimits(),
        };
        await Format.ReadAsync(request, target, token);
    }

    private protected virtual Task<List<long>> MembersAsync(IBackupStorage storage) => Task.FromResult(new List<long>());

    private BackupInfo InfoFor(List<long> members, long size) => new()
    {
        Id = "id",
        AppId = Guid.Empty,
        Location = "x",
        Version = "1",
        RemotePath = RemotePath,
        Archive = members.Count == 0 ? null : new ArchiveFacts(size, members.Count),
        Index = new IndexFacts(0, "", 0),
        Encryption = Cipher is null ? null : new EncryptionFacts(Cbv2.Version, Cipher.KeyId, Cipher.Names is not null),
    };

    private async Task<long> ArchiveSizeAsync(IBackupStorage storage) => (await storage.FindAsync(Paths.Archive, Token))?.Size ?? 0;

    private async Task<IndexReader> OpenIndexAsync(IBackupStorage storage) => new(new MemoryStream(await ReadIndexAsync(storage)));

    /// <summary>The index, decrypted.</summary>
    private protected async Task<byte[]> ReadIndexAsync(IBackupStorage storage)
    {
        var bytes = await SmallObject.ReadAsync(storage, Paths.Index, Token);
        return Cipher?.Decrypt(bytes) ?? bytes;
    }

    /// <summary>The list of members is the second gzip member of the index: the last place that begins like one and reads to the end.</summary>
    private protected static List<long> MembersOf(byte[] index)
    {
        for (var at = index.Length - 20; at >= 0; at--)
        {
            if (index.AsSpan(at).StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]))
            {
                try
                {
                    return IndexReader.ReadMembers(new MemoryStream(index[at..]));
                }
                catch (IndexFormatException)
                {
                }
            }
        }
        throw new IndexFormatException("No list of members.");
    }

    private static IEnumerable<SourceItem> Watched(IEnumerable<SourceItem> items, Action<SourceItem>? watch, SourceItem? extra)
    {
        foreach (var item in items)
        {
            watch?.Invoke(item);
            yield return item;
        }
        if (extra is not null)
        {
            yield return extra;
        }
    }

    private protected sealed record Packed(FormatResult Result, SourceIssues Issues, RunCounters Counters);

    /// <summary>A file that cannot be opened, or fails while it is read.</summary>
    private sealed class BrokenItem(string path, long size = 10, long failAt = -1)
        : SourceItem(path, new FileFacts { Kind = EntryKind.File, Size = size, Allocated = size, LinkCount = 1 })
    {
        public override ReadableFile Open() => failAt < 0 ? throw Broken() : new BrokenFile(Path, Facts, failAt);

        private FileTreeException Broken() => new(FileTreeErrorKind.AccessDenied, "read", Path, "Permission denied");

        private sealed class BrokenFile(string path, FileFacts facts, long failAt) : ReadableFile(path, facts)
        {
            public override FileFacts ReadFacts() => Facts;

            public override int Read(Span<byte> buffer, long offset)
            {
                if (offset + buffer.Length > failAt)
                {
                    throw new FileTreeException(FileTreeErrorKind.InputOutput, "read", Path, "Input/output error");
                }
                buffer.Fill(1);
                return buffer.Length;
            }

            public override bool TryFindData(long offset, out long start, out long end)
            {
                (start, end) = (offset, long.MaxValue);
                return true;
            }

            public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => [];

            public override void Dispose()
            {
            }
        }
    }
}
