namespace CloudBackup.Reading;

/// <summary>Why a backup is not trusted, and what to check before you rely on it: the one text for all commands.</summary>
internal static class BackupDoubt
{
    /// <summary>The doubt about a backup of the catalog; null when it is trusted.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="site">Its site; null when it is not known.</param>
    public static string? Find(SiteBackup backup, BackupSite? site) => backup.Trusted
        ? null
        : backup.Origin == BackupOrigin.Claimed
            ? $"The backup {backup.Id} is not trusted: only the catalog of an untrusted platform backup names it. {WayOut(backup.Id, backup is AppBackup)}"
            : Of(backup.Id, backup is AppBackup, isSiteEncrypted: site?.KeyId is not null && !backup.Encrypted);

    /// <summary>The doubt about a backup that a storage holds.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="isApps">Whether it is one of an app.</param>
    /// <param name="isSiteEncrypted">Whether its site encrypts its backups.</param>
    public static string Of(string id, bool isApps, bool isSiteEncrypted)
    {
        var why = isSiteEncrypted ? "it is not encrypted although its site is, and this platform did not make it" : "it is not encrypted, and this platform did not make it";
        return $"The backup {id} is not trusted: {why}. Anyone who can write to the storage can have written it. {WayOut(id, isApps)}";
    }

    /// <summary>Warns of a doubt; null is none.</summary>
    public static void Warn(string? doubt, IOperationObserver observer)
    {
        if (doubt is not null)
        {
            observer.OnWarning(doubt);
        }
    }

    private static string WayOut(string id, bool isApps) => isApps
        ? $"Check who made it and what it holds (Get-AppBackupItem {id})."
        : "Check who made it, and which folders and commands it names (Restore-Platform -WhatIf).";
}
