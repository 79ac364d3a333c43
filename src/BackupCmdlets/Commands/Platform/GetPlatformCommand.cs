using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Tells what is known of the platform: its id, its home, its version, its extra directories.</summary>
[Cmdlet(VerbsCommon.Get, "Platform", HelpUri = OnlineHelp.Pages + "Get-Platform")]
[OutputType(typeof(BackupPlatform))]
public sealed class GetPlatformCommand : EngineCommand
{
    /// <inheritdoc/>
    protected override void Process() => WriteObject(Engine.Platform.Get());
}
