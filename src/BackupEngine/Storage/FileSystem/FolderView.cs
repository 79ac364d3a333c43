using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>What is in an open folder, as a storage shows it. Any of it may vanish between two looks: that is no failure.</summary>
internal static class FolderView
{
    /// <summary>The object or folder of a name; null when there is none.</summary>
    public static StoredObject? Look(DirectoryNode folder, string name, string path)
    {
        try
        {
            var facts = folder.Stat(name);
            return facts.Kind switch
            {
                EntryKind.File => new StoredObject(path, facts.Size, facts.Modified.ToDateTimeOffset()),
                EntryKind.Directory => new StoredObject(path, 0, facts.Modified.ToDateTimeOffset(), IsFolder: true),
                _ => null, // not managed by CloudBackup
            };
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    /// <summary>The names in a folder that was opened; none when another run has removed it since, unless it is the place itself.</summary>
    public static IReadOnlyList<string> ReadNames(DirectoryNode folder, string path, CancellationToken cancellationToken)
    {
        try
        {
            return folder.ReadNames(cancellationToken);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound && path.Length > 0)
        {
            return [];
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    /// <summary>Opens a folder that was listed; null when it is gone.</summary>
    public static DirectoryNode? TryEnter(DirectoryNode folder, string name, string path)
    {
        try
        {
            return folder.OpenDirectory(name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }
}
