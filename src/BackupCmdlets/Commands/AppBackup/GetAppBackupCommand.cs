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
        var apps = Engine.Apps.List().Where(app => matcher.IsMatch(app.Location)).Select(app => app.Id).ToHashSet();
        var found = Engine.AppBackups.List(site: site).Where(backup => matcher.IsMatch(backup.Location) || apps.Contains(backup.AppId)).ToList();
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            WriteNamed(pattern, site);
            return;
        }
        if (!Newest)
        {
            WriteObject(found, enumerateCollection: true);
            return;
        }
        var newest = Engine.AppBackups.SelectNewest(found);
        ForEachItem(newest, WriteNewest);
        var lacking = found.Where(backup => !newest.Any(other => other.AppId == backup.AppId || IsAt(other.Location, backup.Location)));
        foreach (var last in lacking.OrderByDescending(backup => backup.Trusted).DistinctBy(backup => backup.Location, StringComparer.OrdinalIgnoreCase))
        {
            WriteWarning($"{last.Location} has no Ready backup. The last one, {last.Id}, is {last.State}: see Get-AppBackup {last.Location}.");
        }
    }

    private void WriteNewest(AppBackup backup)
    {
        if (Engine.AppBackups.FindDoubt(backup) is { } doubt)
        {
            WriteWarning(doubt);
        }
        WriteObject(backup);
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
