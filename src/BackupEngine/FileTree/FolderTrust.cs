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
    public static bool OthersCanReplace(in FileFacts folder, in FileFacts? entry)
    {
        if (!LocalFileSystem.IsFull)
        {
            return false; // owners are not told here
        }
        if (!IsOurs(folder))
        {
            return true;
        }
        var isProtected = (folder.Mode & Sticky) != 0 && entry is { } known && IsOurs(known);
        return (folder.Mode & WritersOf(folder)) != 0 && !isProtected;
    }

    /// <summary>A user's folders are often open to a group of the same number, which is nobody else's. Root takes no such chance.</summary>
    private static int WritersOf(in FileFacts folder) =>
        !Environment.IsPrivilegedProcess && folder.UserId == folder.GroupId ? OthersMayWrite : OthersMayWrite | GroupMayWrite;

    /// <summary>Whether a folder is one that only the current user can have made, and that no other can look into.</summary>
    public static bool IsPrivate(DirectoryNode folder)
    {
        var facts = folder.ReadFacts();
        return !LocalFileSystem.IsFull || !folder.HasOwners() || (LocalAccess.IsOwn(facts) && (facts.Mode & OthersMayAnything) == 0);
    }

    private static bool IsOurs(in FileFacts facts) => facts.UserId == 0 || LocalAccess.IsOwn(facts);
}
