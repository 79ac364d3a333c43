using System.Globalization;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// The data directory itself changes its name, and the restored folder takes that name. What becomes of the old one, subclasses say.
/// Both are noted by their inodes before, so that afterwards it is known which is which, whatever another process renames there: what is neither
/// is never removed.
/// </summary>
internal abstract class WholeFolderSwap(string dataDirectory)
    : DataSwap(dataDirectory, Path.GetDirectoryName(dataDirectory)!, StagingNameFor(dataDirectory))
{
    private const string AsideSuffix = ".set-aside-";
    private const int MostAside = 1000;
    private const int MostTries = 100;

    /// <inheritdoc/>
    public override bool IsWholeFolder => true;

    /// <summary>The name of the data directory.</summary>
    protected string Name => Path.GetFileName(DataDirectory);

    /// <inheritdoc/>
    protected override DirectoryNode OpenData() => Around.OpenDirectory(Name);

    /// <summary>Makes sure that the data directory is still the folder that was found first, and notes it and the new one.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    protected void NoteIdentities(DirectoryNode fresh)
    {
        Require(Around, Name, Data);
        Note(NewIdentityName, fresh);
        Note(OldIdentityName, Data);
        Staging.Flush();
    }

    /// <summary>Makes sure that a name leads to a folder that is held.</summary>
    /// <exception cref="BackupException">Another user has exchanged it.</exception>
    protected void Require(DirectoryNode parent, string name, DirectoryNode held)
    {
        if (!Leads(parent, name, held.ReadFacts().Inode))
        {
            throw BackupErrors.FolderReplaced(DataDirectory);
        }
    }

    /// <summary>Whether a name leads to the folder of an inode.</summary>
    protected static bool Leads(DirectoryNode parent, string name, ulong? inode) =>
        parent.Exists(name) && parent.Stat(name) is { Kind: EntryKind.Directory } facts && facts.Inode == inode;

    /// <summary>The inode of the new data, as it was noted; null when nothing was exchanged yet.</summary>
    protected ulong? ReadNewIdentity() => Read(NewIdentityName);

    /// <summary>The inode of the old data, as it was noted; null when nothing was exchanged yet.</summary>
    protected ulong? ReadOldIdentity() => Read(OldIdentityName);

    /// <summary>Gives the data directory's name to a folder. What has it goes to the staging folder, or aside.</summary>
    /// <param name="from">Where the folder is.</param>
    /// <param name="name">What it is called there.</param>
    /// <param name="canExchange">Whether the restored data may come in its place.</param>
    /// <exception cref="BackupException">Another user exchanges names all the time.</exception>
    protected void GiveName(DirectoryNode from, string name, bool canExchange = false)
    {
        using var folder = from.OpenDirectory(name);
        var time = folder.ReadFacts().Modified;
        for (var tries = 1; ; tries++)
        {
            try
            {
                MoveToName(from, name, canExchange);
                break;
            }
            catch (FileTreeException failure) when (failure.Kind is FileTreeErrorKind.AlreadyExists or FileTreeErrorKind.NotFound && tries < MostTries)
            {
                // Another user was quicker.
            }
        }
        Require(Around, Name, folder);
        folder.SetTime(time); // some file systems count a folder's move as a change of it
    }

    /// <summary>Swaps a name with the data directory's at once; false where the file system cannot.</summary>
    protected bool TryExchange(DirectoryNode from, string name)
    {
        try
        {
            from.Rename(name, Around, Name, RenameMode.Exchange);
            return true;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotSupported)
        {
            return false;
        }
    }

    /// <summary>Moves what this restore did not put there out of the way, beside the data directory. It is never removed.</summary>
    protected void SetAside(DirectoryNode from, string name)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                from.MoveToFree(name, Around, string.Create(CultureInfo.InvariantCulture, $"{Name}{AsideSuffix}{number}"));
                return;
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AlreadyExists && number < MostAside)
            {
                // Taken by an earlier one.
            }
        }
    }

    private void MoveToName(DirectoryNode from, string name, bool canExchange)
    {
        if (canExchange && Around.Exists(Name) && TryExchange(from, name))
        {
            SetAsideUnlessNew(from, name);
            return;
        }
        if (Around.Exists(Name))
        {
            using var rejected = Staging.OpenOrMake(RejectedName);
            TreeRemoval.Remove(rejected, Name);
            Around.MoveToFree(Name, rejected, Name);
            SetAsideUnlessNew(rejected, Name);
        }
        from.MoveToFree(name, Around, Name);
    }

    private void SetAsideUnlessNew(DirectoryNode from, string name)
    {
        if (ReadNewIdentity() is { } inode && !Leads(from, name, inode))
        {
            SetAside(from, name);
        }
    }

    private void Note(string name, DirectoryNode folder)
    {
        using var file = Staging.CreateFile(name);
        file.Write(Encoding.ASCII.GetBytes(folder.ReadFacts().Inode.ToString(CultureInfo.InvariantCulture)), 0);
        file.Flush();
    }

    private ulong? Read(string name)
    {
        if (!Staging.Exists(name))
        {
            return null;
        }
        using var file = Staging.OpenFile(name);
        Span<byte> bytes = stackalloc byte[64];
        var text = Encoding.ASCII.GetString(bytes[..file.Read(bytes, 0)]);
        // Device numbers change when a machine starts again; earlier versions noted them as well.
        return ulong.TryParse(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture, out var inode) ? inode : null;
    }
}
