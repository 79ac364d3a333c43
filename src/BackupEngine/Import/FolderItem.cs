using CloudBackup.FileTree;

namespace CloudBackup.Import;

/// <summary>What stands in a folder on this machine.</summary>
/// <param name="Path">The path that it stands for, decrypted.</param>
/// <param name="Facts">What the file system says of it.</param>
/// <param name="Parent">The open folder that holds it; valid until the walk goes on.</param>
/// <param name="Name">Its name there.</param>
internal sealed record FolderItem(string Path, FileFacts Facts, DirectoryNode Parent, string Name);
