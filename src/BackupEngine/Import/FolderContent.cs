using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Import;

/// <summary>
/// A folder of any program that holds a folder <c>data</c>; or that of a backup of the format rsync, encrypted or not: what its
/// <c>fsmetadata.json</c> says is made again, and files are decrypted on the way.
/// </summary>
internal sealed class FolderContent : LocalContent
{
    private static readonly ObjectNames PlainNames = new(cipher: null);

    private readonly string _path;
    private readonly BackupCipher? _cipher;
    private readonly ObjectNames _names;
    private readonly bool _hasMetadata;

    private FolderContent(string path, BackupCipher? cipher, bool hasMetadata, CancellationToken cancellationToken)
    {
        _path = path;
        _cipher = cipher;
        _names = cipher is null ? PlainNames : new ObjectNames(cipher);
        _hasMetadata = hasMetadata;
        Size = Survey(cancellationToken);
    }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <summary>Never: each file may be authentic, but without the record of its backup nothing tells which one belongs where.</summary>
    public override bool IsTrusted => false;

    /// <summary>Opens a folder: looks at all of it, without reading more of its files than it takes to know whether the keys fit.</summary>
    /// <exception cref="BackupException">It cannot be read, files are missing or cut, or no key opens it.</exception>
    /// <exception cref="FileTreeException">The folder itself cannot be read.</exception>
    public static FolderContent Open(string path, ImportKeys keys, IRandomSource random, CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.Open(path);
        // One that can be read tells that nothing is encrypted: what it names must be there under that name, as long as it says.
        if (root.Exists(FsMetadataWriter.Path) && !FolderFile.IsEncrypted(new FolderItem(FsMetadataWriter.Path, default, root, FsMetadataWriter.Path)))
        {
            return new FolderContent(path, null, hasMetadata: true, cancellationToken);
        }
        var encrypted = new FolderWalk(path, PlainNames).Run(root, cancellationToken)
            .Where(item => item.Facts.Kind == EntryKind.File && FolderFile.IsEncrypted(item)).Select(item => item.Path).FirstOrDefault();
        return encrypted is null
            ? new FolderContent(path, null, hasMetadata: false, cancellationToken)
            : keys.Open(path, fitting => Decrypt(path, root, encrypted, fitting, random, cancellationToken));
    }

    /// <inheritdoc/>
    public override IEnumerable<LocalEntry> Read(CancellationToken cancellationToken) =>
        _cipher is null && !_hasMetadata ? FolderEntries.Read(_path, cancellationToken) : ReadPairs(cancellationToken);

    /// <summary>The folder of an encrypted backup, or of <c>Protect-BackupFile</c>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="root">The open folder.</param>
    /// <param name="found">One of its encrypted files.</param>
    /// <param name="keys">Keys that may fit.</param>
    /// <param name="random">For the cipher.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    private static FolderContent Decrypt(
        string path, DirectoryNode root, string found, BackupKeys keys, IRandomSource random, CancellationToken cancellationToken)
    {
        // An encrypted name never has a dot.
        var encryptsNames = !found.EndsWith(BackupNames.EncryptedExtension, StringComparison.Ordinal);
        var cipher = new BackupCipher(keys, encryptsNames, random, MacCoverage.Either);
        var names = new ObjectNames(cipher);
        var known = new[] { AppConfig.Path, FsMetadataWriter.Path }.Where(file => root.Exists(names.ObjectOf(file))).ToList();
        if (known.Count == 0)
        {
            _ = cipher.Names?.DecryptPath(found);
            Authenticate(root, found, cipher, cancellationToken);
        }
        known.ForEach(file => Authenticate(root, names.ObjectOf(file), cipher, cancellationToken));
        return new FolderContent(path, cipher, known.Contains(FsMetadataWriter.Path), cancellationToken);
    }

    private static void Authenticate(DirectoryNode root, string path, BackupCipher cipher, CancellationToken cancellationToken)
    {
        using var folder = StoragePath.FolderOf(path) is { Length: > 0 } above ? root.OpenBelow(above) : root.AddReference();
        FolderFile.Authenticate(folder, StoragePath.NameOf(path), cipher, cancellationToken);
    }

    private long Survey(CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.Open(_path);
        long size = 0;
        foreach (var (entry, item) in Pairs(root, cancellationToken))
        {
            if (entry is null && _cipher is null && _hasMetadata && item!.Facts.Kind == EntryKind.File && FolderFile.IsEncrypted(item))
            {
                throw BackupErrors.ImportMixed(_path, item.Path);
            }
            // Holes are made again where it is known that there are some, and a file with several names is there once.
            size += entry is { IsSparse: true } ? 0
                : entry?.Size ?? SizeOf(item!.Facts);
        }
        return size;
    }

    private long SizeOf(in FileFacts facts) => _cipher is not null ? facts.Size
        : facts.IsSparse ? facts.Allocated
        : facts.Size / Math.Max(1u, facts.LinkCount);

    private IEnumerable<FolderPair> Pairs(DirectoryNode root, CancellationToken cancellationToken) =>
        new FolderPairs(_path, _names).Run(ReadMetadata(root), new FolderWalk(_path, _names).Run(root, cancellationToken));

    private IEnumerable<IndexEntry> ReadMetadata(DirectoryNode root)
    {
        if (!_hasMetadata)
        {
            yield break;
        }
        using var reader = new FsMetadataReader(FolderFile.Open(root, _names.ObjectOf(FsMetadataWriter.Path), FsMetadataWriter.Path, _cipher));
        foreach (var entry in reader.Read())
        {
            yield return entry;
        }
    }

    private IEnumerable<LocalEntry> ReadPairs(CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.Open(_path);
        foreach (var (told, item) in Pairs(root, cancellationToken))
        {
            var entry = told ?? Describe(item!);
            if (entry.Kind != EntryKind.File)
            {
                yield return LocalEntry.Of(entry) with { IsOwned = told is not null };
                continue;
            }
            using var content = FolderFile.Open(item!.Parent, item.Name, item.Path, _cipher);
            yield return new LocalEntry(entry, buffer => content.Read(buffer, 0, buffer.Length))
            {
                IsOwned = told is not null,
                IsSizeExact = told is not null || _cipher is null,
            };
        }
    }

    /// <summary>What <c>fsmetadata.json</c> does not tell of: made for the backup, or put there by another user.</summary>
    private IndexEntry Describe(FolderItem item) => new()
    {
        Facts = new EntryFacts
        {
            Path = item.Path,
            Kind = item.Facts.Kind,
            Mode = item.Facts.Mode,
            Modified = item.Facts.Modified,
            Size = item.Facts.Kind != EntryKind.File ? 0 : _cipher is null ? item.Facts.Size : Cbv2.LongestContent(item.Facts.Size),
            LinkTarget = item.Facts.Kind == EntryKind.SymbolicLink ? item.Parent.ReadLink(item.Name) : null,
        },
    };
}
