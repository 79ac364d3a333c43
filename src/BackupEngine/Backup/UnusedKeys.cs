using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>Forgets the keys of a password that was replaced, once the last backup that needs them is gone.</summary>
internal static class UnusedKeys
{
    /// <summary>
    /// Forgets the keys that a removed backup needed, when no site and no other backup needs them; the mark in the site's storage goes when
    /// nothing there needs them.
    /// </summary>
    public static async Task RemoveAsync(EngineContext context, SiteBackup removed, IBackupStorage storage, CancellationToken cancellationToken)
    {
        if (removed.KeyId is not { } keyId || context.Keys.IsRetained(keyId))
        {
            return; // retained ones are for backups without a record, which may come back
        }
        if (context.Backups.ListUnreadable().Concat(context.Sites.ListUnreadable()).Any())
        {
            return; // one of them may need the keys; the warning about the row names the way out
        }
        var sites = context.Sites.List().Where(site => site.KeyId == keyId).Select(site => site.Name);
        var users = context.Backups.List().Where(record => record.Backup.KeyId == keyId && record.Backup.State != BackupState.Failed)
            .Select(record => record.Backup.Site).Concat(sites).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!users.Contains(removed.Site))
        {
            await KeyCheck.RemoveAsync(storage, keyId, cancellationToken).ConfigureAwait(false);
        }
        if (users.Count == 0)
        {
            context.Keys.TryRemove(keyId);
        }
    }
}
