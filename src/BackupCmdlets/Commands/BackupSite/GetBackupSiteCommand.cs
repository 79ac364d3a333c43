using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists sites.</summary>
[Cmdlet(VerbsCommon.Get, "BackupSite", HelpUri = OnlineHelp.Pages + "Get-BackupSite")]
[OutputType(typeof(BackupSite))]
public sealed class GetBackupSiteCommand : EngineCommand
{
    /// <summary>Names of sites; wildcards are allowed. By default all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only the site that is used when none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ForEachItem(Name, name =>
        {
            var sites = Wildcards.Select(Engine.Sites.List(), site => site.Name, name, Engine.Sites.Get);
            WriteObject(sites.Where(site => !Default || site.IsDefault), enumerateCollection: true);
        });
    }
}
