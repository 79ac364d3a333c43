using CloudBackup.Catalog;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Restore;

namespace CloudBackup.PlatformRestore;

/// <summary>Everything that can be known to go wrong before a platform is restored. Touches nothing.</summary>
/// <param name="context">The platform that is restored to.</param>
/// <param name="options">What is wanted.</param>
/// <param name="unfinished">An earlier restore that was interrupted; null when there is none.</param>
internal sealed class RestorePreflight(EngineContext context, PlatformRestoreOptions options, PlatformRestoreEntry? unfinished)
{
    /// <summary>Runs all checks.</summary>
    /// <param name="box">The platform backup.</param>
    /// <param name="content">What it says.</param>
    /// <param name="apps">Its apps, with the backups that were found.</param>
    /// <param name="extraSizes">The bytes of each extra directory, by its name in the backup.</param>
    public IReadOnlyList<RestoreCheck> Run(
        FoundBox box, BoxContent content, IReadOnlyList<AppToRestore> apps, IReadOnlyDictionary<string, long> extraSizes) =>
    [
        CheckVersion(content.Config),
        new("Keys", CheckOutcome.Passed, box.Stored.Cipher is null ? "The backup is not encrypted." : "The password opens the backup."),
        CheckPlatform(),
        .. CheckBackups(apps),
        .. CheckFolders(content.Config, apps, extraSizes),
        CheckTools(apps),
        CheckSecrets(content.Config),
    ];

    private RestoreCheck CheckVersion(PlatformConfig config)
    {
        const string Name = "Version";
        if (config.Version == context.Version)
        {
            return new(Name, CheckOutcome.Passed, $"The backup was made by CloudBackup {config.Version}, which this is.");
        }
        return options.AllowVersionMismatch
            ? new(Name, CheckOutcome.Warning, $"The backup was made by CloudBackup {config.Version}, and this is {context.Version}: its catalog is brought up to date.")
            : Failed(Name, BackupErrors.PlatformVersionMismatch(config.Version, context.Version));
    }

    private RestoreCheck CheckPlatform()
    {
        const string Name = "Platform";
        var count = context.Apps.List().Count;
        if (count == 0)
        {
            return new(Name, CheckOutcome.Passed, "The platform has no apps.");
        }
        return options.Force
            ? new(Name, CheckOutcome.Warning, $"The platform has {count} apps, which will be forgotten; their data stays where it is.")
            : Failed(Name, BackupErrors.PlatformHasApps(context.Home.Path, count));
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
                    : Failed(Name, failure);
            }
        }
        yield return new(Name, CheckOutcome.Passed, $"{apps.Count(app => app.IsRestorable)} of {apps.Count} apps have a backup that is there and can be opened.");
    }

    private IEnumerable<RestoreCheck> CheckFolders(
        PlatformConfig config, IReadOnlyList<AppToRestore> apps, IReadOnlyDictionary<string, long> extraSizes)
    {
        const string Name = "Folders";
        var begun = unfinished?.ExtraDirectories.Select(directory => directory.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        List<FolderToFill> folders =
        [
            .. config.ExtraDirectories.Select(extra => new FolderToFill(
                extra.Path, "an extra directory of the platform", extraSizes.GetValueOrDefault(extra.Name), begun.Contains(extra.Path))),
        ];
        if (!options.SkipAppRestore)
        {
            folders.AddRange(apps.Where(app => app.IsRestorable).Select(app =>
                new FolderToFill(app.App.DataDirectory, $"the data directory of {app.App.Location}", app.Info!.AllocatedSize)));
        }
        var failures = FolderCheck.Run(folders, options.Force).Concat(CheckOverlap(config, apps)).ToList();
        return failures.Count > 0
            ? failures.Select(failure => Failed(Name, failure))
            : [new(Name, CheckOutcome.Passed, $"{folders.Count} folders can be filled, with {folders.Sum(folder => folder.Size)} bytes.")];
    }

    private IEnumerable<BackupException> CheckOverlap(PlatformConfig config, IReadOnlyList<AppToRestore> apps)
    {
        BackupException? failure = null;
        try
        {
            ExtraDirectories.Check([.. config.ExtraDirectories.Select(extra => extra.Path)], context.Home.Path, apps.Select(app => app.App));
        }
        catch (BackupException overlap)
        {
            failure = overlap;
        }
        return failure is null ? [] : [failure];
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

    private static RestoreCheck Failed(string name, BackupException failure) => new(name, CheckOutcome.Failed, failure.Message) { Failure = failure };
}
