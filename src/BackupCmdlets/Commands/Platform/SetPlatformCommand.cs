using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Says what belongs to the platform besides its home.</summary>
[Cmdlet(VerbsCommon.Set, "Platform", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Set-Platform")]
[OutputType(typeof(BackupPlatform))]
public sealed class SetPlatformCommand : EngineCommand
{
    /// <summary>
    /// Folders that the platform's backup holds too, such as mail and certificates. Replaces those that were named before; none empties the
    /// list. Data directories of apps do not belong here: apps have backups of their own.
    /// </summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyCollection]
    public string[] ExtraDirectory { get; set; } = [];

    /// <summary>Writes the changed platform.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override bool CreatesPlatform => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        List<string> directories = [.. ExtraDirectory.Select(path => ResolvePath(path)!)];
        if (!ShouldProcess(Engine.HomePath, $"Set the extra directories to {(directories.Count == 0 ? "none" : string.Join(", ", directories))}"))
        {
            return;
        }
        var platform = Engine.Platform.SetExtraDirectories(directories);
        if (PassThru)
        {
            WriteObject(platform);
        }
    }
}
