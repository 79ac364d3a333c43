using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Decrypts file names or relative paths of encrypted backups of the rsync format.</summary>
[Cmdlet(VerbsSecurity.Unprotect, "BackupFileName", HelpUri = OnlineHelp.Pages + "Unprotect-BackupFileName")]
[OutputType(typeof(string))]
public sealed class UnprotectBackupFileNameCommand : FileProtectionCommand
{
    /// <summary>Names, or relative paths, whose parts are decrypted one by one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process() => ForEachItem(Name, name => WriteObject(Protection.UnprotectName(name)));
}
