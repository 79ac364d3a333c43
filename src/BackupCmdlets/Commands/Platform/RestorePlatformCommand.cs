using System.Management.Automation;
using System.Security;
using CloudBackup.PlatformRestore;

namespace CloudBackup.Commands;

/// <summary>
/// Restores a whole platform from one of its backups: the platform itself, then the data of its apps, some at a time. What can be known to
/// go wrong is looked at first; -WhatIf writes what was found and changes nothing. A restore that was interrupted is run again.
/// </summary>
[Cmdlet(
    VerbsData.Restore, "Platform", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Site",
    HelpUri = OnlineHelp.Pages + "Restore-Platform")]
[OutputType(typeof(PlatformRestoreResult))]
public sealed class RestorePlatformCommand : EngineCommand
{
    /// <summary>A file that Export-BackupSite made: the site that holds the backup, and perhaps which backup is meant.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ConfigFile")]
    [ValidateNotNullOrEmpty]
    public string? ConfigFile { get; set; }

    /// <summary>The site that holds the backup. By default the default site.</summary>
    [Parameter(ParameterSetName = "Site", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>The id of the platform backup. By default the one that the file names, else the newest.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReadyPlatformBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>The password of an encrypted backup. Not needed where this platform has its keys.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>What the storage is signed in to with, as for New-BackupSite. Rights to list and read are enough.</summary>
    [Parameter]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>filesystem: the folder of the storage on this machine, where that is not the one it had.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StoragePath { get; set; }

    /// <summary>Restores the platform alone. The apps wait in state Error for Restore-AppBackup.</summary>
    [Parameter]
    public SwitchParameter SkipAppRestore { get; set; }

    /// <summary>Tells the apps' commands to leave DNS alone: CLOUDBACKUP_SKIP_DNS=1 is in their environment.</summary>
    [Parameter]
    public SwitchParameter SkipDns { get; set; }

    /// <summary>Accepts a backup that another version of CloudBackup made, where its catalog can be brought to this one.</summary>
    [Parameter]
    public SwitchParameter AllowVersionMismatch { get; set; }

    /// <summary>Goes on without the data of apps whose backup is gone or cannot be read.</summary>
    [Parameter]
    public SwitchParameter AllowMissingBackup { get; set; }

    /// <summary>
    /// Trusts a backup that is neither encrypted nor one that this platform made: apps get their commands, and files their set-user-id bits. Look at
    /// the commands first, with -WhatIf.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowCommand { get; set; }

    /// <summary>
    /// Lets a backup that is neither encrypted nor one that this platform made fill folders of the system, such as /etc, and hidden folders. Look at
    /// the folders first, with -WhatIf.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowSystemFolder { get; set; }

    /// <summary>Replaces a platform that has apps, or whose restore from another backup was interrupted. Asks first.</summary>
    [Parameter]
    public SwitchParameter ReplacePlatform { get; set; }

    /// <summary>Fills folders that have content, which is kept beside them. Asks first.</summary>
    [Parameter]
    public SwitchParameter SetContentAside { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many apps are restored at a time. By default three.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int Throttle { get; set; } = PlatformRestoreOptions.DefaultThrottle;

    /// <inheritdoc/>
    protected override bool CreatesPlatform => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        using var plan = Run((observer, token) => Engine.PlatformRestore.PlanAsync(Options(), observer, token));
        if (plan.Refusals.Count > 0 && !IsWhatIf)
        {
            ForEachItem(plan.Refusals, WriteFailure);
            return;
        }
        var isForYouToDecide = plan.IsDoubtful || plan.PassesOverNewer;
        if (!IsWhatIf || isForYouToDecide)
        {
            // Before the question, and before you agree to commands and folders after a look with -WhatIf.
            ForEachItem(plan.Preview.Checks.Where(check => check.Outcome == CheckOutcome.Warning), check => WriteWarning(check.Detail));
        }
        var destroys = (ReplacePlatform || SetContentAside || isForYouToDecide) && !Force;
        if (IsConfirmed(Engine.HomePath, $"Restore the platform from {plan.Preview.BackupId}", destroys))
        {
            Restore(plan);
        }
        else
        {
            WriteObject(plan.Preview);
        }
    }

    private void Restore(PlatformRestorePlan plan)
    {
        var result = Run((observer, token) => Engine.PlatformRestore.RunAsync(plan, observer, token));
        // First, so that -ErrorAction Stop does not take it along.
        WriteObject(result);
        ForEachItem(result.Apps.Select(app => app.Failure).OfType<BackupException>(), WriteFailure);
    }

    private PlatformRestoreOptions Options() => new()
    {
        ConfigFile = ResolvePath(ConfigFile),
        Site = Site,
        StoragePath = ResolvePath(StoragePath),
        BackupId = Id,
        Secrets = Secrets(Password, Credential),
        SkipAppRestore = SkipAppRestore,
        SkipDns = SkipDns,
        AllowVersionMismatch = AllowVersionMismatch,
        AllowMissingBackup = AllowMissingBackup,
        AllowCommand = AllowCommand,
        AllowSystemFolder = AllowSystemFolder,
        ReplacePlatform = ReplacePlatform,
        SetContentAside = SetContentAside,
        Throttle = Throttle,
    };
}
