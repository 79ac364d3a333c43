namespace CloudBackup.Tests.Support;

/// <summary>Damages stored files.</summary>
internal static class Damage
{
    /// <summary>
    /// Inverts thirty-two bytes in the middle of a file. One changed bit would not always be damage: in compressed data it can point a match
    /// at another place that holds the same bytes.
    /// </summary>
    public static void Middle(string path)
    {
        var bytes = File.ReadAllBytes(path);
        foreach (ref var value in bytes.AsSpan((bytes.Length / 2) - 16, 32))
        {
            value ^= 0xFF;
        }
        File.WriteAllBytes(path, bytes);
    }
}
