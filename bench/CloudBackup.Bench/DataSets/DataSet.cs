namespace CloudBackup.Bench.DataSets;

/// <summary>
/// Files to work on. Made once and kept: the same seed on the same machine gives the same files. What real text there is on a machine
/// differs, so results are compared between contenders of one machine, never between machines.
/// </summary>
internal abstract class DataSet
{
    /// <summary>Names its folder; another name or version is made anew.</summary>
    public abstract string Name { get; }

    /// <summary>Counts up with every change of what is made.</summary>
    public abstract int Version { get; }

    /// <summary>What it is, for the report.</summary>
    public abstract string Description { get; }

    /// <summary>Makes the files.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="scale">What the size is multiplied with.</param>
    protected abstract void Make(string folder, double scale);

    /// <summary>The folder with the files, made when it is not there.</summary>
    /// <param name="folder">Where all data sets are.</param>
    /// <param name="scale">What the size is multiplied with.</param>
    public string Provide(string folder, double scale)
    {
        var path = Path.Join(folder, FormattableString.Invariant($"{Name}-{Version}-x{scale}"));
        if (!Directory.Exists(path))
        {
            var unfinished = $"{path}.unfinished";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
            Directory.CreateDirectory(unfinished);
            Console.Error.WriteLine($"Making {path}");
            Make(unfinished, scale);
            Directory.Move(unfinished, path);
        }
        return path;
    }

    /// <summary>A file's place: a hundred to a folder, so that folders are of a usual size.</summary>
    protected static string PathFor(string folder, int number, string name)
    {
        var inside = Path.Join(folder, $"{number / 10_000:00}", $"{number / 100 % 100:00}");
        if (number % 100 == 0)
        {
            Directory.CreateDirectory(inside);
        }
        return Path.Join(inside, name);
    }
}
