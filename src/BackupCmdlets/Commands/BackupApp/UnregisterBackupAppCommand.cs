using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Forgets an app. Its data and its backups stay.</summary>
[Cmdlet(
    VerbsLifecycle.Unregister, "BackupApp", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    HelpUri = OnlineHelp.Pages + "Unregister-BackupApp")]
public sealed class UnregisterBackupAppCommand : EngineCommand
{
    /// <summary>The app's location.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [ValidateNotNullOrEmpty]
    public string Location { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ShouldProcess(Location, "Unregister app"))
        {
            Run((observer, _) =>
            {
                Engine.Apps.Unregister(Location, observer);
                return Task.CompletedTask;
            });
        }
    }
}
