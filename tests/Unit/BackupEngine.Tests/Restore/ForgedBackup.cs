using System.Buffers;
using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Tar;
using CloudBackup.Layout;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>An entry as a forger has it.</summary>
/// <param name="Header">What the archive says of it.</param>
/// <param name="Content">Its content.</param>
internal sealed record ForgedEntry(EntryFacts Header, byte[] Content)
{
    /// <summary>What the index says besides.</summary>
    public Func<IndexEntry, IndexEntry> Index { get; init; } = entry => entry;

    /// <summary>Whether its content is stored.</summary>
    public bool IsStored { get; init; } = true;
}

/// <summary>
/// A backup of a registered app that somebody writes who can write to the storage, or even has the keys: archive or objects, index and record all
/// agree, and every hash and HMAC is right.
/// </summary>
internal sealed class ForgedBackup(TestPlatform platform, BackupFormat format, BackupKeys? keys, bool encryptNames)
{
    private const string Version = "1.2.0";

    private static readonly DateTimeOffset Made = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CipherPair? _cipher = keys is null ? null : new CipherPair(keys, encryptNames, new SeededRandom(5));

    public List<ForgedEntry> Entries { get; } = [];

    public Func<BackupInfo, BackupInfo> Record { get; set; } = info => info;

    public Func<AppConfig, AppConfig> Config { get; set; } = config => config;

    /// <summary>Stores it; null when the record is of no backup.</summary>
    public async Task<string?> StoreAsync(CancellationToken token)
    {
        var name = $"{BackupNames.Tag(Made)}/{BackupNames.AppName(TestPlatform.Location, Version)}";
        var config = Entries.FindIndex(entry => entry.Header.Path == AppConfig.Path && entry.Content.Length == 0);
        if (config >= 0)
        {
            var bytes = Config(AppConfig.Of(platform.Engine.Apps.Get(TestPlatform.Location))).ToBytes();
            Entries[config] = Entries[config] with { Header = Entries[config].Header with { Size = bytes.Length }, Content = bytes };
        }
        using var lines = new MemoryStream();
        var archive = format == BackupFormat.Tgz ? MakeArchive(lines, out var members) : await StoreObjectsAsync(name, lines, out members, token);
        var (index, offset) = MakeIndex(lines.ToArray(), members);
        index = Encrypt(index);
        archive = archive is null ? null : Encrypt(archive);
        var hash = Convert.ToHexStringLower(SHA256.HashData(index));
        var info = Record(new BackupInfo
        {
            Id = $"{BackupNames.AppName(TestPlatform.Location, Version)}_00000000",
            AppId = platform.Engine.Apps.Get(TestPlatform.Location).Id,
            Location = TestPlatform.Location,
            Version = Version,
            RemotePath = name,
            Created = Made,
            Format = format,
            State = BackupState.Ready,
            FileCount = Entries.Count,
            SourceSize = Entries.Where(entry => entry.Header.Kind == EntryKind.File)
                .Aggregate(0L, (sum, entry) => unchecked(sum + entry.Index(new IndexEntry { Facts = entry.Header }).Size)),
            Archive = archive is null ? null : new ArchiveFacts(archive.Length, members.Count),
            Objects = archive is null ? new ObjectFacts(1, 1) : null,
            Index = new IndexFacts(index.Length, hash, offset, _cipher?.Sealer.IndexMac(name, hash)),
            Encryption = keys is null ? null : new EncryptionFacts(2, keys.Id, encryptNames),
        });
        var paths = new BackupPaths(name, keys is not null);
        await StoreAsync(paths.Index, index, token);
        if (archive is not null)
        {
            await StoreAsync(paths.Archive, archive, token);
        }
        await StoreAsync(paths.Info, Encrypt(info.ToBytes()), token);
        return (await platform.Engine.SyncAsync(null, [], platform.Observer, token)).SingleOrDefault()?.Id;
    }

    private byte[] MakeArchive(MemoryStream lines, out List<int> lengths)
    {
        using var tar = new MemoryStream();
        foreach (var entry in Entries)
        {
            AddLine(lines, entry, 0, (int)tar.Length);
            tar.Write(new TarHeaderWriter().Write(entry.Header));
            tar.Write(entry.Content);
            tar.SetLength(TarFormat.Padded(tar.Length));
            tar.Position = tar.Length;
        }
        byte[][] members = [HandMadeMember.Of(tar.ToArray()), HandMadeMember.Of(new byte[1024])];
        lengths = [.. members.Select(member => member.Length)];
        return [.. members.SelectMany(member => member)];
    }

    private Task<byte[]?> StoreObjectsAsync(string folder, MemoryStream lines, out List<int> members, CancellationToken token)
    {
        members = [];
        Entries.ForEach(entry => AddLine(lines, entry, -1, 0));
        return StoreAllAsync();

        async Task<byte[]?> StoreAllAsync()
        {
            var names = new ObjectNames(_cipher?.Opener);
            foreach (var entry in Entries.Where(entry => entry.Header.Kind == EntryKind.File && entry.IsStored))
            {
                try
                {
                    await StoreAsync($"{folder}/{names.ObjectOf(entry.Header.Path)}", Encrypt(entry.Content), token);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
                {
                    // The storage has no such name, or something else has it: then the object is missing, as a forger would find too.
                }
            }
            return null;
        }
    }

    private static void AddLine(MemoryStream lines, ForgedEntry entry, int member, int offset)
    {
        using var writer = new IndexEntryWriter();
        var buffer = new ArrayBufferWriter<byte>();
        var hash = entry.Header.Kind == EntryKind.File ? SHA256.HashData(entry.Content) : null;
        writer.Write(entry.Index(new IndexEntry { Facts = entry.Header, Sha256 = hash, Member = member, Offset = offset }), buffer);
        lines.Write(buffer.WrittenSpan);
    }

    private (byte[] Bytes, long Offset) MakeIndex(byte[] lines, List<int> members)
    {
        using var output = new MemoryStream();
        using var index = new IndexWriter(output);
        index.AddEntries(lines, Entries.Count);
        members.ForEach(index.AddMember);
        var offset = index.Complete();
        return (output.ToArray(), format == BackupFormat.Tgz ? offset : 0);
    }

    private byte[] Encrypt(byte[] content) => _cipher?.Encrypt(content) ?? content;

    private async Task StoreAsync(string path, byte[] content, CancellationToken token)
    {
        var full = Path.GetFullPath(Path.Join(platform.SitePath, path));
        if (!full.StartsWith(platform.SitePath + "/", StringComparison.Ordinal))
        {
            throw new IOException("It leads out of the site.");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllBytesAsync(full, content, token);
    }
}
