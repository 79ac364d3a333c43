using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Tries a site: writes, finds, lists, reads and removes objects of its own, and tries what the storage says it can.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupSite", HelpUri = OnlineHelp.Pages + "Test-BackupSite")]
[OutputType(typeof(SiteTestResult))]
[OutputType(typeof(bool))]
public sealed class TestBackupSiteCommand : EngineCommand
{
    /// <summary>The site's name. By default the default site.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Writes only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var result = Run((observer, token) => Engine.Sites.TestAsync(Name, observer, token));
        if (!Quiet)
        {
            ForEachItem(result.Warnings, WriteWarning);
        }
        WriteObject(Quiet ? result.IsUsable : result);
    }
}
