using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Forgets a site and the records of its backups. Nothing in its storage is removed.</summary>
[Cmdlet(
    VerbsCommon.Remove, "BackupSite", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    HelpUri = OnlineHelp.Pages + "Remove-BackupSite")]
public sealed class RemoveBackupSiteCommand : EngineCommand
{
    /// <summary>The site's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Also forgets a site that has backups, with their records. The backups stay in the storage.</summary>
    [Parameter]
    public SwitchParameter ForgetBackup { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (IsConfirmed(Name, "Forget backup site and the records of its backups", destroys: !Force))
        {
            Engine.Sites.Remove(Name, ForgetBackup);
        }
    }
}
