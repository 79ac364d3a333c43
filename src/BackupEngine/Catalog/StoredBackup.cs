using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Formats.Rsync;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Catalog;

/// <summary>Makes catalog records of what a storage holds: the storage is the truth, the catalog its cache.</summary>
internal static class StoredBackup
{
    /// <summary>
    /// The record of a stored backup; null when its backup info or one of the objects that this names is missing: without them it is none.
    /// </summary>
    /// <param name="storage">The storage.</param>
    /// <param name="site">Its site.</param>
    /// <param name="paths">The backup.</param>
    /// <param name="keys">Keys to try on an encrypted one, the likeliest first.</param>
    /// <param name="random">For the cipher.</param>
    /// <param name="knownHash">SHA-256 of the backup info as the catalog knows it, in hexadecimal; null when it does not.</param>
    /// <param name="onBadNote">Takes why the backup's note cannot be read; label and preservation are then those of the backup info.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BackupException">The backup info is there, and cannot be read.</exception>
    public static async Task<BackupRecord?> TryReadAsync(
        IBackupStorage storage,
        BackupSite site,
        BackupPaths paths,
        IEnumerable<BackupKeys> keys,
        IRandomSource random,
        string? knownHash,
        Action<BackupException> onBadNote,
        CancellationToken cancellationToken)
    {
        if (await storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }
        var bytes = await SteadyObject.ReadAsync(storage, paths.Info, knownHash, SmallObject.LargestInfo, cancellationToken).ConfigureAwait(false);
        var stored = StoredInfo.Open(bytes, paths, keys, random);
        if (!await IsCompleteAsync(storage, stored, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }
        var note = await TryReadNoteAsync(storage, paths, stored.Cipher, onBadNote, cancellationToken).ConfigureAwait(false);
        return new BackupRecord
        {
            Backup = stored.Info.ToBackup(site.Name, bytes.Length, note),
            IsLocal = false,
            InfoHash = StoredInfo.HashOf(bytes),
        };
    }

    private static async Task<BackupNote?> TryReadNoteAsync(
        IBackupStorage storage, BackupPaths paths, BackupCipher? cipher, Action<BackupException> onBadNote, CancellationToken cancellationToken)
    {
        try
        {
            return await BackupNote.TryReadAsync(storage, paths, cipher, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            // A note is worth less than its backup.
            onBadNote(failure);
            return null;
        }
    }

    /// <summary>Whether every object that a backup info names is there, in its size.</summary>
    public static async Task<bool> IsCompleteAsync(IBackupStorage storage, StoredInfo stored, CancellationToken cancellationToken)
    {
        var info = stored.Info;
        var index = await storage.FindAsync(info.Paths.Index, cancellationToken).ConfigureAwait(false);
        if (index?.Size != info.Index.Size)
        {
            return false;
        }
        if (info.Archive is null)
        {
            // A look whether there is anything must do: Test-AppBackup lists all.
            return info.Objects is null or { Count: 0 }
                || await storage.ListAsync(info.RemotePath, recursive: false, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false)
                || await StoredProof.HasAnyAsync(storage, FirstObjects(stored), cancellationToken).ConfigureAwait(false);
        }
        var archive = await storage.FindAsync(info.Paths.Archive, cancellationToken).ConfigureAwait(false);
        return archive?.Size == info.Archive.Size;
    }

    /// <summary>Objects of which every backup without an archive has one: a listing that shows nothing proves nothing.</summary>
    private static IEnumerable<string> FirstObjects(StoredInfo stored)
    {
        var names = new ObjectNames(stored.Cipher);
        return new[] { AppConfig.Path, PlatformConfig.Path }.Select(path => StoragePath.Join(stored.Info.RemotePath, names.ObjectOf(path)));
    }
}
