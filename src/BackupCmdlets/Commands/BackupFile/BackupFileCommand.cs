using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>What Protect-BackupFile and Unprotect-BackupFile share: which files, and where the results go.</summary>
public abstract class BackupFileCommand : FileProtectionCommand
{
    /// <summary>Files; with -Recurse also folders. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files; with -Recurse also folders. Taken as they are: no character is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// A folder for the results, or the name of the one result. By default a result stands beside its source. With -Recurse: the folder
    /// that gets what is in the source folder.
    /// </summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Also folders, with everything in them.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Replaces existing files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What is done, for questions to the user.</summary>
    protected abstract string Action { get; }

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        var sources = ParameterSetName == "LiteralPath" ? LiteralPath.Select(path => ResolvePath(path)!) : Path.SelectMany(ResolveWildcards);
        ForEachItem(sources, source =>
        {
            // A folder without -Recurse is taken for a file, and refused as that by the engine.
            var isFolder = Recurse && Directory.Exists(source);
            var destination = DestinationOf(source, isFolder);
            if (!ShouldProcess($"{source} to {destination}", Action))
            {
                return;
            }
            if (isFolder)
            {
                RunEachFile((emit, observer, token) => ConvertTreeAsync(source, destination, emit, observer, token));
            }
            else
            {
                WriteItem(Run((observer, token) => ConvertAsync(source, destination, observer, token)));
            }
        });
    }

    /// <summary>The name of the result for a source of this name.</summary>
    /// <exception cref="BackupException">There is none that is obvious.</exception>
    protected abstract string ResultName(string name);

    /// <summary>Converts one file.</summary>
    protected abstract Task<FileInfo> ConvertAsync(
        string source, string destination, IOperationObserver observer, CancellationToken cancellationToken);

    /// <summary>Converts a folder.</summary>
    protected abstract Task ConvertTreeAsync(
        string source, string destination, Action<FileInfo> onFile, IOperationObserver observer, CancellationToken cancellationToken);

    private string DestinationOf(string source, bool isFolder)
    {
        var given = ResolvePath(Destination);
        if (given is not null && (isFolder || !IsFolderName(given)))
        {
            return given;
        }
        var trimmed = System.IO.Path.TrimEndingDirectorySeparator(source);
        var name = ResultName(System.IO.Path.GetFileName(trimmed));
        return System.IO.Path.Join(given ?? System.IO.Path.GetDirectoryName(trimmed), name);
    }

    private bool IsFolderName(string path) => Directory.Exists(path) || System.IO.Path.EndsInDirectorySeparator(Destination!);

    private IEnumerable<string> ResolveWildcards(string path)
    {
        try
        {
            var found = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            return provider.Name == FileSystemProvider ? found : throw BackupErrors.PathNotOnFileSystem(path, provider.Name);
        }
        catch (ItemNotFoundException)
        {
            return [ResolvePath(path)!]; // the engine says that it is missing
        }
    }
}
