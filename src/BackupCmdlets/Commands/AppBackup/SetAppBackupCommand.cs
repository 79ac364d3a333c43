using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Sets the label of a backup, or whether retention may remove it; in the storage too.</summary>
[Cmdlet(VerbsCommon.Set, "AppBackup", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Set-AppBackup")]
[OutputType(typeof(AppBackup))]
public sealed class SetAppBackupCommand : AppBackupByIdCommand
{
    /// <summary>A text of yours; empty removes it.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Label { get; set; }

    /// <summary>Retention never removes the backup; -Preserve:$false lets retention decide again.</summary>
    [Parameter]
    public SwitchParameter Preserve { get; set; }

    /// <summary>Writes the changed backup.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        _ = Engine.AppBackups.Get(id);
        if (!ShouldProcess(id, "Change backup"))
        {
            return;
        }
        var backup = Run((observer, token) => Engine.AppBackups.AnnotateAsync(id, Change, observer, token));
        if (PassThru)
        {
            WriteObject(backup);
        }
    }

    private AppBackup Change(AppBackup backup) => backup with
    {
        Label = IsGiven(nameof(Label)) ? (string.IsNullOrEmpty(Label) ? null : Label) : backup.Label,
        PreserveUntil = IsGiven(nameof(Preserve)) ? (Preserve ? DateTimeOffset.MaxValue : null) : backup.PreserveUntil,
    };
}
