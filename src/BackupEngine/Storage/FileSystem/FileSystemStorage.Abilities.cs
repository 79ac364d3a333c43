using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

internal sealed partial class FileSystemStorage
{
    /// <summary>From so many folders on, one flush of the file system costs less than one of each folder.</summary>
    private const int FewFolders = 8;

    /// <inheritdoc/>
    public Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var source = OpenFolder(StoragePath.FolderOf(StoragePath.Check(from))) ?? throw Missing(from);
        CopyFile(source, from, StoragePath.Check(to), WriteMode.Replace);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task TryLinkAsync(string path, string link, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (name, second) = (StoragePath.NameOf(StoragePath.Check(path)), StoragePath.NameOf(StoragePath.Check(link)));
        using var source = OpenFolder(StoragePath.FolderOf(path)) ?? throw Missing(path);
        using var target = OpenOrMakeFolder(StoragePath.FolderOf(link), isDurable: false);
        try
        {
            target.MakeHardLink(second, source, name);
        }
        catch (FileTreeException failure)
        {
            throw IsUnableToLink(failure)
                ? new StorageException(StorageErrorKind.NotSupported, link, failure.Message, failure)
                : FileSystemErrors.Translate(failure, link);
        }
        RemoveIfThere(target, second, link);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken) => Task.Run(
        () => FileSystemErrors.Run("", () =>
        {
            foreach (var folder in _written.IsEmpty ? [Root()] : _written.Values)
            {
                folder.FlushFileSystem();
            }
            return true;
        }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (OpenFolder(StoragePath.Check(from)) is not { } source)
        {
            return Task.FromResult(names);
        }
        using var _ = source;
        using var target = OpenOrMakeFolder(StoragePath.Check(to), isDurable: false);
        NoteWritten(target);
        var missing = new List<string>();
        var canLink = hasHardLinks;
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryShare(source, target, name, StoragePath.Join(to, name), ref canLink)
                && !TryCopy(source, StoragePath.Join(from, name), StoragePath.Join(to, name)))
            {
                missing.Add(name);
            }
        }
        return Task.FromResult<IReadOnlyList<string>>(missing);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = new List<RemoveFailure>();
        var groups = paths.ToLookup(path => StoragePath.FolderOf(StoragePath.Check(path)), StringComparer.Ordinal);
        foreach (var group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemoveIn(group.Key, group, groups.Count <= FewFolders, failures);
        }
        return RemoveAllAsync(groups.Count > FewFolders, failures, cancellationToken);
    }

    /// <summary>
    /// Notes the file system of a folder for the next flush: any folder below the root may be a mount of its own.
    /// </summary>
    private void NoteWritten(DirectoryNode folder)
    {
        var device = FileSystemErrors.Run("", folder.ReadFacts).Device;
        if (!_written.ContainsKey(device) && folder.AddReference() is var kept && !_written.TryAdd(device, kept))
        {
            kept.Dispose();
        }
    }

    private async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(
        bool mustFlush, List<RemoveFailure> failures, CancellationToken cancellationToken)
    {
        if (mustFlush)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        return failures;
    }

    /// <summary>
    /// Vfat and others answer "not permitted" where they have no links, and so does the system for a file that is not ours to link: a copy
    /// finds out which.
    /// </summary>
    private static bool IsUnableToLink(FileTreeException failure) =>
        failure.Kind is FileTreeErrorKind.NotSupported or FileTreeErrorKind.AccessDenied or FileTreeErrorKind.CrossDevice;

    private static bool TryShare(DirectoryNode source, DirectoryNode target, string name, string path, ref bool canLink)
    {
        if (!canLink)
        {
            return false;
        }
        try
        {
            target.MakeHardLink(name, source, name);
            return true;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return false; // looking for a copy tells what is missing
        }
        catch (FileTreeException failure) when (IsUnableToLink(failure))
        {
            // A file may have as many links as it can; where there are none at all, the next ones need not be tried.
            canLink = failure.Kind == FileTreeErrorKind.NotSupported && source.Stat(name).LinkCount > 1;
            return false;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private bool TryCopy(DirectoryNode source, string from, string to)
    {
        try
        {
            CopyFile(source, from, to, WriteMode.ReplaceLater);
            return true;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.NotFound && failure.Path == from)
        {
            return false;
        }
    }

    private void CopyFile(DirectoryNode source, string from, string to, WriteMode mode)
    {
        using var original = FileSystemErrors.Run(from, () => source.OpenFile(StoragePath.NameOf(from)));
        var name = StoragePath.NameOf(to);
        var partial = PartialName.For(name, random);
        var isDurable = mode != WriteMode.ReplaceLater;
        using var folder = OpenForWrite(to, partial, isDurable, out var file);
        try
        {
            using (file)
            {
                FileSystemErrors.Run(to, () => file.CopyFrom(original));
                Flush(file, to, isDurable);
            }
            FileSystemErrors.Run(to, () => Publish(folder, partial, name, mode));
        }
        catch
        {
            RemoveQuietly(folder, partial);
            throw;
        }
    }

    private void RemoveIn(string folder, IEnumerable<string> paths, bool isDurable, List<RemoveFailure> failures)
    {
        using (var node = OpenFolder(folder))
        {
            if (node is null)
            {
                return;
            }
            NoteWritten(node);
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
            if (isDurable)
            {
                FileSystemErrors.Run(folder, () =>
                {
                    node.Flush();
                    return true;
                });
            }
        }
        RemoveEmptyFolders(folder);
    }
}
