using CloudBackup.FileTree;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>
/// A destination that becomes visible when it is complete. A new one is unpacked beside its place and renamed; an empty folder that exists
/// (it may be a mount point) keeps its identity, and what was unpacked inside it moves up.
/// </summary>
internal sealed class DestinationFolder : IDisposable
{
    private const string MarkName = ".cloudbackup-unfinished";

    private readonly string _path;
    private readonly string? _newName;
    private readonly StagingFolder _staging;
    private bool _isPublished;
    private bool _isKept;

    private DestinationFolder(string path, string? newName, StagingFolder staging, UnfinishedMark mark)
    {
        _path = path;
        _newName = newName;
        _staging = staging;
        Mark = mark;
    }

    /// <summary>The folder to unpack into: empty, or as an interrupted restore of the same backup has left it.</summary>
    public DirectoryNode Folder => _staging.Folder;

    /// <summary>Stands in the folder to unpack into as long as not all is there.</summary>
    public UnfinishedMark Mark { get; }

    /// <summary>Checks the destination and makes the folder to unpack into.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="key">Tells the backup from all others: what was left of this one is used.</param>
    /// <exception cref="BackupException">The destination is not empty, cannot be written to, or lies behind a link of another user.</exception>
    public static DestinationFolder Prepare(string path, string key)
    {
        try
        {
            var real = TrustedPath.Resolve(path);
            var isNew = !Directory.Exists(real);
            if (isNew && File.Exists(real))
            {
                throw BackupErrors.DestinationNotEmpty(path);
            }
            using var around = isNew ? TrustedPath.OpenOrMake(Path.GetDirectoryName(real)!) : LocalFileSystem.OpenReal(real);
            var (staging, mark) = FindOrMake(around, isNew ? DataSwap.StagingNameFor(real) : DataSwap.StagingName, key, () =>
            {
                if (!isNew && around.ReadNames(CancellationToken.None).Count > 0)
                {
                    throw BackupErrors.DestinationNotEmpty(path);
                }
            });
            return new DestinationFolder(path, isNew ? Path.GetFileName(real) : null, staging, mark);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.DestinationUnusable(path, FileTreeException.From("create", path, failure));
        }
    }

    /// <summary>What is there stays when this is disposed, for the next restore of the same backup.</summary>
    public void KeepForNextTime() => _isKept = true;

    /// <summary>What was unpacked becomes the destination.</summary>
    public void Publish()
    {
        try
        {
            var around = _staging.Parent;
            if (_newName is not null)
            {
                around.MoveToFree(_staging.Name, around, _newName);
                if (around.Stat(_newName).Identity != Folder.ReadFacts().Identity)
                {
                    throw BackupErrors.FolderReplaced(_path);
                }
            }
            else
            {
                foreach (var name in Folder.ReadNames(CancellationToken.None))
                {
                    Folder.MoveToFree(name, around, name);
                }
                _staging.Remove();
            }
            around.Flush();
            _isPublished = true;
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(_path, failure);
        }
    }

    /// <summary>Removes what was unpacked, unless it was published or is kept for the next restore.</summary>
    public void Dispose()
    {
        try
        {
            if (!_isPublished && !(_isKept && UnfinishedMark.Find(Folder, MarkName, key: null) is not null))
            {
                _staging.Remove();
            }
        }
        catch (FileTreeException)
        {
            // The failure that ended the restore is the one to tell; the next restore to this destination removes what is left.
        }
        finally
        {
            _staging.Dispose();
        }
    }

    private static (StagingFolder Staging, UnfinishedMark Mark) FindOrMake(DirectoryNode around, string name, string key, Action check)
    {
        if (StagingFolder.Find(around, name) is { } left)
        {
            if (UnfinishedMark.Find(left.Folder, MarkName, key) is { } found)
            {
                return (left, found);
            }
            if (UnfinishedMark.Find(left.Folder, MarkName, key: null) is not null)
            {
                left.Remove(); // of another backup, or killed while it made the mark
            }
            left.Dispose();
        }
        StagingFolder.RemoveStray(around, name);
        check();
        var made = StagingFolder.Make(around, name);
        try
        {
            return (made, UnfinishedMark.Set(made.Folder, MarkName, key));
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
