using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// A SQLite database of the app, copied by SQLite's online backup while the app writes to it. In a backup the copy stands at
/// <c>sqlite/</c> + the addon's path; its side files (journal, write-ahead log, shared memory) are left out, since the copy needs none.
/// </summary>
internal sealed class SqliteAddonHandler : IAddonHandler
{
    private const string DumpFolder = "sqlite";
    private const string DataPrefix = "data/";

    /// <inheritdoc/>
    public AddonType Type => AddonType.Sqlite;

    /// <inheritdoc/>
    public void Validate(BackupAddon addon)
    {
        var path = addon.Path ?? "";
        var isInside = path.StartsWith(DataPrefix, StringComparison.Ordinal) && path.Split('/').All(part => part is not ("" or "." or ".."));
        if (!isInside || path.Contains('\0') || PathText.HasRawBytes(path))
        {
            throw BackupErrors.AddonPathInvalid(path);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> LiveFiles(BackupAddon addon) => SqliteSource.FilesOf(Relative(addon));

    /// <inheritdoc/>
    public (ulong Device, ulong Inode)? CheckSource(BackupAddon addon, DirectoryNode data)
    {
        try
        {
            using var source = SqliteSource.Open(addon, Relative(addon), data);
            return source.Identity;
        }
        catch (FileTreeException)
        {
            return null; // it is not there yet, or closed to the current user: the backup says so when it meets that
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceItem>> DumpAsync(BackupAddon addon, AddonContext context, CancellationToken cancellationToken)
    {
        context.Observer.OnStep($"Copying the SQLite database {addon.Path}.");
        return Task.Run(() => Dump(addon, context, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public AddonMove MoveOf(BackupAddon addon) => new($"{DumpFolder}/{addon.Path}", addon.Path!);

    /// <inheritdoc/>
    public void Assemble(BackupAddon addon, DirectoryNode content)
    {
        var parts = addon.Path!.Split('/');
        try
        {
            using var dumps = content.OpenDirectory(DumpFolder);
            using var from = OpenFolderOf(dumps, parts);
            using var to = OpenOrMakeFolderOf(content, parts);
            var time = to.ReadFacts().Modified;
            from.MoveToFree(parts[^1], to, parts[^1]);
            to.SetTime(time);
            RemoveEmptyFolders(content, [DumpFolder, .. parts[..^1]]);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            throw BackupErrors.AddonDumpMissing(addon.ToString(), $"{DumpFolder}/{addon.Path}", failure);
        }
    }

    private static string Relative(BackupAddon addon) => addon.Path![DataPrefix.Length..];

    private static IReadOnlyList<SourceItem> Dump(BackupAddon addon, AddonContext context, CancellationToken cancellationToken)
    {
        var spoolName = $"sqlite-{context.Index}.db";
        try
        {
            using var source = SqliteSource.Open(addon, Relative(addon), context.Data);
            var copy = source.CopyTo(context.Spool, spoolName, cancellationToken);
            Report(addon, context, copy);
            var copied = context.Spool.Stat(spoolName);
            var facts = copy.Facts with { Size = copied.Size, Allocated = copied.Allocated, LinkCount = 1 };
            return [new SpoolItem($"{DumpFolder}/{addon.Path}", context.Spool, spoolName, facts, copy.Attributes)];
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.AddonSourceMissing(addon.ToString(), failure.Path, failure);
        }
    }

    private static void Report(BackupAddon addon, AddonContext context, in SqliteCopy copy)
    {
        var database = $"The database {addon.Path} of {context.App.Location}";
        if (copy.MayBeEncrypted)
        {
            context.Issues.AddDamaged(addon.Path!, $"the database is damaged or encrypted ({copy.Defect})");
            context.Observer.OnWarning(
                $"{database} is damaged or encrypted ({copy.Defect}). The backup holds it as it is, and is Partial. If it is encrypted, remove its "
                + "addon and stop the app in a PreBackupCommand: CloudBackup cannot copy an encrypted database in use.");
        }
        else if (copy.Defect is not null)
        {
            context.Issues.AddDamaged(addon.Path!, $"the database is damaged ({copy.Defect})");
            context.Observer.OnWarning(
                $"{database} is damaged ({copy.Defect}). The backup holds it as it is, and is Partial; restore the database from an older one.");
        }
        else if (copy.IsSchemaTooLarge)
        {
            context.Observer.OnWarning(
                $"{database} could not be checked fully: its schema is too large. The backup holds all of it. Its pages and rows are in order.");
        }
    }

    /// <summary>Opens the folder of a path, made when it is missing.</summary>
    private static DirectoryNode OpenOrMakeFolderOf(DirectoryNode root, string[] parts)
    {
        var node = root.AddReference();
        foreach (var part in parts[..^1])
        {
            using var parent = node;
            node = parent.OpenOrMake(part, out var wasMissing);
            if (wasMissing && parent != root)
            {
                // The backup of an earlier version may lack the folder: the app must get in as it gets into the one above.
                node.ApplyMetadata(EntryMetadata.From(parent.ReadFacts(), parent.ReadAttributes()), new MetadataLosses());
            }
        }
        return node;
    }

    private static DirectoryNode OpenFolderOf(DirectoryNode root, string[] parts) =>
        parts.Length == 1 ? root.AddReference() : root.OpenBelow(string.Join('/', parts[..^1]));

    private static void RemoveEmptyFolders(DirectoryNode root, string[] parts)
    {
        for (var depth = parts.Length; depth > 0; depth--)
        {
            using var parent = OpenFolderOf(root, parts[..depth]);
            try
            {
                parent.RemoveDirectory(parts[depth - 1]);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotEmpty)
            {
                return;
            }
        }
    }
}
