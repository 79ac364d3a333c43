using System.Management.Automation;
using System.Security;
using CloudBackup.Protection;

namespace CloudBackup.Commands;

/// <summary>What the cmdlets that encrypt and decrypt files or names share.</summary>
public abstract class FileProtectionCommand : OperationCommand
{
    private FileProtection? _protection;

    /// <summary>The password. Backups of a site open with the site's password.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNull]
    public SecureString Password { get; set; } = new();

    /// <summary>Encrypts and decrypts.</summary>
    protected FileProtection Protection => _protection ??= new FileProtection(Password, TimeProvider.System);

    /// <inheritdoc/>
    protected override void EndProcessing() => Close();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
        base.Dispose(disposing);
    }

    private void Close()
    {
        _protection?.Dispose();
        _protection = null;
    }
}
