using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Changes what is known of an app. What is not given stays.</summary>
[Cmdlet(VerbsCommon.Set, "BackupApp", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Set-BackupApp")]
[OutputType(typeof(BackupApp))]
public sealed class SetBackupAppCommand : BackupAppParameters
{
    /// <summary>The app's location.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AppCompleter))]
    [ValidateNotNullOrEmpty]
    public string Location { get; set; } = "";

    /// <summary>The app's new location. Backups made before stay the app's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string NewLocation { get; set; } = "";

    /// <summary>The installed version of the app's package.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Version { get; set; } = "";

    /// <summary>The folder that holds the app's data.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string DataDirectory { get; set; } = "";

    /// <summary>Writes the changed app.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var app = Apply(Engine.Apps.Get(Location));
        app = app with
        {
            Location = IsGiven(nameof(NewLocation)) ? NewLocation : app.Location,
            DataDirectory = IsGiven(nameof(DataDirectory)) ? ResolvePath(DataDirectory)! : app.DataDirectory,
        };
        if (IsGiven(nameof(Version)))
        {
            app = app.AtVersion(Version);
        }
        if (!ShouldProcess(Location, "Change app"))
        {
            return;
        }
        app = Engine.Apps.Update(app, confirmDataDirectory: IsGiven(nameof(DataDirectory)));
        if (IsGiven(nameof(DataDirectory)))
        {
            WriteWarnings(app);
        }
        if (PassThru)
        {
            WriteObject(app);
        }
    }
}
