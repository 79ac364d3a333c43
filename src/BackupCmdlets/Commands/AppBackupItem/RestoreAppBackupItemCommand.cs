using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Restores single files, folders and links of a backup to a folder.</summary>
[Cmdlet(
    VerbsData.Restore, "AppBackupItem", SupportsShouldProcess = true, DefaultParameterSetName = "Item",
    HelpUri = OnlineHelp.Pages + "Restore-AppBackupItem")]
[OutputType(typeof(FileInfo))]
public sealed class RestoreAppBackupItemCommand : AppBackupItemCommand
{
    private readonly List<BackupItem> _items = [];

    /// <summary>The id of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Path")]
    [ArgumentCompleter(typeof(ReadableBackupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = "";

    /// <summary>Paths inside the backup. Wildcards are allowed, and match slashes too; a folder stands for everything in it.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Path")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Items that Get-AppBackupItem has listed. A folder stands for everything in it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Item")]
    [ValidateNotNullOrEmpty]
    public BackupItem[] InputObject { get; set; } = [];

    /// <summary>The folder that gets the items, under their paths in the backup. It is made when it is missing; what is in it stays.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Replaces files that are there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == "Item")
        {
            _items.AddRange(InputObject);
        }
        else
        {
            Restore(Id, FiltersOf(Path), string.Join(", ", Path));
        }
    }

    /// <summary>Items of one backup are fetched together: that reads the parts of an archive once.</summary>
    protected override void Finish() => ForEachItem(_items.GroupBy(item => item.BackupId), items =>
        Restore(items.Key, [.. items.Select(BackupItemFilter.Of)], $"{items.Count()} items"));

    private void Restore(string id, List<BackupItemFilter> filters, string what)
    {
        var destination = ResolvePath(Destination)!;
        WriteDoubt(Engine.AppBackups.Get(id));
        if (ShouldProcess(destination, $"Restore {what} of {id}"))
        {
            RunEachFile((emit, observer, token) =>
                Engine.AppBackups.RestoreItemsAsync(id, filters, destination, Force, emit, observer, token));
        }
    }
}
