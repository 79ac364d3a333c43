using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Sites;

namespace CloudBackup;

/// <summary>The sites of a platform.</summary>
public sealed partial class SiteService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    internal SiteService(EngineContext context, SiteStorage storages, OperationList operations)
    {
        _context = context;
        _storages = storages;
        _operations = operations;
    }

    /// <summary>All sites, by name.</summary>
    public IReadOnlyList<BackupSite> List() => _context.Sites.List();

    /// <summary>The site of a name.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public BackupSite Get(string name) => _context.Sites.Find(name) ?? throw BackupErrors.SiteNotFound(name);

    /// <summary>
    /// Adds a site after checking that its storage can be written to, read and listed. The first site is the default one. With a password,
    /// new backups are encrypted; the keys made of it are kept in the platform home, the password nowhere.
    /// </summary>
    /// <exception cref="BackupException">
    /// The name is taken or invalid, a setting is, the storage is inside something that is backed up (or the other way round), cannot be used,
    /// or holds backups that were made with another password.
    /// </exception>
    public async Task<BackupSite> AddAsync(
        BackupSite site, SiteSecrets secrets, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using var keys = Derive(secrets);
        _ = site.Retention?.Check();
        site = SiteRules.Check(site) with { Created = _context.Time.GetUtcNow(), KeyId = keys?.Id };
        if (_context.Sites.Find(site.Name) is not null)
        {
            throw BackupErrors.SiteExists(site.Name);
        }
        CheckFolder(site);
        await ProbeAsync(site, secrets, observer, cancellationToken).ConfigureAwait(false);
        await TakeKeysAsync(site, secrets, keys, isNew: false, observer, cancellationToken).ConfigureAwait(false);
        KeepCredential(site, secrets);
        if (!_context.Sites.Add(site))
        {
            throw BackupErrors.SiteExists(site.Name);
        }
        return Get(site.Name);
    }

    /// <summary>
    /// Replaces a site's settings, after the same checks. Backups that exist stay as they are. A password is a new one for new backups; the
    /// keys of older ones are kept as long as there are such.
    /// </summary>
    /// <exception cref="BackupException">There is no such site, a setting is invalid, or the storage cannot be used.</exception>
    public async Task<BackupSite> UpdateAsync(
        BackupSite site, SiteSecrets secrets, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (secrets is { RemovePassword: true, Password: not null })
        {
            throw BackupErrors.PasswordContradiction(site.Name);
        }
        var known = Get(site.Name);
        using var keys = Derive(secrets);
        if (site.Retention != known.Retention)
        {
            // What was valid once may not be on this machine; it must not stand in the way of other changes.
            _ = site.Retention?.Check();
        }
        site = SiteRules.Check(site);
        if (site.Settings != known.Settings || site.Prefix != known.Prefix)
        {
            CheckFolder(site);
        }
        site = site with { KeyId = secrets.RemovePassword ? null : keys?.Id ?? site.KeyId };
        await ProbeAsync(site, secrets, observer, cancellationToken).ConfigureAwait(false);
        await TakeKeysAsync(site, secrets, keys, isNew: true, observer, cancellationToken).ConfigureAwait(false);
        KeepCredential(site, secrets);
        return _context.Sites.Update(site) ? Get(site.Name) : throw BackupErrors.SiteNotFound(site.Name);
    }

    /// <summary>Forgets a site and the records of its backups; what is in the storage stays.</summary>
    /// <exception cref="BackupException">There is no such site, or it has backups and <paramref name="forgetBackups"/> is not set.</exception>
    public void Remove(string name, bool forgetBackups)
    {
        name = _context.Sites.FindName(name) ?? throw BackupErrors.SiteNotFound(name);
        var unreadable = _context.Backups.ListUnreadable(name).Count;
        var count = unreadable + _context.Backups.List(site: name).Count(record => record.Backup.HoldsData);
        if (count > 0 && !forgetBackups)
        {
            throw BackupErrors.SiteHasBackups(name, count);
        }
        var keyIds = _context.Backups.List(site: name).Select(record => record.Backup.KeyId).OfType<string>();
        // Which keys a backup needs whose row cannot be read is not known: all stay.
        foreach (var keyId in keyIds.Concat(unreadable > 0 ? _context.Keys.Ids : []).Distinct())
        {
            // The backups stay in the storage: you must not find them locked when you add the site again.
            _context.Keys.Retain(keyId);
        }
        _context.Home.RemoveSyncFolder(name);
        _context.Sites.Remove(name);
        _context.Credentials.Remove(name);
    }

    /// <summary>Writes a site's settings without secrets to a file, and which of its backups is meant, for Restore-Platform elsewhere.</summary>
    /// <param name="name">The site; null for the backup's, or the default one.</param>
    /// <param name="backupId">The backup that is meant; null for none in particular.</param>
    /// <param name="path">The file.</param>
    /// <param name="mayReplace">Whether a file that is there is replaced.</param>
    /// <exception cref="BackupException">There is no such site or backup, or the file cannot be written.</exception>
    public FileInfo Export(string? name, string? backupId, string path, bool mayReplace) =>
        new SiteExporter(_context, _storages).Run(name, backupId, path, mayReplace);

    /// <summary>Writes, lists, reads and removes a probe object, and tells what the storage can do.</summary>
    /// <exception cref="BackupException">There is no such site.</exception>
    public async Task<SiteTestResult> TestAsync(string? name, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var site = _storages.Resolve(name);
        return await _operations.RunAsync(
            OperationKind.SiteTest,
            site.Name,
            observer,
            (scope, token) => SiteProbe.RunAsync(site, _context, scope, null, isThorough: true, token),
            cancellationToken).ConfigureAwait(false);
    }

    private static BackupKeys? Derive(SiteSecrets secrets) => secrets.Password switch
    {
        null => null,
        { Length: 0 } => throw BackupErrors.PasswordEmpty(),
        var password => BackupKeys.Derive(password),
    };

    private async Task TakeKeysAsync(
        BackupSite site, SiteSecrets secrets, BackupKeys? keys, bool isNew, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (keys is null)
        {
            return;
        }
        await _storages.UseAsync(site, observer, async storage =>
        {
            if (storage.Capabilities.KeepsData)
            {
                await KeyCheck.EnsureAsync(site.Name, storage, keys, isNew, _context.Time.GetUtcNow(), observer, cancellationToken)
                    .ConfigureAwait(false);
            }
            return true;
        }, secrets.ForStorage).ConfigureAwait(false);
        _context.Keys.Add(keys);
    }

    private void KeepCredential(BackupSite site, SiteSecrets secrets)
    {
        if (secrets.ForStorage is { } credential)
        {
            _context.Credentials.Write(site.Name, credential);
        }
    }

    private async Task ProbeAsync(BackupSite site, SiteSecrets secrets, IOperationObserver observer, CancellationToken cancellationToken)
    {
        _ = BackupFormats.Get(site.Format);
        var result = await SiteProbe.RunAsync(site, _context, observer, secrets.ForStorage, isThorough: false, cancellationToken).ConfigureAwait(false);
        if (!result.IsUsable)
        {
            throw BackupErrors.SiteUnusable(site.Name, result.Error ?? "", null);
        }
        foreach (var warning in result.Warnings)
        {
            observer.OnWarning(warning);
        }
    }

    /// <summary>A restore in place of what the storage is inside of would take the backups away.</summary>
    private void CheckFolder(BackupSite site)
    {
        if (site.Settings.LocalFolder is not null)
        {
            UnreadableRow.RequireNone(_context.Apps.ListUnreadable(), "check of the site's folder");
        }
        List<FolderClaim> others =
        [
            .. _context.Apps.List().Select(FolderClaim.Of),
            .. _context.Platform.Get().ExtraDirectories.Select(FolderClaim.OfExtraDirectory),
        ];
        foreach (var (claim, other) in FolderClaim.FindOverlaps(FolderClaim.Of([site]), others))
        {
            throw BackupErrors.SiteFolderTaken(claim.Path, claim.Whose, other.Path, other.Whose);
        }
    }
}
