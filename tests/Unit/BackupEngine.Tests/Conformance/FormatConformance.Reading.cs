using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Tests.Conformance;

/// <content>How backups are read back.</content>
public abstract partial class FormatConformance
{
    private protected async Task ReadAsync(IBackupStorage storage, IEntryTarget target, CancellationToken token)
    {
        using var index = await OpenIndexAsync(storage);
        var members = await MembersAsync(storage);
        var request = new FormatReadRequest
        {
            Storage = storage,
            Info = InfoFor(members, await ArchiveSizeAsync(storage)),
            Opener = Cipher?.Opener,
            Entries = index.ReadEntries(),
            Members = members,
            SpoolFolder = "/none", // reading needs none
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
        Encryption = Cipher is null ? null : new EncryptionFacts(Cbv2.Version, Cipher.Sealer.KeyId, Cipher.Sealer.Names is not null),
    };

    private async Task<long> ArchiveSizeAsync(IBackupStorage storage) => (await storage.FindAsync(Paths.Archive, Token))?.Size ?? 0;

    private async Task<IndexReader> OpenIndexAsync(IBackupStorage storage) =>
        new(new MemoryStream(await ReadIndexAsync(storage)), new IndexBounds(long.MaxValue, long.MaxValue));

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
                    return IndexReader.ReadMembers(new MemoryStream(index[at..]), new IndexBounds(0, long.MaxValue));
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
        if (extra is not null)
        {
            yield return extra;
        }
        foreach (var item in items)
        {
            watch?.Invoke(item);
            yield return item;
        }
    }

    private protected sealed record Packed(FormatResult Result, SourceIssues Issues, RunCounters Counters);

    /// <summary>A file that cannot be opened, or fails while it is read.</summary>
    private sealed class BrokenItem(string path, long size = 10, long failAt = -1)
        : SourceItem(path, new FileFacts { Kind = EntryKind.File, Size = size, Allocated = size, LinkCount = 1 })
    {
        /// <summary>Its content can be read, and then it is gone, as on a share that another machine writes to.</summary>
        public bool VanishesLate { get; init; }

        public override ReadableFile Open() => failAt < 0 ? throw Broken() : new BrokenFile(Path, Facts, failAt) { VanishesLate = VanishesLate };

        private FileTreeException Broken() => new(FileTreeErrorKind.AccessDenied, "read", Path, "Permission denied");

        private sealed class BrokenFile(string path, FileFacts facts, long failAt) : ReadableFile(path, facts)
        {
            public bool VanishesLate { get; init; }

            public override FileFacts ReadFacts() =>
                VanishesLate ? throw new FileTreeException(FileTreeErrorKind.NotFound, "look at", Path, "Stale file handle") : Facts;

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
