using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>The data directory itself changes its name, and the restored folder takes that name. What becomes of the old one, subclasses say.</summary>
internal abstract class WholeFolderSwap(string dataDirectory) : DataSwap(dataDirectory)
{
    /// <inheritdoc/>
    public override string StagingPath { get; } = StagingBeside(dataDirectory);

    /// <inheritdoc/>
    public override bool IsWholeFolder => true;

    /// <summary>The name of the data directory.</summary>
    protected string Name => Path.GetFileName(DataDirectory);

    /// <summary>Opens the folder that the data directory is in.</summary>
    protected DirectoryNode OpenParent() => LocalFileSystem.Open(Path.GetDirectoryName(DataDirectory)!);

    /// <summary>Sets the time of a data directory that was moved into its place: some file systems count a folder's move as a change of it.</summary>
    protected void SetDataTime(DirectoryNode parent, UnixTime time)
    {
        using var data = parent.OpenDirectory(Name);
        data.SetTime(time);
    }
}
