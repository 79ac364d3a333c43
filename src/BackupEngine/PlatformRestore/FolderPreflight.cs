using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Restore;
using CloudBackup.Swapping;

namespace CloudBackup.PlatformRestore;

/// <summary>Looks at the folders that a restore of the platform is going to fill: free, writable, large enough, and apart from each other.</summary>
/// <param name="context">The platform that is restored to.</param>
/// <param name="options">What is wanted.</param>
/// <param name="unfinished">An earlier restore that was interrupted; null when there is none.</param>
internal sealed class FolderPreflight(EngineContext context, PlatformRestoreOptions options, PlatformRestoreEntry? unfinished)
{
    private const string Name = "Folders";

    /// <summary>Everything that stands in the way, or should be known.</summary>
    /// <param name="config">The platform backup's configuration.</param>
    /// <param name="apps">Its apps, with the backups that were found.</param>
    /// <param name="sites">The sites that there will be.</param>
    /// <param name="extraSizes">The bytes of each extra directory, by its name in the backup.</param>
    public IEnumerable<RestoreCheck> Run(
        PlatformConfig config, IReadOnlyList<AppToRestore> apps, IEnumerable<BackupSite> sites, IReadOnlyDictionary<string, long> extraSizes)
    {
        var begun = unfinished?.ExtraDirectories.Select(directory => directory.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        // The backup knows the folders of its own machine. Links of this one may lead elsewhere.
        List<FolderClaim> ofApps = [.. apps.Select(app => FolderClaim.Of(app.App with { DataFolder = null }))];
        List<FolderClaim> ofSites = [.. FolderClaim.Of(sites)];
        var data = apps.Zip(ofApps).Where(app => app.First.IsRestorable)
            .Select(app => new FolderToFill(app.Second.Path, app.Second.Whose, app.First.Info!.AllocatedSize)).ToList();
        List<FolderToFill> folders =
        [
            .. config.ExtraDirectories.Select(extra => new FolderToFill(
                extra.Path, "an extra directory of the platform", extraSizes.GetValueOrDefault(extra.Name), begun.Contains(extra.Path))),
            .. options.SkipAppRestore ? [] : data,
        ];
        List<FolderToFill> kept = options.SetContentAside ? [.. folders.Where(folder => !folder.IsOurs && FolderCheck.IsOccupied(folder.Path))] : [];
        List<RestoreCheck> failures =
        [
            .. FolderCheck.Run(folders, options.SetContentAside).Concat(FindUnmovable(kept))
                .Concat(FindOverlaps(config, ofApps, ofSites)).Select(failure => RestoreCheck.Fail(Name, failure)),
        ];
        IEnumerable<RestoreCheck> warnings =
        [
            .. kept.Select(folder => Warn($"'{folder.Path}', {folder.Whose}, is not empty. What is in it is kept beside it, in '{folder.Path}{KeepingSwap.KeptSuffix}' and the time.")),
            .. options.SkipAppRestore ? data.Where(folder => FolderCheck.IsOccupied(folder.Path)).Select(folder => Warn($"'{folder.Path}', {folder.Whose}, is not empty, and stays as it is until the app is restored.")) : [],
            .. options.SkipAppRestore ? FindAppOverlaps(ofApps, ofSites).Select(failure => Warn(failure.Message)) : [],
        ];
        return failures.Count > 0
            ? failures.Concat(warnings)
            : warnings.Append(new(Name, CheckOutcome.Passed, $"{folders.Count} folders can be filled, with {folders.Sum(folder => folder.Size)} bytes."));
    }

    private static RestoreCheck Warn(string detail) => new(Name, CheckOutcome.Warning, detail);

    private static IEnumerable<BackupException> FindUnmovable(IEnumerable<FolderToFill> kept) =>
        from folder in kept
        let obstacle = KeepingSwap.FindObstacle(folder.Path)
        where obstacle is not null
        select BackupErrors.OldDataUnmovable(folder.Path, obstacle);

    /// <summary>Apps that overlap are no trouble as long as nothing is restored into them.</summary>
    private IEnumerable<BackupException> FindOverlaps(PlatformConfig config, IEnumerable<FolderClaim> ofApps, IEnumerable<FolderClaim> ofSites)
    {
        var ofExtra = ExtraDirectories.FindOverlaps(
            config.ExtraDirectories.Select(extra => extra.Path), [FolderClaim.Of(context.Home), .. ofApps, .. ofSites]);
        return options.SkipAppRestore ? ofExtra : ofExtra.Concat(FindAppOverlaps(ofApps, ofSites));
    }

    private IEnumerable<BackupException> FindAppOverlaps(IEnumerable<FolderClaim> ofApps, IEnumerable<FolderClaim> ofSites) =>
        FolderClaim.FindOverlaps(ofApps, [FolderClaim.Of(context.Home), .. ofSites])
            .Select(overlap => overlap.Claim.Taken(overlap.Other));
}
