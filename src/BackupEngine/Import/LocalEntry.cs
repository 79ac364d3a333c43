using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;

namespace CloudBackup.Import;

/// <summary>One entry of a file or folder on this machine, while it is passed by.</summary>
/// <param name="Entry">What it is.</param>
/// <param name="Read">Fills a buffer with the next bytes of a file's content and returns how many there were; 0 at the end.</param>
internal sealed record LocalEntry(IndexEntry Entry, Func<byte[], int> Read)
{
    /// <summary>Whether the source tells the owner.</summary>
    public bool IsOwned { get; init; } = true;

    /// <summary>Whether the size is known to the byte; else it is the most that there can be.</summary>
    public bool IsSizeExact { get; init; } = true;

    /// <summary>Where in a sparse file the bytes belong that are read; null when they are all of it.</summary>
    public SparseMap? Sparse { get; init; }

    /// <summary>An entry without content.</summary>
    public static LocalEntry Of(IndexEntry entry) => new(entry, _ => 0);

    /// <summary>Reads a content to its end.</summary>
    /// <param name="read">Gives it, part by part.</param>
    /// <param name="most">Bytes after which no more are asked for.</param>
    public static byte[] ReadAll(Func<byte[], int> read, long most)
    {
        using var content = new MemoryStream();
        var buffer = new byte[Math.Clamp(most, 1, 64 * 1024)];
        while (read(buffer) is > 0 and var count && content.Length < most)
        {
            content.Write(buffer, 0, count);
        }
        return content.ToArray();
    }

    /// <summary>
    /// A path as archivers write it, in the form that entries have, and as tar unpacks it: <c>./data/f</c>, <c>/data//f</c> and
    /// <c>data/./f/</c> are <c>data/f</c>; empty for the root itself.
    /// </summary>
    public static string PathOf(string path)
    {
        var isPlain = path.Length > 0 && path[0] != '/' && path[^1] != '/' && !path.Contains("//", StringComparison.Ordinal)
            && !path.StartsWith("./", StringComparison.Ordinal) && !path.EndsWith("/.", StringComparison.Ordinal)
            && !path.Contains("/./", StringComparison.Ordinal) && path != ".";
        return isPlain ? path : string.Join('/', path.Split('/').Where(part => part is not ("" or ".")));
    }
}
