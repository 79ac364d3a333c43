using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Sites;

namespace CloudBackup.PlatformRestore;

/// <summary>Everything that can be known to go wrong before a platform is restored. Touches nothing.</summary>
/// <param name="context">The platform that is restored to.</param>
/// <param name="options">What is wanted.</param>
/// <param name="unfinished">An earlier restore that was interrupted; null when there is none.</param>
internal sealed class RestorePreflight(EngineContext context, PlatformRestoreOptions options, PlatformRestoreEntry? unfinished)
{
    private const string KeysName = "Keys";

    /// <summary>Runs all checks.</summary>
    /// <param name="source">Where the backup is, and what opens it.</param>
    /// <param name="platform">The platform backup.</param>
    /// <param name="content">What it says.</param>
    /// <param name="apps">Its apps, with the backups that were found.</param>
    /// <param name="extraSizes">The bytes of each extra directory, by its name in the backup.</param>
    public IReadOnlyList<RestoreCheck> Run(
        RestoreSite source, FoundPlatform platform, PlatformContent content, IReadOnlyList<AppToRestore> apps, IReadOnlyDictionary<string, long> extraSizes) =>
    [
        CheckVersion(content.Config),
        CheckKeys(source, platform.Info, apps),
        CheckPlatform(),
        .. content.UnreadableRows.Select(row => new RestoreCheck(
            "Platform", CheckOutcome.Warning, $"The backup's catalog has a row that cannot be read, {row.What}: it is not restored. {row.WayOut}")),
        .. CheckBackups(apps),
        .. new FolderPreflight(context, options, unfinished).Run(content.Config, apps, content.SitesAfter(platform.Info.Id, source.Site), extraSizes),
        CheckTools(apps),
        CheckSecrets(content.Config),
    ];

    /// <summary>Nothing but this can be told of a backup that nothing opens.</summary>
    public static RestoreCheck NothingOpens(BackupException failure) => RestoreCheck.Fail(KeysName, failure);

    /// <summary>What is newer than the backup, and why it is not the one.</summary>
    public static IEnumerable<RestoreCheck> CheckNewest(BackupSite site, PlatformFinder finder, FoundPlatform platform)
    {
        const string Name = "Backup";
        if (finder.Refusal is { } refusal)
        {
            yield return RestoreCheck.Fail(Name, refusal);
        }
        if (finder.PassedOver is { } newer)
        {
            var whose = site.KeyId is null ? $"The site {site.Name} does not encrypt, so it may be yours" : "Find out who wrote it";
            yield return new(
                Name,
                CheckOutcome.Warning,
                $"{newer} is newer than {platform.Info.Id} of {platform.Info.Created:u}, but not trusted: it is not encrypted, and this platform did not make it. It is "
                + $"passed over. {whose}: -Id {newer} restores it.");
        }
    }

    private static RestoreCheck CheckKeys(RestoreSite source, BackupInfo platform, IReadOnlyList<AppToRestore> apps)
    {
        if (platform.Encryption is not { } encryption)
        {
            return new(KeysName, CheckOutcome.Passed, "The backup is not encrypted.");
        }
        if (source.Given is null)
        {
            return new(KeysName, CheckOutcome.Passed, "A key of this platform opens the backup.");
        }
        if (source.Given.Id == encryption.KeyId)
        {
            return new(KeysName, CheckOutcome.Passed, "The password opens the backup.");
        }
        return apps.Any(app => app.Info?.Encryption?.KeyId == source.Given.Id)
            ? new(KeysName, CheckOutcome.Passed, "A key of this platform opens the backup, and the password opens backups of apps.")
            : RestoreCheck.Fail(KeysName, BackupErrors.RestorePasswordWrong(source.Site.Name, platform.RemotePath, isOpen: true));
    }

    private RestoreCheck CheckVersion(PlatformConfig config)
    {
        const string Name = "Version";
        if (config.Version == context.Version)
        {
            return new(Name, CheckOutcome.Passed, $"The backup was made by CloudBackup {config.Version}, which this is.");
        }
        return options.AllowVersionMismatch
            ? new(Name, CheckOutcome.Warning, $"The backup was made by CloudBackup {config.Version}, and this is {context.Version}: its catalog is brought up to date.")
            : RestoreCheck.Fail(Name, BackupErrors.PlatformVersionMismatch(config.Version, context.Version));
    }

    private RestoreCheck CheckPlatform()
    {
        const string Name = "Platform";
        var count = context.Apps.Count();
        if (count == 0)
        {
            return new(Name, CheckOutcome.Passed, "The platform has no apps.");
        }
        return options.ReplacePlatform
            ? new(Name, CheckOutcome.Warning, $"The platform has {count} apps, which will be forgotten; their data is not removed.")
            : RestoreCheck.Fail(Name, BackupErrors.PlatformHasApps(context.Home.Path, count));
    }

    private IEnumerable<RestoreCheck> CheckBackups(IReadOnlyList<AppToRestore> apps)
    {
        const string Name = "Backups";
        foreach (var app in apps.Where(app => app.BackupId is null))
        {
            yield return new(Name, CheckOutcome.Warning, $"There is no backup of {app.App.Location}: it will be in state Error, without data.");
        }
        if (options.SkipAppRestore)
        {
            yield return new(Name, CheckOutcome.Warning, "No app's data will be restored.");
            yield break;
        }
        foreach (var app in apps)
        {
            if (app.Failure is { } failure)
            {
                yield return options.AllowMissingBackup
                    ? new(Name, CheckOutcome.Warning, $"{failure.Message} {app.App.Location} will be in state Error, without data.")
                    : RestoreCheck.Fail(Name, failure);
            }
        }
        yield return new(Name, CheckOutcome.Passed, $"{apps.Count(app => app.IsRestorable)} of {apps.Count} apps have a backup that is there and can be opened.");
    }

    private RestoreCheck CheckTools(IReadOnlyList<AppToRestore> apps)
    {
        const string Name = "Tools";
        var missing = ToolCheck.FindMissing(apps.Where(app => app.IsRestorable).Select(app => app.App), context.SearchPath);
        return options.SkipAppRestore || missing.Count == 0
            ? new(Name, CheckOutcome.Passed, "The executables of the apps' commands are there.")
            : new(Name, CheckOutcome.Warning, string.Join(
                ' ', missing.Select(tool => $"'{tool.Executable}' is not there; commands of {string.Join(", ", tool.Apps)} need it.")));
    }

    private static RestoreCheck CheckSecrets(PlatformConfig config) => config.HasSecrets
        ? new("Secrets", CheckOutcome.Passed, "Keys and credentials of the platform are in the backup.")
        : new("Secrets", CheckOutcome.Warning, "The backup is not encrypted, so keys and credentials of the platform are not in it: sites that need some ask for them again (Set-BackupSite).");
}
