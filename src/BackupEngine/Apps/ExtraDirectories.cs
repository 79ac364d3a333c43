namespace CloudBackup.Apps;

/// <summary>The folders that belong to a platform besides its home.</summary>
internal static class ExtraDirectories
{
    private const string Root = "extra";

    /// <summary>Where a folder stands in the platform's backup: <c>/var/mail</c> becomes <c>extra/var/mail</c>.</summary>
    public static string PathInBackup(string directory) =>
        string.Join('/', directory.Split(['/', '\\', ':'], StringSplitOptions.RemoveEmptyEntries).Prepend(Root));

    /// <summary>Refuses folders that overlap each other, or what belongs to another app, a site or the platform.</summary>
    /// <exception cref="BackupException">Two overlap.</exception>
    public static void Check(IEnumerable<string> directories, IEnumerable<FolderClaim> others)
    {
        if (FindOverlaps(directories, others).FirstOrDefault() is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>The overlaps of folders with each other, and with what belongs to another app, a site or the platform.</summary>
    public static IEnumerable<BackupException> FindOverlaps(IEnumerable<string> directories, IEnumerable<FolderClaim> others) =>
        FolderClaim.FindOverlaps(directories.Select(FolderClaim.OfExtraDirectory), others)
            .Select(overlap => BackupErrors.ExtraDirectoryOverlaps(overlap.Claim.Path, overlap.Other.Path, overlap.Other.Whose));
}
