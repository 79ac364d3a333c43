using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Gives objects second paths: by hard links, where the place has them and the site wants them, else by copies.</summary>
internal sealed class FileCopier(StoreFolder store, FilePlacement placement, DeferredFlush deferred, IRandomSource random, bool hasHardLinks)
{
    /// <summary>Copies one object.</summary>
    public void Copy(string from, string to)
    {
        using var source = store.Find(StoragePath.FolderOf(StoragePath.Check(from))) ?? throw StorageException.Missing(from);
        CopyFile(source, from, StoragePath.Check(to), WriteMode.Replace);
    }

    /// <summary>Copies objects of a folder, as <see cref="IFolderCopy.CopyFolderAsync"/> says.</summary>
    public IReadOnlyList<string> CopyFolder(string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (store.Find(StoragePath.Check(from)) is not { } source)
        {
            return names;
        }
        using var _ = source;
        using var target = store.OpenOrMake(StoragePath.Check(to), isDurable: false);
        deferred.Note(target);
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
        return missing;
    }

    /// <summary>Finds out whether the place has links, as <see cref="ILinkTrial.TryLinkAsync"/> says.</summary>
    public void TryLink(string path, string link)
    {
        var (name, second) = (StoragePath.NameOf(StoragePath.Check(path)), StoragePath.NameOf(StoragePath.Check(link)));
        using var source = store.Find(StoragePath.FolderOf(path)) ?? throw StorageException.Missing(path);
        using var target = store.OpenOrMake(StoragePath.FolderOf(link), isDurable: false);
        try
        {
            target.MakeHardLink(second, source, name);
            target.RemoveFile(second);
        }
        catch (FileTreeException failure)
        {
            throw IsUnableToLink(failure)
                ? new StorageException(StorageErrorKind.NotSupported, link, failure.Message, failure)
                : FileSystemErrors.Translate(failure, link);
        }
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
        var temporary = PartialName.For(StoragePath.NameOf(to), random);
        var isDurable = mode != WriteMode.ReplaceLater;
        using var folder = placement.Begin(to, temporary, isDurable, out var file);
        try
        {
            using (file)
            {
                FileSystemErrors.Run(to, () => file.CopyFrom(original));
                if (isDurable)
                {
                    FilePlacement.Flush(file, to);
                }
            }
            FilePlacement.Publish(folder, temporary, to, mode);
        }
        catch
        {
            FilePlacement.Discard(folder, temporary);
            throw;
        }
    }
}
