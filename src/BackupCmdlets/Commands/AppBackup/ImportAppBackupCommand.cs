using System.Management.Automation;
using System.Security;

namespace CloudBackup.Commands;

/// <summary>
/// Imports data into an app: from a backup in any site, also of another platform, or from a file or folder on this machine. With -Register the
/// backup is brought up as an app that is not registered yet.
/// </summary>
[Cmdlet(
    VerbsData.Import, "AppBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Site",
    HelpUri = OnlineHelp.Pages + "Import-AppBackup")]
[OutputType(typeof(BackupApp))]
public sealed class ImportAppBackupCommand : EngineCommand
{
    /// <summary>The app's location. By default the location that the backup was made at.</summary>
    [Parameter(Position = 0, ParameterSetName = "Site", ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = "ConfigFile")]
    [Parameter(Position = 0, ParameterSetName = "Path")]
    [ArgumentCompleter(typeof(AppCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Location { get; set; }

    /// <summary>A site of this platform. By default the default site.</summary>
    [Parameter(ParameterSetName = "Site", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Site { get; set; }

    /// <summary>A file that Export-BackupSite made on another platform. Nothing of it is kept.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "ConfigFile")]
    [ValidateNotNullOrEmpty]
    public string? ConfigFile { get; set; }

    /// <summary>The backup's path below the site's prefix, without extension. By default the one that the file names.</summary>
    [Parameter(ParameterSetName = "Site", ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = "ConfigFile")]
    [ArgumentCompleter(typeof(RemotePathCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RemotePath { get; set; }

    /// <summary>filesystem: the folder of the storage on this machine, where that is not the one it had.</summary>
    [Parameter(ParameterSetName = "ConfigFile")]
    [ValidateNotNullOrEmpty]
    public string? StoragePath { get; set; }

    /// <summary>What the storage is signed in to with, as for New-BackupSite. Rights to list and read are enough. It is not kept.</summary>
    [Parameter(ParameterSetName = "ConfigFile")]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// A file or folder on this machine that holds a folder data: a tar archive, compressed or encrypted or not, a zip, a folder of the format
    /// rsync, encrypted or not, or any other folder.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>With -Path: the code page, by number or name, of names in a zip that are not UTF-8. By default their bytes are kept.</summary>
    [Parameter(ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string? ZipEncoding { get; set; }

    /// <summary>The password of an encrypted backup or file. It is not kept.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>Brings the backup up as an app that is not registered yet, with the backup's version and configuration.</summary>
    [Parameter(ParameterSetName = "Site")]
    [Parameter(ParameterSetName = "ConfigFile")]
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Register { get; set; }

    /// <summary>With -Register: the app's data directory, missing or empty.</summary>
    [Parameter(ParameterSetName = "Site")]
    [Parameter(ParameterSetName = "ConfigFile")]
    [Parameter(ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string? DataDirectory { get; set; }

    /// <summary>With -Register: gives the app the commands of a backup that is not trusted. Look at them first, with -WhatIf.</summary>
    [Parameter(ParameterSetName = "Site")]
    [Parameter(ParameterSetName = "ConfigFile")]
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter AllowCommand { get; set; }

    /// <summary>Replaces the present state without backing it up first.</summary>
    [Parameter]
    public SwitchParameter SkipSafetyBackup { get; set; }

    /// <summary>Tells the app's commands to leave DNS alone: CLOUDBACKUP_SKIP_DNS=1 is in their environment.</summary>
    [Parameter]
    public SwitchParameter SkipDns { get; set; }

    /// <summary>Does not ask before the app's present data is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override bool CreatesPlatform => Register;

    /// <inheritdoc/>
    protected override void Process()
    {
        var options = new AppImportOptions
        {
            Location = Location,
            Path = ResolvePath(Path),
            ZipEncoding = ZipEncoding,
            ConfigFile = ResolvePath(ConfigFile),
            Site = Site,
            StoragePath = ResolvePath(StoragePath),
            RemotePath = RemotePath,
            Secrets = Secrets(Password, Credential),
            Register = Register,
            DataDirectory = ResolvePath(DataDirectory),
            SkipSafetyBackup = SkipSafetyBackup,
            SkipDns = SkipDns,
            AllowCommand = AllowCommand,
        };
        var target = Location ?? RemotePath ?? ConfigFile ?? Path ?? "";
        var action = Register ? "Bring up as a new app" : "Replace data";
        var destroys = !Force && !Register;
        if (destroys || IsShown)
        {
            var preview = Run((observer, token) => Engine.AppBackups.PreviewImportAsync(options, observer, token));
            WriteDoubt(preview.Doubt);
            action += UntrustedCommands.Describe(preview.UntrustedCommands, AllowCommand);
        }
        if (IsConfirmed(target, action, destroys))
        {
            WriteObject(Run((observer, token) => Engine.AppBackups.ImportAsync(options, observer, token)));
        }
    }
}
