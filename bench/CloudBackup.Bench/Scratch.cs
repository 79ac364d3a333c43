namespace CloudBackup.Bench;

/// <summary>
/// Where the runs of a scenario write. Nothing is removed before the scenario ends, and the next one waits: for five minutes ext4 passes over
/// each inode that was removed (<c>recently_deleted</c> in fs/ext4/ialloc.c), and whoever makes files then pays several times what they cost.
/// </summary>
/// <param name="workFolder">The folder that it is in.</param>
internal sealed class Scratch(string workFolder)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly string _folder = Path.Join(workFolder, "scratch");
    private readonly string _mark = Path.Join(workFolder, "removed");
    private readonly bool _forgetsSlowly = new DriveInfo(workFolder).DriveFormat.StartsWith("ext", StringComparison.Ordinal);
    private int _runs;

    /// <summary>What all runs share.</summary>
    public string Shared => Path.Join(_folder, "shared");

    /// <summary>Removes what an earlier program left, waits until the file system has forgotten what was removed, and makes the shared folder.</summary>
    public async Task BeginAsync()
    {
        Remove();
        if (_forgetsSlowly && File.Exists(_mark) && File.GetLastWriteTimeUtc(_mark) + Memory - TimeProvider.System.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"Waiting {wait.TotalSeconds:0} s, until the file system has forgotten what was removed"));
            await Task.Delay(wait);
        }
        Directory.CreateDirectory(Shared);
    }

    /// <summary>An empty folder for one run.</summary>
    public string NewRun() => Directory.CreateDirectory(Path.Join(_folder, $"run-{++_runs}")).FullName;

    /// <summary>Removes everything.</summary>
    public void Remove()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
            File.WriteAllText(_mark, "");
        }
    }
}
