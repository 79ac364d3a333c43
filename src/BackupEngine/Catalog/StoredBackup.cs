using System.Security.Cryptography;
using System.Text.Json;
using CloudBackup.Formats;
using CloudBackup.Restore;
using CloudBackup.Storage;

namespace CloudBackup.Catalog;

/// <summary>Makes catalog records of what a storage holds: the storage is the truth, the catalog its cache.</summary>
internal static class StoredBackup
{
    /// <summary>
    /// The record of a stored backup; null when its backup info or one of the objects that this names is missing: without them it is none.
    /// </summary>
    /// <exception cref="BackupException">The backup info is there, and cannot be read.</exception>
    public static async Task<BackupRecord?> TryReadAsync(
        IBackupStorage storage, BackupSite site, string remotePath, CancellationToken cancellationToken)
    {
        var path = BackupNames.Info(remotePath);
        if (await storage.FindAsync(path, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }
        var bytes = await OpenedBackup.ReadSmallAsync(storage, path, cancellationToken).ConfigureAwait(false);
        var info = Parse(bytes, remotePath);
        if (!await IsCompleteAsync(storage, info, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }
        var note = await BackupNote.TryReadAsync(storage, remotePath, cancellationToken).ConfigureAwait(false);
        return new BackupRecord
        {
            Backup = BackupOf(info, site, bytes.Length, note),
            IsLocal = false,
            InfoHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
    }

    private static BackupInfo Parse(byte[] bytes, string remotePath)
    {
        try
        {
            var info = BackupInfo.FromBytes(bytes);
            return info.RemotePath == remotePath
                ? info
                : throw BackupErrors.BackupDamaged(remotePath, $"its record belongs to '{info.RemotePath}'.");
        }
        catch (JsonException failure)
        {
            throw BackupErrors.BackupDamaged(remotePath, $"its record cannot be read: {failure.Message}", failure);
        }
    }

    private static async Task<bool> IsCompleteAsync(IBackupStorage storage, BackupInfo info, CancellationToken cancellationToken)
    {
        var index = await storage.FindAsync(BackupNames.Index(info.RemotePath), cancellationToken).ConfigureAwait(false);
        if (index?.Size != info.Index.Size)
        {
            return false;
        }
        var archive = info.Archive is null
            ? null
            : await storage.FindAsync(BackupNames.Archive(info.RemotePath), cancellationToken).ConfigureAwait(false);
        return archive?.Size == info.Archive?.Size;
    }

    private static AppBackup BackupOf(BackupInfo info, BackupSite site, long infoSize, BackupNote? note) => new()
    {
        Id = info.Id,
        AppId = info.AppId,
        Location = info.Location,
        PackageName = info.PackageName,
        Version = info.Version,
        Site = site.Name,
        RemotePath = info.RemotePath,
        Format = info.Format,
        State = info.State is BackupState.Partial ? BackupState.Partial : BackupState.Ready,
        Created = info.Created,
        Duration = TimeSpan.FromSeconds(info.DurationSeconds),
        Size = (info.Archive?.Size ?? 0) + info.Index.Size + infoSize,
        SourceSize = info.SourceSize,
        FileCount = info.FileCount,
        Skipped = info.Skipped,
        Missing = info.Missing,
        Label = note is null ? info.Label : note.Label,
        PreserveUntil = note is null ? info.PreserveUntil : note.PreserveUntil,
    };
}
