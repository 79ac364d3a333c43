namespace CloudBackup.FileTree;

/// <summary>
/// Who can exchange what is in a folder. Only the superuser and the user that runs this are trusted: whatever another user can rename, that
/// user can also replace by a symbolic link to anything.
/// </summary>
internal static class FolderTrust
{
    private const int GroupMayWrite = 0x10; // 020; an access control list shows in the group's bits
    private const int OthersMayWrite = 0x02;
    private const int Sticky = 0x200;
    private const int OthersMayAnything = 0x3F; // 077

    /// <summary>Whether another user can rename, remove or replace an entry of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="entry">The entry; null for one that is not there yet.</param>
    public static bool OthersCanReplace(DirectoryNode folder, in FileFacts? entry)
    {
        if (!LocalFileSystem.IsFull)
        {
            return false; // owners are not told here
        }
        var facts = folder.ReadFacts();
        if (!IsOurs(facts))
        {
            return true;
        }
        var isProtected = (facts.Mode & Sticky) != 0 && entry is { } known && IsOurs(known);
        return (facts.Mode & WritersOf(folder, facts, Environment.IsPrivilegedProcess)) != 0 && !isProtected;
    }

    /// <summary>
    /// The bits of a folder's mode that let another user write. A user's folders are often open to a group of the same number, which has no other
    /// member; with an access control list the group's bits are those of everyone whom the list names. Root takes no such chance.
    /// </summary>
    internal static int WritersOf(DirectoryNode folder, in FileFacts facts, bool isPrivileged) =>
        !isPrivileged && facts.UserId == facts.GroupId && !folder.HasAccessList() ? OthersMayWrite : OthersMayWrite | GroupMayWrite;

    /// <summary>Whether a folder is one that only the current user can have made, and that no other can look into.</summary>
    public static bool IsPrivate(DirectoryNode folder)
    {
        var facts = folder.ReadFacts();
        return !LocalFileSystem.IsFull || !folder.HasOwners() || (LocalAccess.IsOwn(facts) && (facts.Mode & OthersMayAnything) == 0);
    }

    private static bool IsOurs(in FileFacts facts) => facts.UserId == 0 || LocalAccess.IsOwn(facts);
}
