using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Backs up every app whose automatic backup is on, and then the platform itself. An app that fails does not stop the others: the platform
/// backup then depends on the app's latest backup from before, and an error tells of it.
/// </summary>
[Cmdlet(VerbsCommon.New, "PlatformBackup", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "New-PlatformBackup")]
[OutputType(typeof(PlatformBackup))]
public sealed class NewPlatformBackupCommand : EngineCommand
{
    /// <summary>The site. By default the default site.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>A text of yours, kept with the backups of the run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Label { get; set; }

    /// <summary>Retention never removes the backups of the run.</summary>
    [Parameter]
    public SwitchParameter Preserve { get; set; }

    /// <summary>How many apps are backed up at a time. By default three.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int Throttle { get; set; } = PlatformBackupOptions.DefaultThrottle;

    /// <summary>Backs up apps with automatic backup off too, as is due before an update of the platform.</summary>
    [Parameter]
    public SwitchParameter ForUpdate { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!ShouldProcess(Engine.HomePath, Site is null ? "Back up all apps and the platform" : $"Back up all apps and the platform to {Site}"))
        {
            return;
        }
        var options = new PlatformBackupOptions
        {
            Site = Site,
            Label = Label,
            PreserveUntil = Preserve ? DateTimeOffset.MaxValue : null,
            Throttle = Throttle,
            ForUpdate = ForUpdate,
        };
        if (Run((observer, token) => Engine.PlatformBackups.CreateAsync(options, observer, token)) is not { } backup)
        {
            return;
        }
        // First, so that -ErrorAction Stop does not take it along.
        WriteObject(backup);
        ForEachItem(backup.Apps.Select(app => app.Failure).OfType<BackupException>(), WriteFailure);
    }
}
