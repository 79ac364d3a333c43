using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Restores a backup: in place, where the app's data and version go back to it, or with -Destination its content to a folder.
/// </summary>
[Cmdlet(
    VerbsData.Restore, "AppBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "InPlace",
    HelpUri = OnlineHelp.Pages + "Restore-AppBackup")]
[OutputType(typeof(BackupApp), ParameterSetName = ["InPlace"])]
[OutputType(typeof(DirectoryInfo), ParameterSetName = ["Destination"])]
public sealed class RestoreAppBackupCommand : EngineCommand
{
    /// <summary>The id of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReadyBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = "";

    /// <summary>A new or empty folder for the backup's content. The app itself is left alone.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Destination")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Does not ask before the app's present data is replaced.</summary>
    [Parameter(ParameterSetName = "InPlace")]
    public SwitchParameter Force { get; set; }

    /// <summary>Replaces the present state without backing it up first.</summary>
    [Parameter(ParameterSetName = "InPlace")]
    public SwitchParameter SkipSafetyBackup { get; set; }

    /// <summary>Tells the app's commands to leave DNS alone: CLOUDBACKUP_SKIP_DNS=1 is in their environment.</summary>
    [Parameter(ParameterSetName = "InPlace")]
    public SwitchParameter SkipDns { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var backup = Engine.AppBackups.Get(Id);
        WriteDoubt(backup);
        if (ParameterSetName == "Destination")
        {
            var path = ResolvePath(Destination)!;
            if (IsConfirmed(path, $"Restore {Id}", destroys: false))
            {
                WriteItem(Run((observer, token) => Engine.AppBackups.RestoreToAsync(Id, path, observer, token)));
            }
        }
        else if (IsConfirmed(backup.Location, $"Replace data and version by those of {Id}", destroys: !Force))
        {
            var options = new AppRestoreOptions { SkipSafetyBackup = SkipSafetyBackup, SkipDns = SkipDns };
            WriteObject(Run((observer, token) => Engine.AppBackups.RestoreAsync(Id, options, observer, token)));
        }
    }
}
