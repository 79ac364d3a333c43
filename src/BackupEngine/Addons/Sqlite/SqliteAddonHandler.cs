using CloudBackup.Backup.Source;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// A SQLite database of the app, copied by SQLite's online backup while the app writes to it. In a backup the copy stands at
/// <c>sqlite/</c> + the addon's path; its side files (journal, write-ahead log, shared memory) are left out, since the copy needs none.
/// </summary>
internal sealed class SqliteAddonHandler : IAddonHandler
{
    private const string DumpFolder = "sqlite";
    private const string DataPrefix = "data/";

    private static readonly string[] SideFiles = ["-wal", "-shm", "-journal"];

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
    public IEnumerable<string> LiveFiles(BackupAddon addon)
    {
        var file = Relative(addon);
        return SideFiles.Select(suffix => file + suffix).Prepend(file);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SourceItem>> DumpAsync(BackupAddon addon, AddonContext context, CancellationToken cancellationToken)
    {
        var source = Path.Join(context.App.DataDirectory, Relative(addon));
        var spoolName = $"sqlite-{context.Index}.db";
        context.Observer.OnStep($"Copying the SQLite database {addon.Path}.");
        using var folder = OpenFolderOf(source, addon);
        var facts = Stat(folder, source, addon);
        await Task.Run(() => SqliteOnlineCopy.Run(source, Path.Join(context.SpoolPath, spoolName), cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (SqliteOnlineCopy.FindDefect(Path.Join(context.SpoolPath, spoolName)) is { } defect)
        {
            context.Observer.OnWarning(
                $"The database {addon.Path} of {context.App.Location} is damaged ({defect}). The backup holds it as it is; restore an older one.");
        }
        var copied = context.Spool.Stat(spoolName);
        return [new SpoolItem($"{DumpFolder}/{addon.Path}", context.Spool, spoolName, facts with { Size = copied.Size, LinkCount = 1 })];
    }

    /// <inheritdoc/>
    public void Assemble(BackupAddon addon, DirectoryNode content)
    {
        var parts = addon.Path!.Split('/');
        try
        {
            using var dumps = content.OpenDirectory(DumpFolder);
            using var from = OpenPath(dumps, parts, create: false);
            using var to = OpenPath(content, parts, create: true);
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

    private static DirectoryNode OpenFolderOf(string source, BackupAddon addon)
    {
        try
        {
            return LocalFileSystem.Open(Path.GetDirectoryName(source)!);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.AddonSourceMissing(addon.ToString(), source, failure);
        }
    }

    private static FileFacts Stat(DirectoryNode folder, string source, BackupAddon addon)
    {
        try
        {
            return folder.Stat(Path.GetFileName(source));
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.AddonSourceMissing(addon.ToString(), source, failure);
        }
    }

    private static DirectoryNode OpenPath(DirectoryNode root, string[] parts, bool create)
    {
        var node = root.AddReference();
        foreach (var part in parts[..^1])
        {
            using var parent = node;
            try
            {
                node = parent.OpenDirectory(part);
            }
            catch (FileTreeException failure) when (create && failure.Kind == FileTreeErrorKind.NotFound)
            {
                parent.MakeDirectory(part);
                node = parent.OpenDirectory(part);
            }
        }
        return node;
    }

    private static void RemoveEmptyFolders(DirectoryNode root, string[] parts)
    {
        for (var depth = parts.Length; depth > 0; depth--)
        {
            using var parent = OpenPath(root, parts[..depth], create: false);
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
