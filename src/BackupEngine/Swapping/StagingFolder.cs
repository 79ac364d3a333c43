using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Swapping;

/// <summary>
/// The private folder of a restore, held open from when it is made until it is removed. The owner of the folder around it can rename it, or
/// put something else under its name, but not look into it or divert what happens in it.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private const int HexBytes = 4;
    private const int MostTries = 8;

    private StagingFolder(DirectoryNode parent, string name, DirectoryNode folder)
    {
        Parent = parent.AddReference();
        Name = name;
        Folder = folder;
    }

    /// <summary>The folder around it.</summary>
    public DirectoryNode Parent { get; }

    /// <summary>Its name there.</summary>
    public string Name { get; }

    /// <summary>The folder itself.</summary>
    public DirectoryNode Folder { get; }

    /// <summary>Where it is, for messages.</summary>
    public string Path => Folder.Path;

    /// <summary>What tells it from all other folders there.</summary>
    public ulong Inode => Folder.ReadFacts().Inode;

    /// <summary>Makes an empty folder. A name that is taken is left alone: the folder gets another one.</summary>
    /// <param name="parent">Where it is made.</param>
    /// <param name="name">The name that it gets if that is free.</param>
    /// <param name="announce">Told of any other name before a folder of that name is made.</param>
    /// <param name="random">Makes other names.</param>
    /// <exception cref="FileTreeException">It cannot be made.</exception>
    public static StagingFolder Make(DirectoryNode parent, string name, Action<string>? announce = null, IRandomSource? random = null)
    {
        random ??= new SystemRandomSource();
        for (var (free, tries) = (name, 1); ; free = $"{name}-{random.NextHex(HexBytes)}", tries++)
        {
            if (tries > 1)
            {
                announce?.Invoke(free);
            }
            try
            {
                parent.MakeDirectory(free);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AlreadyExists && tries < MostTries)
            {
                continue;
            }
            return Adopt(parent, free);
        }
    }

    /// <summary>The folder of a name, if it is the one that an earlier restore made; null when it is missing, or is not.</summary>
    /// <param name="parent">The folder around it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="inode">What it was identified by; null when that was not noted, and its owner has to do.</param>
    /// <param name="isPrecious">Whether it may hold the only copy of the old data, and is looked for under other names as well.</param>
    public static StagingFolder? Find(DirectoryNode parent, string name, ulong? inode = null, bool isPrecious = false)
    {
        if (isPrecious && inode is { } wanted && !IsAt(parent, name, wanted))
        {
            var names = parent.ReadNames(CancellationToken.None);
            name = names.FirstOrDefault(other => IsAt(parent, other, wanted)) ?? name;
        }
        DirectoryNode folder;
        try
        {
            folder = parent.OpenDirectory(name);
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            return null;
        }
        var facts = folder.ReadFacts();
        if ((inode is { } known && facts.Inode != known) || !IsOurs(parent, folder))
        {
            folder.Dispose();
            return null;
        }
        return new StagingFolder(parent, name, folder);
    }

    /// <summary>
    /// Removes what is at a name where only the administrator, or this user, can have put it. Elsewhere it is left alone, since it may be a
    /// folder of another user's choice, unless it is empty: then it is what a restore leaves that is killed before it notes its new folder.
    /// </summary>
    /// <param name="parent">The folder around it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isPrecious">Says of a folder whether it may hold the only copy of something, and stays; null when none does.</param>
    public static void RemoveStray(DirectoryNode parent, string name, Func<DirectoryNode, bool>? isPrecious = null)
    {
        if (!parent.Exists(name))
        {
            return;
        }
        if (FolderTrust.OthersCanReplace(parent, parent.Stat(name)))
        {
            if (IsEmptyAndOurs(parent, name))
            {
                parent.RemoveDirectory(name); // which the system refuses for any other folder that has the name by now
            }
            return;
        }
        if (isPrecious is not null && parent.Stat(name).Kind == EntryKind.Directory)
        {
            using var folder = parent.OpenDirectory(name);
            if (isPrecious(folder))
            {
                return;
            }
        }
        TreeRemoval.Remove(parent, name);
    }

    private static bool IsEmptyAndOurs(DirectoryNode parent, string name)
    {
        using var found = Find(parent, name);
        return found is not null && found.Folder.ReadNames(CancellationToken.None).Count == 0;
    }

    /// <summary>Removes the folder and everything in it.</summary>
    /// <exception cref="FileTreeException">Something in it cannot be removed.</exception>
    public void Remove()
    {
        TreeRemoval.RemoveContent(Folder);
        var identity = Folder.ReadFacts().Identity;
        var name = IsAt(Parent, Name, identity.Inode)
            ? Name
            : Parent.ReadNames(CancellationToken.None).FirstOrDefault(other => IsAt(Parent, other, identity.Inode));
        if (name is not null)
        {
            Parent.RemoveDirectory(name); // empty, whichever folder it is by now
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Folder.Dispose();
        Parent.Dispose();
    }

    private static StagingFolder Adopt(DirectoryNode parent, string name)
    {
        var folder = parent.OpenDirectory(name);
        try
        {
            if (!IsOurs(parent, folder) || folder.ReadNames(CancellationToken.None).Count > 0)
            {
                throw new FileTreeException(FileTreeErrorKind.AlreadyExists, "use", folder.Path, "another user put it in the place of a new folder");
            }
            folder.RemoveAccessLists();
            return new StagingFolder(parent, name, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static bool IsOurs(DirectoryNode parent, DirectoryNode folder)
    {
        var facts = folder.ReadFacts();
        return facts.Kind == EntryKind.Directory && !facts.IsMountPoint
            && (FolderTrust.IsPrivate(folder) || !FolderTrust.OthersCanReplace(parent, facts));
    }

    private static bool IsAt(DirectoryNode parent, string name, ulong inode)
    {
        try
        {
            return parent.Stat(name) is { Kind: EntryKind.Directory } facts && facts.Inode == inode;
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            return false;
        }
    }
}
