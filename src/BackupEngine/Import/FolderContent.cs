using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
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
    private readonly BackupOpener? _opener;
    private readonly ObjectNames _names;
    private readonly bool _hasMetadata;

    private FolderContent(string path, BackupOpener? opener, bool hasMetadata, CancellationToken cancellationToken)
    {
        _path = path;
        _opener = opener;
        _names = opener is null ? PlainNames : new ObjectNames(opener);
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
    public static FolderContent Open(string path, ImportKeys keys, CancellationToken cancellationToken)
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
            : keys.Open(path, fitting => Decrypt(path, root, encrypted, fitting, cancellationToken));
    }

    /// <inheritdoc/>
    public override IEnumerable<LocalEntry> Read(CancellationToken cancellationToken) =>
        _opener is null && !_hasMetadata ? FolderEntries.Read(_path, cancellationToken) : ReadPairs(cancellationToken);

    /// <summary>The folder of an encrypted backup, or of <c>Protect-BackupFile</c>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="root">The open folder.</param>
    /// <param name="found">One of its encrypted files.</param>
    /// <param name="keys">Keys that may fit.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    private static FolderContent Decrypt(
        string path, DirectoryNode root, string found, BackupKeys keys, CancellationToken cancellationToken)
    {
        // An encrypted name never has a dot.
        var encryptsNames = !found.EndsWith(BackupNames.EncryptedExtension, StringComparison.Ordinal);
        var opener = new BackupOpener(keys, encryptsNames, MacCoverage.Either);
        var names = new ObjectNames(opener);
        var known = new[] { AppConfig.Path, FsMetadataWriter.Path }.Where(file => root.Exists(names.ObjectOf(file))).ToList();
        if (known.Count == 0)
        {
            _ = opener.Names?.DecryptPath(found);
            Authenticate(root, found, opener, cancellationToken);
        }
        known.ForEach(file => Authenticate(root, names.ObjectOf(file), opener, cancellationToken));
        return new FolderContent(path, opener, known.Contains(FsMetadataWriter.Path), cancellationToken);
    }

    private static void Authenticate(DirectoryNode root, string path, BackupOpener opener, CancellationToken cancellationToken)
    {
        using var folder = StoragePath.FolderOf(path) is { Length: > 0 } above ? root.OpenBelow(above) : root.AddReference();
        FolderFile.Authenticate(folder, StoragePath.NameOf(path), opener, cancellationToken);
    }

    private long Survey(CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.Open(_path);
        long size = 0;
        foreach (var (entry, item) in Pairs(root, cancellationToken))
        {
            if (entry is null && _opener is null && _hasMetadata && item!.Facts.Kind == EntryKind.File && FolderFile.IsEncrypted(item))
            {
                throw BackupErrors.ImportMixed(_path, item.Path);
            }
            // Holes are made again where it is known that there are some, and a file with several names is there once.
            size += entry is { IsSparse: true } ? 0
                : entry?.Size ?? SizeOf(item!.Facts);
        }
        return size;
    }

    private long SizeOf(in FileFacts facts) => _opener is not null ? facts.Size
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
        using var reader = new FsMetadataReader(FolderFile.Open(root, _names.ObjectOf(FsMetadataWriter.Path), FsMetadataWriter.Path, _opener));
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
            using var content = FolderFile.Open(item!.Parent, item.Name, item.Path, _opener);
            yield return new LocalEntry(entry, buffer => content.Read(buffer, 0, buffer.Length))
            {
                IsOwned = told is not null,
                IsSizeExact = told is not null || _opener is null,
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
            Size = item.Facts.Kind != EntryKind.File ? 0 : _opener?.LongestContent(item.Facts.Size) ?? item.Facts.Size,
            LinkTarget = item.Facts.Kind == EntryKind.SymbolicLink ? item.Parent.ReadLink(item.Name) : null,
        },
    };
}
