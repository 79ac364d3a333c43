using CloudBackup.FileTree;

namespace CloudBackup.Import;

/// <summary>What entries get that a source does not tell of them.</summary>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="FolderMode">The permission bits of folders that are only named on the way to others.</param>
/// <param name="Now">When those folders are made.</param>
internal sealed record LocalDefaults(uint UserId, uint GroupId, int FolderMode, UnixTime Now)
{
    private const int OwnerBits = 0x1C0; // 0700
    private const int UsualFolderMode = 0x1ED; // 0755

    /// <summary>Like the folder that is replaced; where there is none, the owner of the one above it and the usual mode.</summary>
    public static LocalDefaults Of(string folder, DateTimeOffset now)
    {
        var existing = LocalAccess.NearestExisting(folder);
        using var node = LocalFileSystem.Open(existing);
        var facts = node.ReadFacts();
        return new LocalDefaults(facts.UserId, facts.GroupId, Directory.Exists(folder) ? facts.Mode : UsualFolderMode, UnixTime.From(now));
    }

    /// <summary>What a folder gets that no entry stands for. Without privileges, its owner must be able to fill it.</summary>
    public EntryMetadata Folder => new()
    {
        UserId = UserId,
        GroupId = GroupId,
        Mode = Environment.IsPrivilegedProcess ? FolderMode : FolderMode | OwnerBits,
        Modified = Now,
        Attributes = [],
    };
}
