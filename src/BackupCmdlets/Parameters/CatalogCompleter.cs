using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CloudBackup.Commands;

/// <summary>
/// Completes values on Tab from the catalog. Reads nothing but the home folder, never asks and never fails: without a catalog it offers nothing.
/// </summary>
public abstract class CatalogCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete ?? "";
        var bound = fakeBoundParameters ?? new Hashtable();
        try
        {
            return [.. Offers(bound).Where(offer => offer.Fits(word)).Select(offer => offer.ToResult(word))];
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return []; // An error on the command line would be in the way of what the user types.
        }
    }

    /// <summary>What can be offered where the catalog is not needed; null where it is.</summary>
    protected virtual IEnumerable<CompletionOffer>? OfferWithoutCatalog(IDictionary bound) => null;

    /// <summary>What can be offered, with a hint each.</summary>
    protected abstract IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound);

    /// <summary>The site of a name that was given already; null when there is none.</summary>
    private protected static BackupSite? FindSite(BackupEngine engine, object? name) =>
        engine.Sites.List().FirstOrDefault(site => string.Equals(site.Name, name as string, StringComparison.OrdinalIgnoreCase));

    /// <summary>The site that a cmdlet reads: the one that was given already, else the default site.</summary>
    private protected static BackupSite? FindSiteToRead(BackupEngine engine, IDictionary bound) =>
        FindSite(engine, bound["Site"]) ?? engine.Sites.List().FirstOrDefault(site => site.IsDefault);

    /// <summary>Nothing where a file is given: it may be about the site of another platform, which the catalog does not know.</summary>
    private protected static IEnumerable<CompletionOffer>? OfferForFile(IDictionary? bound) => bound?.Contains("ConfigFile") == true ? [] : null;

    private List<CompletionOffer> Offers(IDictionary bound)
    {
        if (OfferWithoutCatalog(bound) is { } known)
        {
            return [.. known];
        }
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = Resolve(bound["PlatformHome"] as string), CreatesPlatform = false });
        return [.. Offer(engine, bound)];
    }

    /// <summary>A completer has no session of its own to ask, and the process has another current folder than PowerShell.</summary>
    private static string? Resolve(string? path) => path is null
        ? null
        : ScriptBlock.Create("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])").Invoke(path)[0].ToString();
}

/// <summary>Completes names of sites.</summary>
public sealed class SiteCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return engine.Sites.List().Select(site => new CompletionOffer(site.Name, $"{site.Provider} {site.Settings.Place}".Trim()));
    }
}

/// <summary>Completes locations of apps.</summary>
public sealed class AppCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        // Import-AppBackup -Register is about an app that is not there yet.
        return bound.Contains("Register")
            ? []
            : engine.Apps.List().Select(app => new CompletionOffer(app.Location, $"{app.PackageName} {app.Version}, {app.State}".Trim()));
    }
}

/// <summary>Completes locations that there are backups of, whether the app is still registered or not.</summary>
public sealed class BackupLocationCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.AppBackups.List(site: FindSite(engine, bound["Site"])?.Name)
            .GroupBy(backup => backup.Location, StringComparer.OrdinalIgnoreCase)
            .OrderBy(backups => backups.Key, StringComparer.OrdinalIgnoreCase)
            .Select(backups => new CompletionOffer(
                backups.Key, $"{backups.Count()} backups, the last one of {DisplayText.FullTime(backups.Max(backup => backup.Created))}"));
    }
}

/// <summary>Completes names of storage providers.</summary>
public sealed class ProviderCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> OfferWithoutCatalog(IDictionary bound) =>
        SiteService.ProviderNames.Select(name => new CompletionOffer(name, SiteService.ProviderTitle(name)));

    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound) => [];
}

/// <summary>Completes regions of the provider that is named, or that the named site has.</summary>
public sealed class RegionCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return RegionsOf(FindSite(engine, bound["Name"])?.Provider);
    }

    /// <inheritdoc/>
    protected override IEnumerable<CompletionOffer>? OfferWithoutCatalog(IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(bound);
        return bound["Provider"] is string provider ? RegionsOf(provider) : null;
    }

    private static IEnumerable<CompletionOffer> RegionsOf(string? provider) =>
        SiteService.RegionNames(provider ?? "").Select(region => new CompletionOffer(region, $"{SiteService.ProviderTitle(provider!)}, {region}"));
}
