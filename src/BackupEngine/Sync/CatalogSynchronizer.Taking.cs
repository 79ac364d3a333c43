using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <content>Which of what was found the catalog takes over.</content>
internal sealed partial class CatalogSynchronizer
{
    private async Task TakeAsync(SyncRun run, BackupPaths paths, CancellationToken cancellationToken)
    {
        var (observer, found) = (run.Observer, run.Findings);
        if (!found.Seen.Add(paths))
        {
            return;
        }
        if (found.Backups.ContainsKey(paths.RemotePath))
        {
            observer.OnWarning($"{paths.RemotePath} on {run.Site.Name} has two records, encrypted and not. {paths.Info} is passed over.");
            return;
        }
        try
        {
            var (record, content) = await ReadAsync(run, paths, cancellationToken).ConfigureAwait(false);
            if (content == StoredContent.Locked)
            {
                observer.OnDetail(BackupErrors.NoKeyFits(paths.RemotePath).Message);
                found.Locked.Add(paths.RemotePath);
            }
            else if (record is null)
            {
                // What the storage does not show may be there all the same: only an object that is another one ends what the catalog knows.
                _ = content == StoredContent.Different ? found.Damaged.Add(paths.RemotePath) : found.Unreadable.Add(paths.RemotePath);
                observer.OnWarning(
                    $"{paths.RemotePath} on {run.Site.Name} is incomplete: an object that its record names is missing or has another size.");
            }
            else
            {
                Take(run, paths, record);
            }
        }
        catch (Exception failure) when (failure is BackupException { Category: BackupErrorCategory.Damaged } or StorageException { IsOutage: false })
        {
            // One record that cannot be read says nothing of the others. It is there: what the catalog knows of it stays.
            found.Unreadable.Add(paths.RemotePath);
            observer.OnWarning(failure.Message);
        }
    }

    private void Take(SyncRun run, BackupPaths paths, BackupRecord record)
    {
        var (found, backup) = (run.Findings, record.Backup);
        if (KnownAt(run, paths)?.Backup is { Trusted: true } own && !backup.Trusted)
        {
            // Taking it over would make a stranger's content restorable without a word. One that a key opens is authentic (decision 4).
            found.Unreadable.Add(paths.RemotePath);
            run.Observer.OnWarning(
                $"The record of {own.Id} on {run.Site.Name} is not the one that this platform {(own.Origin == BackupOrigin.Platform ? "wrote" : "has verified")}: "
                + "it was replaced. The catalog keeps what it knows, so the backup cannot be restored. Remove it, and find out who can write to the storage.");
            return;
        }
        var rival = FindRival(backup);
        if (rival is not null && !IsBetter(run, backup, paths, rival))
        {
            found.Unreadable.Add(paths.RemotePath);
            found.Rivals.Add((paths.RemotePath, rival));
            return;
        }
        if (rival is not null)
        {
            found.Backups.Remove(rival.RemotePath);
            found.Unreadable.Add(rival.RemotePath);
            found.Rivals.Add((rival.RemotePath, backup));
        }
        else if (context.Backups.Find(backup.Id) is null)
        {
            found.NewIds.Add(backup.Id);
        }
        context.Backups.SaveFound(record);
        found.Backups[paths.RemotePath] = backup;
    }

