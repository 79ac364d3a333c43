using System.Management.Automation;
using CloudBackup.Backup;

namespace CloudBackup.Commands;

/// <summary>
/// Backs up apps: of each its configuration, its addons' dumps and its data. All apps that one command is given are backed up in one run.
/// </summary>
[Cmdlet(VerbsCommon.New, "AppBackup", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "New-AppBackup")]
[OutputType(typeof(AppBackup))]
public sealed class NewAppBackupCommand : EngineCommand
{
    private readonly List<string> _locations = [];

    /// <summary>Locations of apps; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Location { get; set; } = [];

    /// <summary>The site. By default the default site.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>A text of yours, kept with the backup.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Label { get; set; }

    /// <summary>Retention never removes the backup.</summary>
    [Parameter]
    public SwitchParameter Preserve { get; set; }

    /// <summary>What cannot be read is left out, and the backup is Partial; without this it fails.</summary>
    [Parameter]
    public SwitchParameter ContinueOnError { get; set; }

    /// <summary>How many apps are backed up at a time. By default one.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int Throttle { get; set; } = 1;

    /// <inheritdoc/>
    protected override void Process() => ForEachMatch(Location, "app", Engine.Apps.List(), app => app.Location, Engine.Apps.Get, app =>
    {
        if (!_locations.Contains(app.Location) && ShouldProcess(app.Location, Site is null ? "Back up" : $"Back up to {Site}"))
        {
            _locations.Add(app.Location);
        }
    });

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_locations.Count == 0)
        {
            return;
        }
        var options = new AppBackupOptions
        {
            Site = Site,
            Label = Label,
            PreserveUntil = Preserve ? DateTimeOffset.MaxValue : null,
            ContinueOnError = ContinueOnError,
        };
        // Failures come last: with -ErrorAction Stop the first one ends the pipeline, and must not take the other apps' backups along.
        var failures = new List<BackupException>();
        RunEach<AppBackupOutcome>(
            (emit, observer, token) => Engine.AppBackups.CreateManyAsync(_locations, options, Throttle, emit, observer, token),
            outcome =>
            {
                if (outcome.Backup is not null)
                {
                    WriteObject(outcome.Backup);
                }
                if (outcome.Failure is not null)
                {
                    failures.Add(outcome.Failure);
                }
            });
        ForEachItem(failures, WriteFailure);
    }
}
