using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>A cmdlet that works on a platform. Opens the engine when it is first needed.</summary>
public abstract class EngineCommand : OperationCommand
{
    private BackupEngine? _engine;

    /// <summary>The platform's home folder. By default CLOUDBACKUP_HOME, or the place that fits user and system.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PlatformHome { get; set; }

    /// <summary>The engine of the platform.</summary>
    protected BackupEngine Engine => _engine ??= BackupEngine.Open(new BackupEngineOptions { PlatformHome = ResolvePath(PlatformHome) });

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        CloseEngine();
    }

    /// <summary>Closes the engine.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseEngine();
        }
        base.Dispose(disposing);
    }

    private void CloseEngine()
    {
        _engine?.Dispose();
        _engine = null;
    }
}
