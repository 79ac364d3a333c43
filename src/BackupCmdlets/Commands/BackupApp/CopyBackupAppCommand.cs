using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Clones an app from one of its backups: an exact replica at another location, with its own id and data directory. Its configuration comes
/// from the backup; what is given here takes its place.
/// </summary>
[Cmdlet(VerbsCommon.Copy, "BackupApp", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Copy-BackupApp")]
[OutputType(typeof(BackupApp))]
public sealed class CopyBackupAppCommand : BackupAppParameters
{
    /// <summary>The id of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReadyBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = "";

    /// <summary>The new app's location.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Location { get; set; } = "";

    /// <summary>The new app's data directory, missing or empty.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    public string DataDirectory { get; set; } = "";

    /// <summary>Tells the app's commands to leave DNS alone: CLOUDBACKUP_SKIP_DNS=1 is in their environment.</summary>
    [Parameter]
    public SwitchParameter SkipDns { get; set; }

    /// <summary>Gives the clone the commands of a backup that is not trusted. Look at them first, with -WhatIf.</summary>
    [Parameter]
    public SwitchParameter AllowCommand { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var options = new AppCopyOptions
        {
            Location = Location,
            DataDirectory = ResolvePath(DataDirectory)!,
            Change = Apply,
            SkipDns = SkipDns,
            AllowCommand = AllowCommand,
        };
        WriteDoubt(Engine.AppBackups.Get(Id));
        var action = $"Clone from {Id}";
        if (IsShown || IsAskedByPreference)
        {
            action += UntrustedCommands.Describe(
                Run((observer, token) => Engine.AppBackups.FindUntrustedCommandsAsync(Id, observer, token)), AllowCommand);
        }
        if (ShouldProcess(Location, action))
        {
            WriteObject(Run((observer, token) => Engine.AppBackups.CloneAsync(Id, options, observer, token)));
        }
    }
}