    private async Task<(BackupRecord? Record, StoredContent Content)> ReadAsync(SyncRun run, BackupPaths paths, CancellationToken cancellationToken)
    {
        BackupException? badNote = null;
        var known = KnownAt(run, paths);
        var (stored, content) = await StoredBackup.ReadAsync(
            run.Storage, run.Site, paths, run.Keys, known?.InfoHash, failure => badNote = failure, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return (null, content);
        }
        // What this platform wrote itself stays trusted as long as it is the same.
        if (context.Backups.IsOwnInfo(run.Site.Name, paths.RemotePath, stored.InfoHash!))
        {
            stored = stored with { Backup = stored.Backup with { Origin = BackupOrigin.Platform } };
        }
        else if (!stored.Backup.Encrypted && known?.Backup.Origin is BackupOrigin.Claimed or BackupOrigin.Matched && known.InfoHash == stored.InfoHash)
        {
            stored = stored with { Backup = stored.Backup with { Origin = BackupOrigin.Matched } };
        }
        if (badNote is not null)
        {
            run.Observer.OnWarning(badNote.Message);
        }
        return (known is null || known.Backup.Id != stored.Backup.Id
            ? stored
            : await ChooseNoteAsync(run, paths, known, stored, badNote is not null, cancellationToken).ConfigureAwait(false), content);
    }

    /// <summary>
    /// The record with the label and the preservation that count. An absent note proves nothing, and must not end a preservation. Neither must a
    /// note that anyone can have written.
    /// </summary>
    private static async Task<BackupRecord> ChooseNoteAsync(
        SyncRun run, BackupPaths paths, BackupRecord known, BackupRecord stored, bool isUnreadable, CancellationToken cancellationToken)
    {
        var kept = stored with { Backup = stored.Backup with { Label = known.Backup.Label, PreserveUntil = known.Backup.PreserveUntil } };
        if (isUnreadable || !known.IsLocal || kept.Backup == stored.Backup)
        {
            return isUnreadable ? kept : stored;
        }
        var isShorter = known.Backup is { Encrypted: false, PreserveUntil: { } until } && !(stored.Backup.PreserveUntil >= until);
        var isAbsent = await run.Storage.FindAsync(paths.Note, cancellationToken).ConfigureAwait(false) is null;
        if (isAbsent || isShorter)
        {
            run.Observer.OnWarning(
                $"The note of {known.Backup.Id} on {run.Site.Name} {(isAbsent ? "is missing" : "would end its preservation earlier")}. Its label and "
                + "preservation stay as the catalog knows them; Set-AppBackup stores them again.");
            return kept;
        }
        var isPlain = !known.Backup.Encrypted;
        if (isPlain && run.Site.KeyId is not null)
        {
            run.Observer.OnWarning(
                $"The note of {known.Backup.Id} on {run.Site.Name} is not encrypted although the site is, and is not the one that this platform wrote. It has "
                + "no effect: Set-AppBackup stores label and preservation again. Find out who wrote it.");
            return kept;
        }
        if (isPlain && stored.Backup.PreserveUntil is { } longer && !(known.Backup.PreserveUntil >= longer))
        {
            run.Observer.OnWarning(
                $"The note of {known.Backup.Id} on {run.Site.Name} preserves it until {longer:yyyy-MM-dd}, which this platform did not set. If no other platform "
                + "of yours did, find out who wrote it, and end it: Set-AppBackup -Preserve:$false.");
        }
        return stored;
    }

    /// <summary>
    /// Whether a backup takes the id from another one: it is trusted and the other is not, or both are new and not trusted and its backup info was
    /// written earlier. A copy is younger than its original.
    /// </summary>
    private static bool IsBetter(SyncRun run, SiteBackup backup, BackupPaths paths, SiteBackup rival)
    {
        if (backup.Trusted || rival.Trusted)
        {
            return backup.Trusted && !rival.Trusted;
        }
        var written = run.Findings.Written;
        return run.Findings.NewIds.Contains(rival.Id)
            && written.GetValueOrDefault(paths.Info) < written.GetValueOrDefault(BackupPaths.Of(rival).Info);
    }

    /// <summary>Another backup that has the id already; null when there is none.</summary>
    private SiteBackup? FindRival(SiteBackup backup) => context.Backups.Find(backup.Id)?.Backup is { } other
        && (other.RemotePath != backup.RemotePath || !string.Equals(other.Site, backup.Site, StringComparison.OrdinalIgnoreCase))
        ? other
        : null;
}
