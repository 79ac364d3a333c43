using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Formats.Objects;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>How much of what a backup info names is in the storage.</summary>
internal enum StoredContent
{
    /// <summary>All of it.</summary>
    Complete,

    /// <summary>The storage does not show one of the objects. That can be a wrong answer.</summary>
    Lacking,

    /// <summary>An object has another size, or the backup info cannot be right.</summary>
    Different,

    /// <summary>The backup info is encrypted, and no key opens it.</summary>
    Locked,
}

/// <summary>Makes catalog records of what a storage holds: the storage is the truth, the catalog its cache.</summary>
internal static class StoredBackup
{
    /// <summary>
    /// The record of a stored backup; null when its backup info or one of the objects that this names is missing: without them it is none.
    /// </summary>
    /// <exception cref="BackupException">The backup info is there, and cannot be read.</exception>
    public static async Task<BackupRecord?> TryReadAsync(
        IBackupStorage storage,
        BackupSite site,
        BackupPaths paths,
        IEnumerable<BackupKeys> keys,
        CancellationToken cancellationToken)
    {
        var (record, content) = await ReadAsync(storage, site, paths, keys, knownHash: null, _ => { }, cancellationToken).ConfigureAwait(false);
        return content == StoredContent.Locked ? throw BackupErrors.NoKeyFits(paths.RemotePath) : record;
    }

    /// <summary>
    /// The record of a stored backup, and how much of what it names is there. There is no record without a backup info, and none of what lacks
    /// something.
    /// </summary>
    /// <param name="storage">The storage.</param>
    /// <param name="site">Its site.</param>
    /// <param name="paths">The backup.</param>
    /// <param name="keys">Keys to try on an encrypted one, the likeliest first.</param>
    /// <param name="knownHash">SHA-256 of the backup info as the catalog knows it, in hexadecimal; null when it does not.</param>
    /// <param name="onBadNote">Takes why the backup's note cannot be read; label and preservation are then those of the backup info.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BackupException">The backup info is there, and cannot be read.</exception>
    public static async Task<(BackupRecord? Record, StoredContent Content)> ReadAsync(
        IBackupStorage storage,
        BackupSite site,
        BackupPaths paths,
        IEnumerable<BackupKeys> keys,
        string? knownHash,
        Action<BackupException> onBadNote,
        CancellationToken cancellationToken)
    {
        if (await storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
        {
            return (null, StoredContent.Lacking);
        }
        var bytes = await SteadyObject.ReadAsync(storage, paths.Info, knownHash, SmallObject.LargestInfo, cancellationToken).ConfigureAwait(false);
        if (StoredInfo.TryOpen(bytes, paths, keys) is not { } stored)
        {
            return (null, StoredContent.Locked);
        }
        var content = await LookAsync(storage, stored, cancellationToken).ConfigureAwait(false);
        if (content != StoredContent.Complete)
        {
            return (null, content);
        }
        var note = await TryReadNoteAsync(storage, paths, stored.Opener, onBadNote, cancellationToken).ConfigureAwait(false);
        var record = new BackupRecord
        {
            Backup = stored.Info.ToBackup(site.Name, bytes.Length, note) with { Origin = BackupOrigin.Storage },
            InfoHash = StoredInfo.HashOf(bytes),
        };
        return (record, content);
    }

    private static async Task<BackupNote?> TryReadNoteAsync(
        IBackupStorage storage, BackupPaths paths, BackupOpener? opener, Action<BackupException> onBadNote, CancellationToken cancellationToken)
    {
        try
        {
            return await BackupNote.TryReadAsync(storage, paths, opener, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            // A note is worth less than its backup.
            onBadNote(failure);
            return null;
        }
        catch (StorageException failure) when (!failure.IsOutcomeUnknown)
        {
            onBadNote(BackupErrors.BackupDamaged(paths.RemotePath, $"its note cannot be read: {failure.Message}", failure));
            return null;
        }
    }

    /// <summary>Whether every object that a backup info names is there, in its size.</summary>
    public static async Task<bool> IsCompleteAsync(IBackupStorage storage, StoredInfo stored, CancellationToken cancellationToken) =>
        await LookAsync(storage, stored, cancellationToken).ConfigureAwait(false) == StoredContent.Complete;

    private static async Task<StoredContent> LookAsync(IBackupStorage storage, StoredInfo stored, CancellationToken cancellationToken)
    {
        var info = stored.Info;
        var index = await LookAsync(storage, info.Paths.Index, info.Index.Size, cancellationToken).ConfigureAwait(false);
        if (index != StoredContent.Complete)
        {
            return index;
        }
        if (info.Archive is not null)
        {
            return await LookAsync(storage, info.Paths.Archive, info.Archive.Size, cancellationToken).ConfigureAwait(false);
        }
        if (info.Objects is not { Count: > 0 })
        {
            return StoredContent.Different; // each backup has its configuration: a record without objects describes none
        }
        // A look whether there is anything must do: Test-AppBackup lists all.
        return await storage.ListAsync(info.RemotePath, recursive: false, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false)
            || await StoredProof.HasAnyAsync(storage, info.Paths.FirstObjects(new ObjectNames(stored.Opener).ObjectOf), cancellationToken).ConfigureAwait(false)
                ? StoredContent.Complete
                : StoredContent.Lacking;
    }

    private static async Task<StoredContent> LookAsync(IBackupStorage storage, string path, long size, CancellationToken cancellationToken)
    {
        var found = await storage.FindAsync(path, cancellationToken).ConfigureAwait(false);
        if (found is not null && found.Size != size)
        {
            found = await storage.FindAsync(path, cancellationToken).ConfigureAwait(false); // one wrong answer is not a proof
        }
        return found is null ? StoredContent.Lacking : found.Size == size ? StoredContent.Complete : StoredContent.Different;
    }
}
