using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Reads a whole backup back from its storage and checks every hash.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AppBackup")]
[OutputType(typeof(BackupTestResult))]
[OutputType(typeof(bool))]
public sealed class TestAppBackupCommand : AppBackupByIdCommand
{
    /// <summary>Writes only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        var result = Run((observer, token) => Engine.AppBackups.TestAsync(id, observer, token));
        WriteObject(Quiet ? result.IsValid : result);
    }
}
