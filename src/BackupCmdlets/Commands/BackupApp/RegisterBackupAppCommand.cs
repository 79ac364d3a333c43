using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Registers an app: something that is backed up on its own.</summary>
[Cmdlet(VerbsLifecycle.Register, "BackupApp", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Register-BackupApp")]
[OutputType(typeof(BackupApp))]
public sealed class RegisterBackupAppCommand : BackupAppParameters
{
    /// <summary>The app's unique, domain-like name, such as wiki.example.com.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Location { get; set; } = "";

    /// <summary>The installed version of the app's package.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Version { get; set; } = "";

    /// <summary>The folder that holds the app's data.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string DataDirectory { get; set; } = "";

    /// <inheritdoc/>
    protected override bool CreatesPlatform => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        var app = Apply(new BackupApp
        {
            Id = Guid.Empty,
            Location = Location,
            Version = Version,
            DataDirectory = ResolvePath(DataDirectory)!,
        });
        if (ShouldProcess(Location, "Register app"))
        {
            app = Engine.Apps.Register(app);
            WriteWarnings(app);
            WriteObject(app);
        }
    }
}
