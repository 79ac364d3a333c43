using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Checks a backup of the platform in its storage, as Test-AppBackup does, and that every app backup that it depends on is there.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PlatformBackup", HelpUri = OnlineHelp.Pages + "Test-PlatformBackup")]
[OutputType(typeof(BackupTestResult))]
[OutputType(typeof(bool))]
public sealed class TestPlatformBackupCommand : PlatformBackupByIdCommand
{
    /// <summary>Reads every file of backups of the format rsync and compares its hash. Archives are always read.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Checks the app backups that it depends on too, and writes a result for each.</summary>
    [Parameter]
    public SwitchParameter IncludeApp { get; set; }

    /// <summary>Writes only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        WriteTestResult(Run((observer, token) => Engine.PlatformBackups.TestAsync(id, Deep, observer, token)), Quiet);
        if (IncludeApp)
        {
            ForEachItem(Engine.PlatformBackups.Get(id).DependsOn, appBackup =>
                WriteTestResult(Run((observer, token) => Engine.AppBackups.TestAsync(appBackup, Deep, observer, token)), Quiet));
        }
    }
}
