using System.Management.Automation;
using System.Security;

namespace CloudBackup.Commands;

/// <summary>Makes the catalog say what the storage of a site holds, and lists the backups that it holds.</summary>
[Cmdlet(VerbsData.Sync, "BackupCatalog", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Sync-BackupCatalog")]
[OutputType(typeof(AppBackup))]
[OutputType(typeof(PlatformBackup))]
public sealed class SyncBackupCatalogCommand : EngineCommand
{
    /// <summary>Names of sites. By default all sites.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Site { get; set; } = ["*"];

    /// <summary>Passwords of backups there that this platform cannot open: those of other servers, or of before a lost platform home.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[] Password { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process() => ForEachSite(Site, site =>
    {
        if (ShouldProcess(site.Name, "Rebuild the catalog from the storage"))
        {
            WriteObject(Run((observer, token) => Engine.SyncAsync(site.Name, Password, observer, token)), enumerateCollection: true);
        }
    });
}
