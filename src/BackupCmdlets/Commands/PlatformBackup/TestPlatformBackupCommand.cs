using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Reads a backup of the platform back from its storage, checks every hash, and that every app backup that it depends on is there.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PlatformBackup")]
[OutputType(typeof(BackupTestResult))]
[OutputType(typeof(bool))]
public sealed class TestPlatformBackupCommand : PlatformBackupByIdCommand
{
    /// <summary>Reads the app backups that it depends on back too, and writes a result for each.</summary>
    [Parameter]
    public SwitchParameter IncludeApp { get; set; }

    /// <summary>Writes only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        Write(Run((observer, token) => Engine.PlatformBackups.TestAsync(id, observer, token)));
        if (IncludeApp)
        {
            ForEachItem(Engine.PlatformBackups.Get(id).DependsOn, appBackup =>
                Write(Run((observer, token) => Engine.AppBackups.TestAsync(appBackup, observer, token))));
        }
    }

    private void Write(BackupTestResult result) => WriteObject(Quiet ? result.IsValid : result);
}
