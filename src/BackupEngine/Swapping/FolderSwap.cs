using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// The data directory and the restored folder change names. Where the file system can swap two names at once, there is never a moment
/// without a data directory; the inodes of both, noted before, tell afterwards whether that was done. Elsewhere the old data goes to «old»
/// first, and its presence there tells.
/// </summary>
internal sealed class FolderSwap(string dataDirectory) : WholeFolderSwap(dataDirectory)
{
    /// <inheritdoc/>
    public override void Commit()
    {
        using var unpacked = OpenUnpacked();
        using var fresh = unpacked.OpenDirectory(DataName);
        var time = fresh.ReadFacts().Modified;
        NoteIdentities(fresh);
        if (TryExchange(unpacked, DataName))
        {
            if (!Leads(unpacked, DataName, Data.ReadFacts().Inode))
            {
                // Not what was looked at: it goes back to where it came from, and the restore fails.
                TryExchange(unpacked, DataName);
                throw BackupErrors.FolderReplaced(DataDirectory);
            }
        }
        else
        {
            Around.MoveKeepingTime(Name, Staging, OldName);
            Require(Staging, OldName, Data);
            unpacked.MoveToFree(DataName, Around, Name);
        }
        Require(Around, Name, fresh);
        fresh.SetTime(time);
        Around.Flush();
        unpacked.Flush();
    }

    /// <inheritdoc/>
    protected override void PutOldBack()
    {
        if (FindStaging() is null)
        {
            if (NewInode is { } inode && Leads(Around, Name, inode))
            {
                _ = Staging; // the old data is in it, so its absence is told
            }
            return;
        }
        if (Staging.Exists(OldName))
        {
            Return(Staging, OldName);
        }
        else if (ReadNewIdentity() is { } fresh)
        {
            using var unpacked = OpenUnpacked();
            if (unpacked.Exists(DataName) && !Leads(unpacked, DataName, fresh))
            {
                Return(unpacked, DataName);
            }
            else if (ReadOldIdentity() is { } old && !Leads(Around, Name, old))
            {
                throw new FileTreeException(FileTreeErrorKind.NotFound, "find the old data in", StagingPath, "another process has moved it");
            }
        }
        Around.Flush();
    }

    /// <summary>The old data gets its name back; what came in its place because another user exchanged names is set aside.</summary>
    private void Return(DirectoryNode from, string name)
    {
        if (ReadOldIdentity() is not { } old || Leads(from, name, old))
        {
            GiveName(from, name, canExchange: name == DataName);
            return;
        }
        SetAside(from, name);
        if (!Leads(Around, Name, old))
        {
            throw BackupErrors.FolderReplaced(DataDirectory);
        }
    }
}
