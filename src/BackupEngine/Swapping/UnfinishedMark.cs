using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// A file in a folder that says of which backup its content has parts, as long as nothing of it is final. While it stands, a restore of the
/// same backup may go on with the folder.
/// </summary>
/// <param name="folder">The folder, private to this restore; stays the caller's.</param>
/// <param name="name">The file's name: another one for each way to lay such a folder out.</param>
internal sealed class UnfinishedMark(DirectoryNode folder, string name)
{
    private const int LongestKey = 4096;

    /// <summary>Whether it stood already, of the same backup: what is in the folder is gone on with.</summary>
    public bool IsResumed { get; init; }

    /// <summary>The mark that stands in a folder, if it tells of that backup; null when it does not.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="key">Tells the backup from all others; null for any.</param>
    public static UnfinishedMark? Find(DirectoryNode folder, string name, string? key)
    {
        try
        {
            // Another user's content would become that of the app.
            return LocalAccess.IsOwn(folder.ReadFacts()) && folder.Exists(name) && (key is null || Read(folder, name) == key)
                ? new UnfinishedMark(folder, name) { IsResumed = true }
                : null;
        }
        catch (FileTreeException)
        {
            return null;
        }
    }

    /// <summary>Makes it in a folder that was just made.</summary>
    /// <exception cref="FileTreeException">It cannot be written.</exception>
    public static UnfinishedMark Set(DirectoryNode folder, string name, string key)
    {
        using var file = folder.CreateFile(name);
        file.Write(Encoding.UTF8.GetBytes(key), 0);
        return new UnfinishedMark(folder, name);
    }

    /// <summary>
    /// All contents are there: what comes now is not repeated on top of itself, so a restore that is interrupted later starts anew.
    /// </summary>
    /// <exception cref="FileTreeException">It cannot be removed.</exception>
    public void Remove()
    {
        folder.RemoveFile(name);
        folder.Flush();
    }

    private static string Read(DirectoryNode node, string name)
    {
        using var file = node.OpenFile(name);
        var bytes = new byte[Math.Min(file.Facts.Size, LongestKey)];
        return Encoding.UTF8.GetString(bytes, 0, file.Read(bytes, 0));
    }
}
