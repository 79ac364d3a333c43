using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CloudBackup.Commands;

/// <summary>Completes names from the catalog on Tab. Never prompts, never fails: without a catalog there is nothing to offer.</summary>
public abstract class CatalogCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var word = (wordToComplete ?? "").Trim('\'', '"');
        var home = fakeBoundParameters["PlatformHome"] as string;
        try
        {
            if (OfferWithoutCatalog(fakeBoundParameters) is { } known)
            {
                return [.. Results(known, word)];
            }
            using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = home, CreatesPlatform = false });
            return [.. Results(Offer(engine, fakeBoundParameters), word)];
        }
        catch (BackupException)
        {
            return [];
        }
    }

    /// <summary>What can be offered where the catalog is not needed; null where it is.</summary>
    protected virtual IEnumerable<(string Text, string Hint)>? OfferWithoutCatalog(IDictionary bound) => null;

    /// <summary>What can be offered, with a hint each.</summary>
    protected abstract IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound);

    private static IEnumerable<CompletionResult> Results(IEnumerable<(string Text, string Hint)> offers, string word) => offers
        .Where(offer => offer.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
        .Select(offer => new CompletionResult(offer.Text, offer.Text, CompletionResultType.ParameterValue, offer.Hint));
}

/// <summary>Completes names of sites.</summary>
public sealed class SiteCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return engine.Sites.List().Select(site => (site.Name, $"{site.Provider} {site.Settings.Place}"));
    }
}

/// <summary>Completes locations of apps.</summary>
public sealed class AppCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return engine.Apps.List().Select(app => (app.Location, $"{app.PackageName} {app.Version}".Trim()));
    }
}

/// <summary>Completes ids of backups, newest first; only those of the app that is named already.</summary>
public sealed class AppBackupCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.AppBackups.List(bound["Location"] as string, bound["Site"] as string)
            .Select(backup => (backup.Id, $"{DisplayText.FullTime(backup.Created)} {backup.State} {backup.Label}".Trim()));
    }
}

/// <summary>Completes ids of platform backups, newest first.</summary>
public sealed class PlatformBackupCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        return engine.PlatformBackups.List(bound["Site"] as string)
            .Select(backup => (backup.Id, $"{DisplayText.FullTime(backup.Created)} {backup.State} {backup.Label}".Trim()));
    }
}

/// <summary>Completes names of storage providers.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Sites.SiteService.ProviderNames
            .Where(name => name.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(name));
}

/// <summary>Completes regions of the provider that is named, or that the named site has.</summary>
public sealed class RegionCompleter : CatalogCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)> Offer(BackupEngine engine, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bound);
        var site = engine.Sites.List().FirstOrDefault(site => string.Equals(site.Name, bound["Name"] as string, StringComparison.OrdinalIgnoreCase));
        return RegionsOf(site?.Provider);
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Hint)>? OfferWithoutCatalog(IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(bound);
        return bound["Provider"] is string provider ? RegionsOf(provider) : null;
    }

    private static IEnumerable<(string Text, string Hint)> RegionsOf(string? provider) =>
        Sites.SiteService.RegionNames(provider ?? "").Select(region => (region, region));
}
