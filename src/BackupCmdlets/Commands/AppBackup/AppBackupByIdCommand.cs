using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>A cmdlet for backups that are named by their ids.</summary>
public abstract class AppBackupByIdCommand : EngineCommand
{
    /// <summary>The ids of backups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(AppBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public virtual string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process() => ForEachItem(Id, Process);

    /// <summary>The cmdlet's work for one backup.</summary>
    protected abstract void Process(string id);
}
