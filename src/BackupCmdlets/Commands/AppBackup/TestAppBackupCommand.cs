using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Checks a backup in its storage: an archive to the last byte; of the format rsync that every object is there and as long as it should be,
/// or with Deep to the last byte.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "AppBackup", HelpUri = OnlineHelp.Pages + "Test-AppBackup")]
[OutputType(typeof(BackupTestResult))]
[OutputType(typeof(bool))]
public sealed class TestAppBackupCommand : AppBackupByIdCommand
{
    /// <inheritdoc/>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(ReadableBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public override string[] Id { get; set; } = [];

    /// <summary>An app, as Get-BackupApp writes it: its newest backup is tested.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public BackupApp? InputObject { get; set; }

    /// <summary>Reads every file of a backup of the format rsync and compares its hash. Archives are always read.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Writes only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (InputObject is null)
        {
            base.Process();
            return;
        }
        var newest = Engine.AppBackups.SelectNewest(Engine.AppBackups.ListOf(InputObject.Id));
        var wanted = newest.Count > 0 ? newest[0] : throw BackupErrors.AppHasNoBackup(InputObject.Location);
        WriteDoubt(wanted);
        Process(wanted.Id);
    }

    /// <inheritdoc/>
    protected override void Process(string id)
    {
        var result = Run((observer, token) => Engine.AppBackups.TestAsync(id, Deep, observer, token));
        WriteTestResult(result, Quiet);
    }
}
