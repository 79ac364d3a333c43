using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Creates a site: where backups go, and how. The storage is tried first.</summary>
[Cmdlet(VerbsCommon.New, "BackupSite", SupportsShouldProcess = true, DefaultParameterSetName = PlainSet, HelpUri = OnlineHelp.Pages + "New-BackupSite")]
[OutputType(typeof(BackupSite))]
public sealed class NewBackupSiteCommand : BackupSiteParameters
{
    /// <summary>The site's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The storage provider, such as filesystem or s3. Tab completes.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Provider { get; set; } = "";

    /// <inheritdoc/>
    protected override bool CreatesPlatform => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        var site = Apply(new BackupSite { Name = Name, Provider = Provider, Settings = SiteService.EmptySettings(Provider) });
        if (ShouldProcess($"{Name} ({Provider} {site.Settings.Place})", "Create backup site"))
        {
            WriteObject(Run((observer, token) => Engine.Sites.AddAsync(site, SecretsWith(removePassword: false), observer, token)));
        }
    }
}
