using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>The parameters that Register-BackupApp and Set-BackupApp share: what an app can be told.</summary>
public abstract class BackupAppParameters : EngineCommand
{
    /// <summary>The name of the package that the app is an installation of.</summary>
    [Parameter]
    [AllowEmptyString]
    public string PackageName { get; set; } = "";

    /// <summary>What is left out: patterns as in .gitignore, relative to the data directory.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] Exclude { get; set; } = [];

    /// <summary>Data stores that are dumped, made with New-BackupAddon.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public BackupAddon[] Addon { get; set; } = [];

    /// <summary>Brings the app's code to the version in CLOUDBACKUP_VERSION: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] InstallCommand { get; set; } = [];

    /// <summary>Starts the app: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] StartCommand { get; set; } = [];

    /// <summary>Stops the app: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] StopCommand { get; set; } = [];

    /// <summary>Exits with 0 when the app works: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>Runs before the app's data is read: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] PreBackupCommand { get; set; } = [];

    /// <summary>Runs after the app's data was read, also when the backup failed: an executable and its arguments, run without a shell.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] PostBackupCommand { get; set; } = [];

    /// <summary>Scheduled and platform runs pass the app over.</summary>
    [Parameter]
    public SwitchParameter DisableAutomaticBackup { get; set; }

    /// <summary>Warns of what will get in the way of the app's restores.</summary>
    protected void WriteWarnings(BackupApp app)
    {
        ArgumentNullException.ThrowIfNull(app);
        foreach (var warning in Engine.Apps.FindWarnings(app.Location))
        {
            WriteWarning(warning);
        }
    }

    /// <summary>The app with every given parameter applied.</summary>
    protected BackupApp Apply(BackupApp app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app with
        {
            PackageName = IsGiven(nameof(PackageName)) ? PackageName : app.PackageName,
            Exclude = IsGiven(nameof(Exclude)) ? Exclude : app.Exclude,
            Addons = IsGiven(nameof(Addon)) ? Addon : app.Addons,
            AutomaticBackup = IsGiven(nameof(DisableAutomaticBackup)) ? !DisableAutomaticBackup : app.AutomaticBackup,
            Commands = app.Commands with
            {
                Install = IsGiven(nameof(InstallCommand)) ? InstallCommand : app.Commands.Install,
                Start = IsGiven(nameof(StartCommand)) ? StartCommand : app.Commands.Start,
                Stop = IsGiven(nameof(StopCommand)) ? StopCommand : app.Commands.Stop,
                Health = IsGiven(nameof(HealthCommand)) ? HealthCommand : app.Commands.Health,
                PreBackup = IsGiven(nameof(PreBackupCommand)) ? PreBackupCommand : app.Commands.PreBackup,
                PostBackup = IsGiven(nameof(PostBackupCommand)) ? PostBackupCommand : app.Commands.PostBackup,
            },
        };
    }
}
