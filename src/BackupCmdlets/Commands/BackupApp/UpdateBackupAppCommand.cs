using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Updates an app: backs it up, stops it, runs its InstallCommand with the new version, starts it and asks for its health. When that fails,
/// data and version are put back from the backup.
/// </summary>
[Cmdlet(VerbsData.Update, "BackupApp", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Update-BackupApp")]
[OutputType(typeof(BackupApp))]
public sealed class UpdateBackupAppCommand : EngineCommand
{
    /// <summary>The app's location.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [ValidateNotNullOrEmpty]
    public string Location { get; set; } = "";

    /// <summary>The new version.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Version { get; set; } = "";

    /// <summary>The site that gets the backup from before. By default the default site.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>Updates without a backup, and so without a way back.</summary>
    [Parameter]
    public SwitchParameter SkipBackup { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var options = new AppUpdateOptions { Version = Version, Site = Site, SkipBackup = SkipBackup };
        if (ShouldProcess(Engine.Apps.Get(Location).Location, $"Update to {Version}"))
        {
            WriteObject(Run((observer, token) => Engine.AppBackups.UpdateAppAsync(Location, options, observer, token)));
        }
    }
}
