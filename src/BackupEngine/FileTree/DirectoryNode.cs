namespace CloudBackup.FileTree;

/// <summary>How a rename treats what already has the new name.</summary>
internal enum RenameMode
{
    /// <summary>It is replaced, atomically.</summary>
    Replace,

    /// <summary>The rename fails with <see cref="FileTreeErrorKind.AlreadyExists"/>.</summary>
    NoReplace,

    /// <summary>Both swap their names, atomically; <see cref="FileTreeErrorKind.NotSupported"/> where the file system cannot.</summary>
    Exchange,
}

/// <summary>Who gets into a folder that is made.</summary>
internal enum FolderForm
{
    /// <summary>The owner, and whom an access list of the folder around it names.</summary>
    OwnerOnly,

    /// <summary>The owner alone.</summary>
    Private,

    /// <summary>Whom the process's file mode mask lets in.</summary>
    Shared,
}

/// <summary>
/// An open folder of the local machine. Every operation takes one name inside it and never follows a symbolic link, so no change made to
/// the tree meanwhile can divert it elsewhere. Reference counted: entries that are still to be read keep their folder open.
/// All operations are thread-safe and throw <see cref="FileTreeException"/>.
/// </summary>
internal abstract class DirectoryNode(FolderPath location) : IDisposable
{
    /// <summary>A folder that others make and remove again in turns is given up at some time.</summary>
    private const int MostTries = 100;

    private int _references = 1;

    /// <summary>Where the folder is, for messages.</summary>
    public string Path => Location.ToString();

    /// <summary>Where the folder is, before anyone asks for a text.</summary>
    public FolderPath Location { get; } = location;

    /// <summary>
    /// A path that leads to this very folder as long as it is open, whatever happens to its name; null where the system has none.
    /// </summary>
    public virtual string? HandlePath => null;

    /// <summary>Keeps the folder open until one more <see cref="Dispose"/>.</summary>
    public DirectoryNode AddReference()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Gives one reference back; the last one closes the folder.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Close();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>The facts of the folder itself.</summary>
    public abstract FileFacts ReadFacts();

    /// <summary>
    /// What identifies the folder also after its file system was mounted anew: its inode, or null where numbers are given out per mount.
    /// </summary>
    public virtual ulong? ReadLastingIdentity() => null;

    /// <summary>Whether owners and modes protect what is in the folder. On a FAT disk or a share they may not.</summary>
    public virtual bool HasOwners() => false;

    /// <summary>Whether the folder has an access control list, which names users or groups besides the owning ones.</summary>
    public virtual bool HasAccessList() => false;

    /// <summary>Removes the access control lists of the folder itself, so that nothing made in it inherits from them.</summary>
    public virtual void RemoveAccessLists()
    {
    }

    /// <summary>What names the folder's file system takes.</summary>
    public abstract NameRules ReadNameRules();

    /// <summary>The names inside, ordered by their bytes.</summary>
    public abstract IReadOnlyList<string> ReadNames(CancellationToken cancellationToken);

    /// <summary>The facts of one entry.</summary>
    public abstract FileFacts Stat(string name);

    /// <summary>Opens a folder inside.</summary>
    public abstract DirectoryNode OpenDirectory(string name);

    /// <summary>Opens the folder that this one is in now, which need not be the one that it was opened in.</summary>
    /// <param name="location">Where that is, for messages.</param>
    public virtual DirectoryNode OpenAbove(FolderPath location) => throw new NotSupportedException();

    /// <summary>
    /// Opens the folder at a relative path of several names. No link is followed on the way, as if each folder were opened in the one before.
    /// </summary>
    public virtual DirectoryNode OpenBelow(string path)
    {
        var node = AddReference();
        foreach (var range in path.AsSpan().Split('/'))
        {
            using var parent = node;
            node = parent.OpenDirectory(path[range]);
        }
        return node;
    }

    /// <summary>Opens a regular file for reading; access times stay untouched where the system lets us.</summary>
    public abstract ReadableFile OpenFile(string name);

    /// <summary>What a symbolic link points to.</summary>
    public abstract string ReadLink(string name);

    /// <summary>The extended attributes of the folder itself.</summary>
    public abstract IReadOnlyList<ExtendedAttribute> ReadAttributes();

    /// <summary>The extended attributes of a symbolic link.</summary>
    public abstract IReadOnlyList<ExtendedAttribute> ReadLinkAttributes(string name);

    /// <summary>Makes a folder, accessible to the owner only unless it is shared: then the process's file mode mask decides.</summary>
    public abstract void MakeDirectory(string name, bool isShared = false);

