using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Removes a backup of the platform from its storage and from the catalog. The app backups that it depends on stay.</summary>
[Cmdlet(
    VerbsCommon.Remove, "PlatformBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    HelpUri = OnlineHelp.Pages + "Remove-PlatformBackup")]
public sealed class RemovePlatformBackupCommand : PlatformBackupByIdCommand
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        var backup = Engine.PlatformBackups.Get(id);
        if (IsConfirmed($"{backup.Id} of {DisplayText.FullTime(backup.Created)} on {backup.Site}", "Remove backup", destroys: !Force))
        {
            Run((observer, token) => Engine.PlatformBackups.RemoveAsync(id, observer, token));
        }
    }
}
