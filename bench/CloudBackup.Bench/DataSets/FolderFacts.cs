using System.Security.Cryptography;

namespace CloudBackup.Bench.DataSets;

/// <summary>What a folder holds.</summary>
/// <param name="Files">Files in it and below.</param>
/// <param name="Bytes">Their lengths.</param>
internal sealed record FolderFacts(long Files, long Bytes)
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Counts.</summary>
    public static FolderFacts Of(string folder)
    {
        var (files, bytes) = (0L, 0L);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", Everything))
        {
            files++;
            bytes += file.Length;
        }
        return new FolderFacts(files, bytes);
    }

    /// <summary>Checks that a folder holds as much as another.</summary>
    /// <exception cref="BenchException">It does not.</exception>
    public static void MustEqual(string folder, string original)
    {
        var (found, expected) = (Of(folder), Of(original));
        if (found != expected)
        {
            throw new BenchException($"'{folder}' holds {found.Files} files with {found.Bytes} bytes, not {expected.Files} with {expected.Bytes}.");
        }
    }

    /// <summary>Checks that a file has the bytes of another.</summary>
    /// <exception cref="BenchException">It has not.</exception>
    public static void MustBeSameFile(string file, string original)
    {
        using var one = File.OpenRead(file);
        using var two = File.OpenRead(original);
        if (!SHA256.HashData(one).AsSpan().SequenceEqual(SHA256.HashData(two)))
        {
            throw new BenchException($"'{file}' is not the same as '{original}'.");
        }
    }

    /// <summary>Reads everything once, so that it is in the page cache.</summary>
    public static void Warm(string folder)
    {
        var buffer = new byte[1024 * 1024];
        foreach (var file in Directory.EnumerateFiles(folder, "*", Everything))
        {
            using var handle = File.OpenHandle(file);
            for (long at = 0; RandomAccess.Read(handle, buffer, at) is > 0 and var count; at += count)
            {
            }
        }
    }
}
