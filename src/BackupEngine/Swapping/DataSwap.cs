using CloudBackup.Catalog;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// Puts restored data in the place of an app's data directory, and can put the old back. Usually the restored folder is unpacked beside
/// the data directory and the two change names, at once where the system can. Where that is not possible, because the data directory is a
/// mount point or its parent is closed to us, it is unpacked inside and the entries change places one by one; each step is such that
/// <see cref="Undo"/> ends right whatever step a crash came after.
/// The folder around, the staging folder and the data are held open from the first look to the last change: the app's user may own the
/// folder around, and exchange any name in it at any time.
/// </summary>
/// <param name="dataDirectory">The data directory, without links on the way.</param>
/// <param name="aroundPath">The folder that the staging folder is in.</param>
/// <param name="defaultStagingName">What the staging folder is called unless that name is taken.</param>
internal abstract partial class DataSwap(string dataDirectory, string aroundPath, string defaultStagingName) : ISwapPart
{
    /// <summary>The folder, in the data directory or beside it, that everything of a restore is in; never part of a backup.</summary>
    public const string StagingName = ".cloudbackup-restore";

    /// <summary>In the staging folder: what is unpacked.</summary>
    protected const string NewName = "new";

    /// <summary>In the staging folder: what was there before.</summary>
    protected const string OldName = "old";

    /// <summary>In the staging folder: the mark that stands until all is unpacked.</summary>
    private const string UnfinishedName = "unfinished";

    /// <summary>In the unpacked backup: the app's data.</summary>
    protected const string DataName = "data";

    /// <summary>In the staging folder: what was in the way of the old data when it was put back.</summary>
    protected const string RejectedName = "rejected";

    /// <summary>In the staging folder: the inodes of the new and the old data.</summary>
    protected const string NewIdentityName = "new-identity";

    /// <inheritdoc cref="NewIdentityName"/>
    protected const string OldIdentityName = "old-identity";

    /// <summary>In the staging folder: the mark that stands while new entries may be in the data directory.</summary>
    protected const string ComingInName = "new-data-is-coming-in";

    /// <summary>One of these is in a staging folder from the first step of an exchange on.</summary>
    private static readonly string[] StartedNames = [OldName, RejectedName, OldIdentityName, ComingInName];

    private DirectoryNode? _around;
    private DirectoryNode? _data;
    private StagingFolder? _staging;
    private string? _otherStagingName;
    private bool _isUnnoted;
    private ulong? _stagingInode;
    private Action<DataSwap>? _announce;

    /// <summary>The data directory, without links on the way.</summary>
    public string DataDirectory { get; } = dataDirectory;

    /// <summary>The staging folder.</summary>
    public string StagingPath => Path.Join(aroundPath, StagingId.Name);

    /// <summary>What identifies the data directory since it was registered; null when any folder there will do.</summary>
    public ulong? ExpectedInode { get; init; }

    /// <summary>What identifies the restored data since it was unpacked; null when that is not known.</summary>
    public ulong? NewInode { get; private set; }

    /// <summary>The staging folder as a journal needs it to find it again.</summary>
    public StagingRecord StagingId => new(_otherStagingName ?? defaultStagingName, _stagingInode, NewInode);

    /// <summary>Whether only the staging folder that is noted is of interest: its name may be another restore's by now.</summary>
    public bool IsSetAside { get; set; }

    /// <summary>What you can do when the disk of the data is lost, for messages.</summary>
    public string WayOut { get; set; } = "";

    /// <summary>Whether the data changes place as one folder.</summary>
    public abstract bool IsWholeFolder { get; }

    /// <summary>Where the old data is kept after the swap; null when it goes.</summary>
    public virtual string? KeptPath => null;

    /// <summary>The folder that the backup is to be unpacked in, for messages.</summary>
    public string UnpackPath => Path.Join(StagingPath, NewName);

    /// <summary>Whether it was interrupted while it unpacked something that can be gone on with.</summary>
    public bool IsUnfinished => _otherStagingName is null && IsUnfinishedOf(key: null);

    /// <summary>
    /// Whether the staging folder that this restore noted is out of sight. What was moved into it is then not known: its disk may not be mounted.
    /// </summary>
    public virtual bool IsHidden => HasRecord && FindStaging() is null;

    /// <summary>
    /// Whether it is out of sight although a folder has its name: the file system has given out new inodes, or another folder took its place. Which of
    /// the two cannot be told, and the owner of the folder around could put anything into the data directory that way.
    /// </summary>
    public bool IsUncertain
    {
        get
        {
            try
            {
                return IsHidden && Around.Exists(StagingId.Name);
            }
            catch (FileTreeException failure) when (failure.MeansGone)
            {
                return false;
            }
        }
    }

    /// <summary>Whether the staging folder's identity is noted, so that all that this restore did is known.</summary>
    protected bool HasRecord => _stagingInode is not null;

    /// <summary>The folder that the staging folder is in.</summary>
    protected DirectoryNode Around => _around ??= LocalFileSystem.OpenReal(aroundPath);

