using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Backs up an app: its configuration, its addons' dumps and its data.</summary>
[Cmdlet(VerbsCommon.New, "AppBackup", SupportsShouldProcess = true)]
[OutputType(typeof(AppBackup))]
public sealed class NewAppBackupCommand : EngineCommand
{
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

    /// <inheritdoc/>
    protected override void Process()
    {
        var options = new AppBackupOptions
        {
            Site = Site,
            Label = Label,
            PreserveUntil = Preserve ? DateTimeOffset.MaxValue : null,
            ContinueOnError = ContinueOnError,
        };
        ForEachItem(Location, pattern =>
            ForEachItem(Wildcards.Select(Engine.Apps.List(), app => app.Location, pattern, Engine.Apps.Get), app => BackUp(app, options)));
    }

    private void BackUp(BackupApp app, AppBackupOptions options)
    {
        if (ShouldProcess(app.Location, Site is null ? "Back up" : $"Back up to {Site}")
            && Run((observer, token) => Engine.AppBackups.CreateAsync(app.Location, options, observer, token)) is { } backup)
        {
            WriteObject(backup);
        }
    }
}
