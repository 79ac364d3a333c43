using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tar;

/// <summary>Turns an item and its facts into the tar header and the index line that describe it.</summary>
internal static class EntryBuilder
{
    /// <summary>The tar header of an item.</summary>
    public static TarEntry ForTar(SourceItem item, in FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes, OwnerNames owners) => new()
    {
        Path = item.Path,
        Kind = facts.Kind,
        Mode = facts.Mode,
        UserId = facts.UserId,
        GroupId = facts.GroupId,
        UserName = owners.UserName(facts.UserId),
        GroupName = owners.GroupName(facts.GroupId),
        Modified = facts.Modified,
        Size = facts.Kind == EntryKind.File ? facts.Size : 0,
        LinkTarget = item.LinkTarget,
        Attributes = facts.Kind == EntryKind.HardLink ? [] : attributes,
    };

    /// <summary>The index line of an entry.</summary>
    public static IndexEntry ForIndex(TarEntry entry, byte[]? sha256, int member, int offset) => new()
    {
        Path = entry.Path,
        Kind = entry.Kind,
        Mode = entry.Mode,
        UserId = entry.UserId,
        GroupId = entry.GroupId,
        UserName = entry.UserName,
        GroupName = entry.GroupName,
        Modified = entry.Modified,
        Size = entry.Size,
        Sha256 = sha256,
        LinkTarget = entry.LinkTarget,
        Attributes = entry.Attributes,
        Member = member,
        Offset = offset,
    };
}
