using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Changes a site. What is not given stays. Backups that exist stay as they are.</summary>
[Cmdlet(VerbsCommon.Set, "BackupSite", SupportsShouldProcess = true, DefaultParameterSetName = PlainSet, HelpUri = OnlineHelp.Pages + "Set-BackupSite")]
[OutputType(typeof(BackupSite))]
public sealed class SetBackupSiteCommand : BackupSiteParameters
{
    /// <summary>The site's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Writes the changed site.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>New backups are not encrypted any more. Those that exist stay encrypted, and readable here.</summary>
    [Parameter]
    public SwitchParameter NoPassword { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var site = Apply(Engine.Sites.Get(Name));
        var secrets = SecretsWith(removePassword: NoPassword);
        if (!ShouldProcess(Name, "Change backup site"))
        {
            return;
        }
        site = Run((observer, token) => Engine.Sites.UpdateAsync(site, secrets, observer, token));
        if (PassThru)
        {
            WriteObject(site);
        }
    }
}
