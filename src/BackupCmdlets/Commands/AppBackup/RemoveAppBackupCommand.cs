using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Removes a backup from its storage and from the catalog.</summary>
[Cmdlet(
    VerbsCommon.Remove, "AppBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    HelpUri = OnlineHelp.Pages + "Remove-AppBackup")]
public sealed class RemoveAppBackupCommand : AppBackupByIdCommand
{
    /// <summary>Also removes a backup that a platform backup depends on.</summary>
    [Parameter]
    public SwitchParameter IncludeRequired { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        var backup = Engine.AppBackups.Get(id);
        if (IsConfirmed($"{backup.Id} of {DisplayText.FullTime(backup.Created)} on {backup.Site}", "Remove backup", destroys: !Force))
        {
            Run((observer, token) => Engine.AppBackups.RemoveAsync(id, IncludeRequired, observer, token));
        }
    }
}