    /// <summary>Makes a folder, accessible to the owner only and without what it would inherit from this one, and opens it.</summary>
    public DirectoryNode MakePrivateDirectory(string name)
    {
        MakeDirectory(name);
        var folder = OpenDirectory(name);
        folder.RemoveAccessLists();
        return folder;
    }

    /// <summary>
    /// Opens a folder inside, and makes it when it is missing. Other processes may make and remove it meanwhile: what is opened is a folder that
    /// was there, whoever made it.
    /// </summary>
    /// <param name="name">The folder.</param>
    /// <param name="wasMissing">Whether it was not there at first: its name is new, and it has no metadata of its own yet.</param>
    /// <param name="form">Who gets in when it is made.</param>
    /// <exception cref="FileTreeException">It is something else, is closed to us, or cannot be made.</exception>
    public DirectoryNode OpenOrMake(string name, out bool wasMissing, FolderForm form = FolderForm.OwnerOnly)
    {
        wasMissing = false;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return OpenDirectory(name);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound && tries <= MostTries)
            {
                wasMissing = true;
            }
            try
            {
                if (form == FolderForm.Private)
                {
                    return MakePrivateDirectory(name);
                }
                MakeDirectory(name, isShared: form == FolderForm.Shared);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AlreadyExists)
            {
                // Another process was quicker.
            }
        }
    }

    /// <summary>Opens a folder inside, and makes it when it is missing.</summary>
    /// <exception cref="FileTreeException">It is something else, is closed to us, or cannot be made.</exception>
    public DirectoryNode OpenOrMake(string name) => OpenOrMake(name, out _);

    /// <summary>Makes a new, empty regular file, accessible to the owner only, and opens it for writing.</summary>
    public abstract WritableFile CreateFile(string name);

    /// <summary>Makes a symbolic link.</summary>
    public abstract void MakeSymbolicLink(string name, string target);

    /// <summary>Gives the file <paramref name="existingName"/> of <paramref name="existing"/> one more name in this folder.</summary>
    public abstract void MakeHardLink(string name, DirectoryNode existing, string existingName);

    /// <summary>Removes anything but a folder.</summary>
    public abstract void RemoveFile(string name);

    /// <summary>Removes an empty folder.</summary>
    public abstract void RemoveDirectory(string name);

    /// <summary>Renames an entry, also into another folder of the same file system.</summary>
    public abstract void Rename(string name, DirectoryNode destination, string newName, RenameMode mode);

    /// <summary>
    /// Renames an entry to a name that must be free. Where the file system cannot refuse by itself, a look before the rename has to do.
    /// </summary>
    public void MoveToFree(string name, DirectoryNode destination, string newName)
    {
        try
        {
            Rename(name, destination, newName, RenameMode.NoReplace);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotSupported)
        {
            if (destination.Exists(newName))
            {
                throw new FileTreeException(FileTreeErrorKind.AlreadyExists, "rename to", destination.Child(newName), "it exists already");
            }
            Rename(name, destination, newName, RenameMode.Replace);
        }
    }

    /// <summary>
    /// Like <see cref="MoveToFree"/>, and the entry keeps its time: some file systems count a folder's move as a change of it.
    /// </summary>
    public void MoveKeepingTime(string name, DirectoryNode destination, string newName)
    {
        var before = Stat(name);
        MoveToFree(name, destination, newName);
        if (before.Kind == EntryKind.Directory && destination.Stat(newName) is var after && after.Modified != before.Modified)
        {
            using var moved = destination.OpenDirectory(newName);
            if (moved.ReadFacts().Identity == before.Identity)
            {
                moved.SetTime(before.Modified); // and not that of a folder that has taken its place meanwhile
            }
        }
    }

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Exists(string name)
    {
        try
        {
            _ = Stat(name);
            return true;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <summary>Sets owner, mode, attributes and time of the folder itself.</summary>
    public abstract void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses);

    /// <summary>Sets the time of the folder itself.</summary>
    public abstract void SetTime(UnixTime modified);

    /// <summary>Sets owner, attributes and time of a symbolic link.</summary>
    public abstract void ApplyLinkMetadata(string name, in EntryMetadata metadata, MetadataLosses losses);

    /// <summary>Makes the names in this folder durable.</summary>
    public abstract void Flush();

    /// <summary>Makes everything written to this folder's file system durable.</summary>
    public abstract void FlushFileSystem();

    /// <summary>Closes what the operating system gave us.</summary>
    protected abstract void Close();

    /// <summary>The path of an entry, for messages.</summary>
    internal string Child(string name) => Location.Child(name).ToString();
}
