namespace CloudBackup;

/// <summary>
/// Which folder an app's data directory is. Device numbers change when a machine starts again and are not part of it.
/// </summary>
/// <param name="Path">The folder, without symbolic links on the way.</param>
/// <param name="Inode">Its inode; null where the file system gives out numbers per mount.</param>
/// <param name="Mount">
/// Where its file system is mounted: a folder that is found where that is not mounted is the empty place of the mount, not a new folder. Null
/// as long as no operation has looked.
/// </param>
internal sealed record DataFolder(string Path, ulong? Inode, string? Mount = null);
