using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Import;

/// <summary>What entries get that a source does not tell of them.</summary>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="FolderMode">The permission bits of folders that are only named on the way to others.</param>
/// <param name="Now">When those folders are made.</param>
internal sealed record LocalDefaults(uint UserId, uint GroupId, int FolderMode, UnixTime Now)
{
    private const int UsualFolderMode = 0x1ED; // 0755

    /// <summary>Like the folder that is replaced; where there is none, the owner of the one above it and the usual mode.</summary>
    public static LocalDefaults Of(string folder, DateTimeOffset now)
    {
        var existing = LocalAccess.NearestExisting(folder);
        using var node = LocalFileSystem.Open(existing);
        var facts = node.ReadFacts();
        return new LocalDefaults(facts.UserId, facts.GroupId, Directory.Exists(folder) ? facts.Mode : UsualFolderMode, UnixTime.From(now));
    }

    /// <summary>A folder that no entry stands for.</summary>
    public IndexEntry FolderOf(string path) =>
        new() { Path = path, Kind = EntryKind.Directory, UserId = UserId, GroupId = GroupId, Mode = FolderMode, Modified = Now };
}
