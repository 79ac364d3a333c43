using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Writes a site's settings to a file, without secrets, and which of its backups is meant: with it, another machine finds the backups.
/// </summary>
[Cmdlet(VerbsData.Export, "BackupSite", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Export-BackupSite")]
[OutputType(typeof(FileInfo))]
public sealed class ExportBackupSiteCommand : EngineCommand
{
    /// <summary>The site's name. By default the site of the backup, else the default site.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Site")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The backup that is meant, of the platform or of an app.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(SiteBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? BackupId { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var path = ResolvePath(Path)!;
        if (ShouldProcess(path, "Export backup site"))
        {
            WriteItem(Engine.Sites.Export(Name, BackupId, path, Force));
        }
    }
}
