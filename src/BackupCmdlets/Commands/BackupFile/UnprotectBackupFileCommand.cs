using System.Management.Automation;
using CloudBackup.Protection;

namespace CloudBackup.Commands;

/// <summary>
/// Decrypts files, or with -Recurse whole folders with their names: what Protect-BackupFile made, and objects of encrypted backups. A file
/// appears only when all of it is authentic.
/// </summary>
[Cmdlet(
    VerbsSecurity.Unprotect, "BackupFile", SupportsShouldProcess = true, DefaultParameterSetName = "Path",
    HelpUri = OnlineHelp.Pages + "Unprotect-BackupFile")]
[OutputType(typeof(FileInfo))]
public sealed class UnprotectBackupFileCommand : BackupFileCommand
{
    /// <inheritdoc/>
    protected override string Action => "Decrypt";

    /// <inheritdoc/>
    protected override string ResultName(string name) => FileProtection.UnprotectedName(name);

    /// <inheritdoc/>
    protected override Task<FileInfo> ConvertAsync(
        string source, string destination, IOperationObserver observer, CancellationToken cancellationToken) =>
        Protection.UnprotectAsync(source, destination, Force, observer, cancellationToken);

    /// <inheritdoc/>
    protected override Task ConvertTreeAsync(
        string source, string destination, Action<FileInfo> onFile, IOperationObserver observer, CancellationToken cancellationToken) =>
        Protection.UnprotectTreeAsync(source, destination, Force, observer, onFile, cancellationToken);
}
