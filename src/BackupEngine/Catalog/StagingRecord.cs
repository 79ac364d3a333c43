namespace CloudBackup.Catalog;

/// <summary>A restore's staging folder, as a journal notes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inode">What identifies it; null as long as it is not made.</param>
/// <param name="NewInode">What identifies the restored data in it; null as long as that is not complete.</param>
internal sealed record StagingRecord(string Name, ulong? Inode, ulong? NewInode);
