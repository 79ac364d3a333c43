using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Encrypts file names or relative paths as encrypted backups of the rsync format have them.</summary>
[Cmdlet(VerbsSecurity.Protect, "BackupFileName", HelpUri = OnlineHelp.Pages + "Protect-BackupFileName")]
[OutputType(typeof(string))]
public sealed class ProtectBackupFileNameCommand : FileProtectionCommand
{
    /// <summary>Names, or relative paths, whose parts are encrypted one by one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process() => ForEachItem(Name, name => WriteObject(Protection.ProtectName(name)));
}
