using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists backups of apps, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "AppBackup", DefaultParameterSetName = "Filter")]
[OutputType(typeof(AppBackup))]
public sealed class GetAppBackupCommand : EngineCommand
{
    /// <summary>Locations of apps; wildcards are allowed. By default all.</summary>
    [Parameter(Position = 0, ParameterSetName = "Filter", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Location { get; set; } = ["*"];

    /// <summary>Only backups of this site.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>Only the newest Ready backup of each app.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter Newest { get; set; }

    /// <summary>The ids of backups.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(AppBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == "Id")
        {
            ForEachItem(Id, id => WriteObject(Engine.AppBackups.Get(id)));
            return;
        }
        if (Site is not null)
        {
            Site = Engine.Sites.Get(Site).Name;
        }
        ForEachItem(Location, WriteMatches);
    }

    private void WriteMatches(string pattern)
    {
        var matcher = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
        var found = Engine.AppBackups.List(site: Site).Where(backup => matcher.IsMatch(backup.Location));
        WriteObject(Newest ? Engine.AppBackups.SelectNewest(found) : found, enumerateCollection: true);
    }
}
