using System.Globalization;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>
/// The data directory and the restored folder change names. Where the file system can swap two names at once, there is never a moment
/// without a data directory; the restored folder's identity, noted before, tells afterwards whether that was done. Elsewhere the old data
/// goes to «old» first, and its presence there tells.
/// </summary>
internal sealed class FolderSwap(string dataDirectory) : WholeFolderSwap(dataDirectory)
{
    private const string IdentityName = "new-identity";

    /// <inheritdoc/>
    public override void PutNewInPlace()
    {
        using var parent = OpenParent();
        using var staging = LocalFileSystem.Open(StagingPath);
        using var unpacked = LocalFileSystem.Open(UnpackPath);
        var facts = unpacked.Stat(DataName);
        NoteIdentity(staging, facts);
        try
        {
            unpacked.Rename(DataName, parent, Name, RenameMode.Exchange);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotSupported)
        {
            parent.MoveKeepingTime(Name, staging, OldName);
            unpacked.MoveToFree(DataName, parent, Name);
        }
        SetDataTime(parent, facts.Modified);
        parent.Flush();
        unpacked.Flush();
    }

    /// <inheritdoc/>
    public override void PutOldBack()
    {
        using var staging = TryOpen(StagingPath);
        if (staging is null)
        {
            return;
        }
        using var parent = OpenParent();
        if (staging.Exists(OldName))
        {
            MoveBack(staging, OldName, parent, Name, staging);
        }
        else if (ReadIdentity(staging) is { } identity && parent.Exists(Name) && IdentityOf(parent.Stat(Name)) == identity)
        {
            using var unpacked = LocalFileSystem.Open(UnpackPath);
            var time = unpacked.Stat(DataName).Modified;
            unpacked.Rename(DataName, parent, Name, RenameMode.Exchange);
            SetDataTime(parent, time);
        }
        parent.Flush();
    }

    private static string IdentityOf(FileFacts facts) =>
        string.Create(CultureInfo.InvariantCulture, $"{facts.Device}:{facts.Inode}");

    private static void NoteIdentity(DirectoryNode staging, FileFacts facts)
    {
        using (var file = staging.CreateFile(IdentityName))
        {
            file.Write(Encoding.ASCII.GetBytes(IdentityOf(facts)), 0);
            file.Flush();
        }
        staging.Flush();
    }

    private static string? ReadIdentity(DirectoryNode staging)
    {
        if (!staging.Exists(IdentityName))
        {
            return null;
        }
        using var file = staging.OpenFile(IdentityName);
        Span<byte> text = stackalloc byte[64];
        return Encoding.ASCII.GetString(text[..file.Read(text, 0)]);
    }
}
