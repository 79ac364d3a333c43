using System.Collections;

namespace CloudBackup.Commands;

/// <summary>Completes ids of app backups, newest first, for a word that begins the id or the app's location.</summary>
public class AppBackupCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.AppBackups.List(LocationOf(bound), FindSite(engine, bound["Site"])?.Name).Where(backup => IsOffered(backup.State)).Select(OfferOf);
    }

    /// <summary>The app that was named already; null where none was.</summary>
    protected virtual string? LocationOf(IDictionary bound) => bound?["Location"] as string;

    /// <summary>Whether the cmdlet can do its work on a backup of this state.</summary>
    protected virtual bool IsOffered(BackupState state) => true;

    internal static CompletionOffer OfferOf(AppBackup backup) => new(
        backup.Id, $"{backup.Location}, {DisplayText.FullTime(backup.Created)} on {backup.Site}, {backup.State} {backup.Label}".Trim(), backup.Location);
}

/// <summary>Completes ids of backups that have content to read.</summary>
public sealed class ReadableBackupCompleter : AppBackupCompleter
{
    /// <inheritdoc/>
    protected override bool IsOffered(BackupState state) => state is BackupState.Ready or BackupState.Partial;
}

/// <summary>Completes ids of good backups, for a restore or a clone.</summary>
public sealed class ReadyBackupCompleter : AppBackupCompleter
{
    /// <inheritdoc/>
    protected override bool IsOffered(BackupState state) => state == BackupState.Ready;

    /// <summary>The location of a clone is not the one of its backup.</summary>
    protected override string? LocationOf(IDictionary bound) => null;
}

/// <summary>Completes ids of platform backups, newest first.</summary>
public class PlatformBackupCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.PlatformBackups.List(FindSite(engine, bound["Site"])?.Name).Select(OfferOf);
    }

    internal static CompletionOffer OfferOf(PlatformBackup backup) =>
        new(backup.Id, $"{DisplayText.FullTime(backup.Created)} on {backup.Site}, {backup.State} {backup.Label}".Trim());
}

/// <summary>Completes ids of good platform backups on the site that a restore reads.</summary>
public sealed class ReadyPlatformBackupCompleter : PlatformBackupCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.PlatformBackups.List(FindSiteToRead(engine, bound)?.Name).Where(backup => backup.State == BackupState.Ready).Select(OfferOf);
    }

    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer>? OfferWithoutCatalog(IDictionary bound) => OfferForFile(bound);
}

/// <summary>Completes ids of good backups on a site: those of the platform, then those of apps.</summary>
public sealed class SiteBackupCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        var site = FindSite(engine, bound["Name"])?.Name;
        return
        [
            .. engine.PlatformBackups.List(site).Where(backup => backup.State == BackupState.Ready).Select(PlatformBackupCompleter.OfferOf),
            .. engine.AppBackups.List(site: site).Where(backup => backup.State == BackupState.Ready).Select(AppBackupCompleter.OfferOf),
        ];
    }
}

/// <summary>Completes paths of good app backups on the site that an import reads.</summary>
public sealed class RemotePathCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.AppBackups.List(site: FindSiteToRead(engine, bound)?.Name).Where(backup => backup.State == BackupState.Ready)
            .Select(backup => AppBackupCompleter.OfferOf(backup) with { Text = backup.RemotePath });
    }

    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer>? OfferWithoutCatalog(IDictionary bound) => OfferForFile(bound);
}
