using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

internal sealed partial class FileSystemStorage
{
    /// <inheritdoc/>
    public async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        var original = await OpenReadAsync(from, 0, null, cancellationToken).ConfigureAwait(false);
        await using var _ = original.ConfigureAwait(false);
        await WriteAsync(to, ObjectContent.FromStream(original), WriteMode.Replace, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task LinkAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var source = OpenFolder(StoragePath.FolderOf(StoragePath.Check(from)), create: false) ?? throw Missing(from);
        StoragePath.Check(to);
        const int Attempts = 5; // as in OpenForWrite: a cleaner may remove the target's folder as empty
        for (var attempt = 1; ; attempt++)
        {
            if (Look(source, StoragePath.NameOf(from), from) is not { IsFolder: false })
            {
                throw Missing(from);
            }
            using var target = OpenFolder(StoragePath.FolderOf(to), create: true)!;
            try
            {
                target.MakeHardLink(StoragePath.NameOf(to), source, StoragePath.NameOf(from));
                return Task.CompletedTask;
            }
            catch (FileTreeException failure) when (failure.Kind != FileTreeErrorKind.NotFound || attempt == Attempts)
            {
                throw IsUnableToLink(failure)
                    ? new StorageException(StorageErrorKind.NotSupported, to, failure.Message, failure)
                    : FileSystemErrors.Translate(failure, to);
            }
            catch (FileTreeException)
            {
                // The next attempt makes the folder again.
            }
        }
    }

    /// <inheritdoc/>
    public Task FlushLinksAsync(CancellationToken cancellationToken) => Task.Run(
        () => FileSystemErrors.Run("", () =>
        {
            Root().FlushFileSystem();
            return true;
        }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = new List<RemoveFailure>();
        foreach (var group in paths.ToLookup(path => StoragePath.FolderOf(StoragePath.Check(path)), StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemoveIn(group.Key, group, failures);
        }
        return Task.FromResult<IReadOnlyList<RemoveFailure>>(failures);
    }

    /// <summary>
    /// Vfat and others answer "not permitted" where they have no links, and so does the system for a file that is not ours to link: a copy
    /// finds out which.
    /// </summary>
    private static bool IsUnableToLink(FileTreeException failure) =>
        failure.Kind is FileTreeErrorKind.NotSupported or FileTreeErrorKind.AccessDenied or FileTreeErrorKind.CrossDevice;

    private void RemoveIn(string folder, IEnumerable<string> paths, List<RemoveFailure> failures)
    {
        using (var node = OpenFolder(folder, create: false))
        {
            if (node is null)
            {
                return;
            }
            foreach (var path in paths)
            {
                try
                {
                    RemoveIfThere(node, StoragePath.NameOf(path), path);
                }
                catch (StorageException failure)
                {
                    failures.Add(new RemoveFailure(path, failure));
                }
            }
            FileSystemErrors.Run(folder, () =>
            {
                node.Flush();
                return true;
            });
        }
        RemoveEmptyFolders(folder);
    }
}
