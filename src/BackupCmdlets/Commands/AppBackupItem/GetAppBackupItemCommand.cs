using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Lists what is in a backup, from its index.</summary>
[Cmdlet(VerbsCommon.Get, "AppBackupItem", HelpUri = OnlineHelp.Pages + "Get-AppBackupItem")]
[OutputType(typeof(BackupItem))]
public sealed class GetAppBackupItemCommand : AppBackupItemCommand
{
    /// <summary>The id of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReadableBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = "";

    /// <summary>Paths inside the backup. Wildcards are allowed, and match slashes too; a folder stands for everything in it.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process() => RunEach<BackupItem>((emit, observer, token) =>
        Engine.AppBackups.ReadItemsAsync(Id, FiltersOf(Path), emit, observer, token));
}
