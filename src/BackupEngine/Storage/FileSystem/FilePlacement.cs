using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>
/// How a file gets to its place whole: it is written under a temporary name beside it, flushed to the disk and renamed, and the folder is flushed. After
/// a power cut there is all of it or nothing.
/// </summary>
internal sealed class FilePlacement(StoreFolder store, DeferredFlush deferred)
{
    /// <summary>
    /// Opens the object's folder and makes the temporary file in it. A cleaner that removes the folder as empty in between is no failure.
    /// </summary>
    /// <param name="path">The object.</param>
    /// <param name="temporary">The name of the file for now.</param>
    /// <param name="isDurable">Whether it must be durable at once, not at the next deferred flush.</param>
    /// <param name="file">The file.</param>
    public DirectoryNode Begin(string path, string temporary, bool isDurable, out WritableFile file)
    {
        const int Attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var folder = store.OpenOrMake(StoragePath.FolderOf(path), isDurable);
            try
            {
                file = folder.CreateFile(temporary);
                if (store.IsPrivate)
                {
                    file.RemoveAccessLists();
                }
                if (!isDurable)
                {
                    deferred.Note(folder);
                }
                return folder;
            }
            catch (FileTreeException failure)
            {
                folder.Dispose();
                if (failure.Kind != FileTreeErrorKind.NotFound || attempt == Attempts)
                {
                    throw FileSystemErrors.Translate(failure, path);
                }
            }
        }
    }

    /// <summary>Makes a file durable.</summary>
    public static void Flush(WritableFile file, string path) => FileSystemErrors.Run(path, () =>
    {
        file.Flush();
        return true;
    });

    /// <summary>Gives a file that is complete its name.</summary>
    public static void Publish(DirectoryNode folder, string temporary, string path, WriteMode mode) =>
        FileSystemErrors.Run(path, () => Rename(folder, temporary, StoragePath.NameOf(path), mode));

    /// <summary>Removes a file that did not become complete.</summary>
    public static void Discard(DirectoryNode folder, string temporary)
    {
        try
        {
            folder.RemoveFile(temporary);
        }
        catch (FileTreeException)
        {
            // The failure that brought us here is the one to report; a sweep removes what is left.
        }
    }

    private static bool Rename(DirectoryNode folder, string temporary, string name, WriteMode mode)
    {
        try
        {
            folder.Rename(temporary, folder, name, mode == WriteMode.CreateNew ? RenameMode.NoReplace : RenameMode.Replace);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotSupported)
        {
            // No rename-without-replace on this file system: a hard link, which fails when the name is taken, or at last a look before.
            LinkOrMove(folder, temporary, name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.WrongKind && mode != WriteMode.CreateNew)
        {
            RemoveEmptyTree(folder, name);
            folder.Rename(temporary, folder, name, RenameMode.Replace);
        }
        if (mode != WriteMode.ReplaceLater)
        {
            folder.Flush();
        }
        return true;
    }

    /// <summary>Folders hold objects and are none themselves: those that a killed removal has left empty are in no object's way.</summary>
    private static void RemoveEmptyTree(DirectoryNode parent, string name)
    {
        using (var folder = parent.OpenDirectory(name))
        {
            foreach (var inside in folder.ReadNames(CancellationToken.None))
            {
                RemoveEmptyTree(folder, inside);
            }
        }
        parent.RemoveDirectory(name);
    }

    private static void LinkOrMove(DirectoryNode folder, string temporary, string name)
    {
        try
        {
            folder.MakeHardLink(name, folder, temporary);
            folder.RemoveFile(temporary);
        }
        catch (FileTreeException failure) when (failure.Kind is FileTreeErrorKind.NotSupported or FileTreeErrorKind.AccessDenied)
        {
            if (FolderView.Look(folder, name, name) is not null)
            {
                throw new FileTreeException(FileTreeErrorKind.AlreadyExists, "create", name, "it exists already");
            }
            folder.Rename(temporary, folder, name, RenameMode.Replace);
        }
    }
}
