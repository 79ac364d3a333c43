using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists backups of the platform, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "PlatformBackup", DefaultParameterSetName = "Filter", HelpUri = OnlineHelp.Pages + "Get-PlatformBackup")]
[OutputType(typeof(PlatformBackup))]
public sealed class GetPlatformBackupCommand : EngineCommand
{
    /// <summary>Only backups of this site.</summary>
    [Parameter(Position = 0, ParameterSetName = "Filter", ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>Only the newest Ready backup.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter Newest { get; set; }

    /// <summary>The ids of backups.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(PlatformBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == "Id")
        {
            ForEachItem(Id, id => WriteObject(Engine.PlatformBackups.Get(id)));
            return;
        }
        var site = Site is null ? null : Engine.Sites.Get(Site).Name;
        if (!Newest)
        {
            WriteObject(Engine.PlatformBackups.List(site), enumerateCollection: true);
        }
        else if (Engine.PlatformBackups.FindNewest(site) is { } newest)
        {
            WriteDoubt(newest);
            WriteObject(newest);
        }
    }
}
