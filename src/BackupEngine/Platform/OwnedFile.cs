using System.Globalization;

namespace CloudBackup.Platform;

/// <summary>
/// Writes a file outside the platform's home in one step. Until then it has a name beside it that tells the process. What killed processes have
/// left in the folder goes with the next writing there.
/// </summary>
internal static class OwnedFile
{
    private const string Prefix = ".cloudbackup-write-";
    private const string Suffix = ".tmp";

    /// <summary>After this a file is left over whose process cannot be seen from here.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static int _lastNumber;

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mayReplace">Whether one of that name is replaced.</param>
    /// <param name="time">Tells how old a file is.</param>
    /// <exception cref="IOException">It cannot be written, or is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool mayReplace, TimeProvider time)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Sweep(folder, time);
        var number = Interlocked.Increment(ref _lastNumber);
        var temporary = Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{ProcessIdentity.Current}-{number}{Suffix}"));
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, mayReplace);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void Sweep(string folder, TimeProvider time)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}").Where(file => IsLeftOver(file, time)).ToList())
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is another user's, who removes it with the next writing.
            }
        }
    }

    private static bool IsLeftOver(string file, TimeProvider time)
    {
        var owner = Path.GetFileName(file)[Prefix.Length..^Suffix.Length];
        var end = owner.LastIndexOf('-');
        return end > 0 && ProcessIdentity.TryParse(owner[..end]) is { } process
            && !(process.IsAlive() ?? time.GetUtcNow() - File.GetLastWriteTimeUtc(file) <= Longest);
    }
}
