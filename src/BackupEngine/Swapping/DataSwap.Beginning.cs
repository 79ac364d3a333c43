using CloudBackup.Catalog;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <content>How a swap begins, or is taken up again.</content>
internal abstract partial class DataSwap
{
    /// <summary>Whether a data directory is there and holds anything of the app's.</summary>
    public static bool HoldsData(string dataDirectory) =>
        Directory.Exists(dataDirectory) && Directory.EnumerateFileSystemEntries(dataDirectory).Any(path => Path.GetFileName(path) != StagingName);

    /// <summary>Takes up what a journal says.</summary>
    /// <param name="staging">What is noted of the staging folder; null for an entry of a version that did not note it.</param>
    /// <param name="announce">Told when that changes; null for nobody.</param>
    public void TakeUp(StagingRecord? staging, Action<DataSwap>? announce)
    {
        _otherStagingName = staging is null || staging.Name == StagingId.Name ? null : staging.Name;
        _isUnnoted = staging is null;
        _stagingInode = staging?.Inode;
        NewInode = staging?.NewInode;
        _announce = announce;
    }

    /// <summary>Whether it was interrupted while it unpacked what the key tells.</summary>
    public bool IsUnfinishedOf(string? key)
    {
        try
        {
            return FindStaging() is { } staging && UnfinishedMark.Find(staging.Folder, UnfinishedName, key) is not null;
        }
        catch (FileTreeException)
        {
            return false; // closed to us
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Notes the swap now, and again with each name and identity of its folder before anything is in it.</summary>
    public DataSwap Begin(Action<DataSwap> announce)
    {
        _announce = announce;
        try
        {
            announce(this);
        }
        catch
        {
            Dispose();
            throw;
        }
        return this;
    }

    /// <summary>Tries whether there can be a staging folder; where there can be one beside the data directory, that can be renamed.</summary>
    public bool CanWork()
    {
        try
        {
            MakeStaging();
            CleanUp();
            return true;
        }
        catch (FileTreeException)
        {
            return false;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>An earlier restore's folder goes. Where something in it stays, the new folder gets another name.</summary>
    private void ClearPlace()
    {
        try
        {
            CleanUp();
        }
        catch (FileTreeException)
        {
            _staging?.Dispose();
            (_staging, _stagingInode) = (null, null);
        }
    }

    private void Note(string name, ulong? inode)
    {
        (_otherStagingName, _stagingInode) = (name == defaultStagingName ? null : name, inode);
        _announce?.Invoke(this);
    }
}
