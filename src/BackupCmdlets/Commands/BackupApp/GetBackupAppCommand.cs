using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists apps.</summary>
[Cmdlet(VerbsCommon.Get, "BackupApp", HelpUri = OnlineHelp.Pages + "Get-BackupApp")]
[OutputType(typeof(BackupApp))]
public sealed class GetBackupAppCommand : EngineCommand
{
    /// <summary>Locations of apps; wildcards are allowed. By default all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Location { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process() => ForEachItem(Location, location =>
        WriteObject(Wildcards.Select(Engine.Apps.List(), app => app.Location, location, Engine.Apps.Get), enumerateCollection: true));
}
