using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Removes a backup from its storage and from the catalog.</summary>
[Cmdlet(VerbsCommon.Remove, "AppBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveAppBackupCommand : AppBackupByIdCommand
{
    /// <summary>Does not ask, and removes also what a platform backup depends on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        var backup = Engine.AppBackups.Get(id);
        if (IsConfirmed($"{backup.Id} of {DisplayText.FullTime(backup.Created)} on {backup.Site}", "Remove backup", destroys: !Force))
        {
            Run((observer, token) => Engine.AppBackups.RemoveAsync(id, Force, observer, token));
        }
    }
}
