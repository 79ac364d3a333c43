using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>A cmdlet for backups of the platform that are named by their ids.</summary>
public abstract class PlatformBackupByIdCommand : EngineCommand
{
    /// <summary>The ids of platform backups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void Process() => ForEachItem(Id, Process);

    /// <summary>The cmdlet's work for one backup.</summary>
    protected abstract void Process(string id);
}
