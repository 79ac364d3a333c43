using System.Management.Automation;
using CloudBackup.Protection;

namespace CloudBackup.Commands;

/// <summary>Encrypts files, or with -Recurse whole folders with their names, in the format of encrypted backups.</summary>
[Cmdlet(
    VerbsSecurity.Protect, "BackupFile", SupportsShouldProcess = true, DefaultParameterSetName = "Path",
    HelpUri = OnlineHelp.Pages + "Protect-BackupFile")]
[OutputType(typeof(FileInfo))]
public sealed class ProtectBackupFileCommand : BackupFileCommand
{
    /// <summary>With -Recurse: whether names are encrypted too. They are by default; readable names get .enc behind them.</summary>
    [Parameter]
    public SwitchParameter EncryptFileName { get; set; } = true;

    /// <inheritdoc/>
    protected override string Action => "Encrypt";

    /// <inheritdoc/>
    protected override string ResultName(string name) => FileProtection.ProtectedName(name);

    /// <inheritdoc/>
    protected override Task<FileInfo> ConvertAsync(
        string source, string destination, IOperationObserver observer, CancellationToken cancellationToken) =>
        Protection.ProtectAsync(source, destination, Force, observer, cancellationToken);

    /// <inheritdoc/>
    protected override Task ConvertTreeAsync(
        string source, string destination, Action<FileInfo> onFile, IOperationObserver observer, CancellationToken cancellationToken) =>
        Protection.ProtectTreeAsync(source, destination, EncryptFileName, Force, observer, onFile, cancellationToken);
}
