using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists backups of apps, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "AppBackup", DefaultParameterSetName = "Filter", HelpUri = OnlineHelp.Pages + "Get-AppBackup")]
[OutputType(typeof(AppBackup))]
public sealed class GetAppBackupCommand : EngineCommand
{
    /// <summary>Locations of apps; wildcards are allowed. By default all.</summary>
    [Parameter(Position = 0, ParameterSetName = "Filter", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackupLocationCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Location { get; set; } = ["*"];

    /// <summary>A site, as Get-BackupSite writes it: its backups are listed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public BackupSite? InputObject { get; set; }

    /// <summary>Only backups of this site.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>Only the newest Ready backup of each app.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [Parameter(ParameterSetName = "InputObject")]
    public SwitchParameter Newest { get; set; }

    /// <summary>The ids of backups.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(AppBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        switch (ParameterSetName)
        {
            case "Id":
                ForEachItem(Id, id => WriteObject(Engine.AppBackups.Get(id)));
                break;
            case "InputObject":
                WriteMatches("*", Engine.Sites.Get(InputObject!.Name).Name);
                break;
            default:
                var name = Site is null ? null : Engine.Sites.Get(Site).Name;
                ForEachItem(Location, pattern => WriteMatches(pattern, name));
                break;
        }
    }

    private void WriteMatches(string pattern, string? site)
    {
        var matcher = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
        // A renamed app keeps its backups, whose records have the location of that time.
        var apps = Engine.Apps.List();
        var meant = apps.Where(app => matcher.IsMatch(app.Location)).Select(app => app.Id).ToHashSet();
        var all = Engine.AppBackups.List(site: site);
        var found = all.Where(backup => matcher.IsMatch(backup.Location) || meant.Contains(backup.AppId)).ToList();
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            WriteNamed(pattern, site);
        }
        else if (Newest)
        {
            WriteNewest(all, found, apps, meant);
        }
        else
        {
            WriteObject(found, enumerateCollection: true);
        }
    }

    /// <summary>Writes the newest backup of each app that has one of some backups, wherever the app was when its others were made.</summary>
    private void WriteNewest(IReadOnlyList<AppBackup> all, List<AppBackup> found, IReadOnlyList<BackupApp> apps, HashSet<Guid> meant)
    {
        var locations = apps.ToDictionary(app => app.Id, app => app.Location);
        // A renamed app is not meant by a location that another app has now, unless its present one is asked for too.
        var renamed = found.Where(backup => locations.ContainsKey(backup.AppId) && !apps.Any(app => IsAt(app.Location, backup.Location)));
        var ids = meant.Concat(renamed.Select(backup => backup.AppId)).ToHashSet();
        var candidates = all.Where(backup => ids.Contains(backup.AppId)).Concat(found.Where(backup => !locations.ContainsKey(backup.AppId))).ToList();
        var newest = Engine.AppBackups.SelectNewest(candidates);
        ForEachItem(newest, backup =>
        {
            WriteDoubt(backup);
            WriteObject(backup);
        });
        var lacking = candidates.Where(backup => !newest.Any(other => other.AppId == backup.AppId || IsAt(LocationOf(other), LocationOf(backup))));
        foreach (var last in lacking.OrderByDescending(backup => backup.Trusted).DistinctBy(LocationOf, StringComparer.OrdinalIgnoreCase))
        {
            WriteWarning($"{LocationOf(last)} has no Ready backup. The last one, {last.Id}, is {last.State}: see Get-AppBackup {LocationOf(last)}.");
        }

        string LocationOf(AppBackup backup) => locations.GetValueOrDefault(backup.AppId, backup.Location);
    }

    private static bool IsAt(string location, string other) => string.Equals(location, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>A plain name without backups: an app that has none yet, the id of a backup that comes through the pipeline, or a mistake.</summary>
    private void WriteNamed(string name, string? site)
    {
        if (Engine.Apps.List().Any(app => IsAt(app.Location, name)))
        {
            return;
        }
        var byId = Engine.AppBackups.List(site: site).FirstOrDefault(backup => backup.Id == name);
        WriteObject(byId ?? throw BackupErrors.BackupsNotFound(name));
    }
}