    /// <summary>The data directory as it was found first.</summary>
    protected DirectoryNode Data => _data ??= Expected(OpenData());

    /// <summary>
    /// Makes the empty staging folder; what an earlier restore left in it is removed, unless the content that is coming goes on with it.
    /// </summary>
    /// <param name="key">Tells the content from all others; null when nothing can be gone on with.</param>
    /// <returns>The mark that stands in the staging folder until all contents are there; null without a key.</returns>
    public virtual UnfinishedMark? MakeStaging(string? key = null)
    {
        _ = Data; // from here on, this folder and no other
        if (key is not null && FindStaging() is { } found && UnfinishedMark.Find(found.Folder, UnfinishedName, key) is { } left)
        {
            Note(found.Name, found.Inode); // the mark goes before the data changes places
            return left;
        }
        ClearPlace();
        _staging = StagingFolder.Make(Around, defaultStagingName, name => Note(name, inode: null));
        // It is known before anything is in it: until then it is empty, and can be removed for that reason.
        Note(_staging.Name, _staging.Inode);
        _staging.Folder.MakeDirectory(NewName);
        return key is null ? null : UnfinishedMark.Set(_staging.Folder, UnfinishedName, key);
    }

    /// <summary>Opens the folder that the backup is to be unpacked in.</summary>
    /// <exception cref="FileTreeException">It is gone.</exception>
    public DirectoryNode OpenUnpacked() => Staging.OpenDirectory(NewName);

    /// <summary>Notes what was unpacked, and says whether it holds the app's data: a folder, and not a link to one elsewhere.</summary>
    /// <inheritdoc cref="ISwapPart.Prepare"/>
    public bool Prepare()
    {
        using var unpacked = OpenUnpacked();
        if (!unpacked.Exists(DataName) || unpacked.Stat(DataName).Kind != EntryKind.Directory)
        {
            return false;
        }
        using var data = unpacked.OpenDirectory(DataName);
        NewInode = data.ReadLastingIdentity();
        return true;
    }

    /// <inheritdoc/>
    public abstract void Commit();

    /// <inheritdoc/>
    public void Undo()
    {
        try
        {
            if (IsUncertain)
            {
                throw BackupErrors.InterruptedRestoreUncertain(DataDirectory, StagingPath);
            }
            if (IsHidden)
            {
                throw BackupErrors.InterruptedRestoreHidden(DataDirectory, StagingPath, WayOut);
            }
            PutOldBack();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.OldDataStuck(DataDirectory, StagingPath, failure);
        }
    }

    /// <summary>Removes the staging folder and what is in it: the old data after a success, the new after a failure.</summary>
    public virtual void CleanUp()
    {
        try
        {
            var staging = FindStaging();
            var isOurs = staging is not null && (HasRecord
                || (UnfinishedMark.Find(staging.Folder, UnfinishedName, key: null) is not null && !MayHoldOldData(staging.Folder)));
            if (isOurs)
            {
                staging!.Remove();
                _stagingInode = null;
            }
            staging?.Dispose();
            _staging = null;
            if (!isOurs && !IsSetAside)
            {
                // A private folder of root proves nothing: the owner of the folder around it can have renamed any of root's to this name.
                StagingFolder.RemoveStray(Around, StagingId.Name, _isUnnoted ? null : MayHoldOldData);
            }
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // Nothing was staged.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _staging?.Dispose();
        _data?.Dispose();
        _around?.Dispose();
        (_staging, _data, _around) = (null, null, null);
    }

    /// <summary>The staging folder's name beside a folder.</summary>
    internal static string StagingNameFor(string folder) => $"{StagingName}-{Path.GetFileName(folder)}";

    /// <summary>Opens the data directory.</summary>
    protected abstract DirectoryNode OpenData();

    /// <summary>The old data is in its place again, whatever was done before; harmless when nothing was.</summary>
    protected abstract void PutOldBack();

    /// <summary>The open staging folder.</summary>
    /// <exception cref="FileTreeException">It is gone, or is not the one that this restore made.</exception>
    protected DirectoryNode Staging => FindStaging()?.Folder
        ?? throw new FileTreeException(FileTreeErrorKind.NotFound, "find the restore's folder", StagingPath, "it was moved, removed or replaced");

    /// <summary>The staging folder; null when there is none.</summary>
    protected StagingFolder? FindStaging()
    {
        try
        {
            return _staging ??= StagingFolder.Find(Around, StagingId.Name, _stagingInode, isPrecious: NewInode is not null);
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            return null; // nor is the folder around it
        }
    }

    /// <summary>Whether a staging folder that no journal knows may hold the only copy of an app's data.</summary>
    private static bool MayHoldOldData(DirectoryNode staging) => StartedNames.Any(staging.Exists);

    private DirectoryNode Expected(DirectoryNode data)
    {
        if (ExpectedInode is not { } wanted || data.ReadFacts().Inode == wanted)
        {
            return data;
        }
        data.Dispose();
        throw BackupErrors.FolderReplaced(DataDirectory);
    }
}
