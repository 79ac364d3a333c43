using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>The last look before a backup info is written (I1): what a storage has confirmed, it must also show.</summary>
internal static class CommitCheck
{
    /// <summary>
    /// Makes sure that archive and index are in the storage with all their bytes, asked for by name. A format without an archive has compared its
    /// folder with a listing itself.
    /// </summary>
    /// <exception cref="StorageException">One of them is not.</exception>
    public static async Task RunAsync(IBackupStorage storage, BackupPaths paths, FormatResult stored, CancellationToken cancellationToken)
    {
        if (stored.Archive is { } archive)
        {
            await StoredProof.CheckAsync(storage, paths.Archive, archive.Size, cancellationToken).ConfigureAwait(false);
        }
        await StoredProof.CheckAsync(storage, paths.Index, stored.Index.Size, cancellationToken).ConfigureAwait(false);
    }
}
