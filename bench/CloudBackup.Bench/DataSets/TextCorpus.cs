using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CloudBackup.Bench.DataSets;

/// <summary>
/// Real text of this machine: documentation, headers, scripts. No two files are equal, and their order is that of their hashes, so that any
/// stretch of it is a fair mix. Made-up text would compress in ways that real text does not.
/// </summary>
internal static class TextCorpus
{
    private const int ShortestFile = 256;
    private const int LongestFile = 4 * 1024 * 1024;
    private const int LinesPerBlock = 30;
    private const long LeastBytes = 16 * 1024 * 1024;

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>
    /// Texts without end. When all files were used, they come again with blocks of lines in another order: to a compressor that is text
    /// like the first, and to a tool that finds equal chunks it is new.
    /// </summary>
    public static IEnumerable<(string Extension, byte[] Content)> Read(ulong seed)
    {
        var files = FindFiles();
        foreach (var file in files)
        {
            yield return (ExtensionOf(file), File.ReadAllBytes(file));
        }
        var random = new SeededBytes(seed);
        while (true)
        {
            foreach (var file in files)
            {
                yield return (ExtensionOf(file), Reorder(File.ReadAllBytes(file), random));
            }
        }
    }

    private static List<string> FindFiles()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var folder in Folders().Where(Directory.Exists))
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", Everything)
                .Where(file => file.Length is >= ShortestFile and <= LongestFile))
            {
                var content = File.ReadAllBytes(file.FullName);
                if (!content.AsSpan().Contains((byte)0) && IsText(content)
                    && found.TryAdd(Convert.ToHexString(SHA256.HashData(content)), file.FullName))
                {
                    bytes += content.Length;
                }
            }
        }
        return bytes >= LeastBytes
            ? [.. found.Values]
            : throw new BenchException($"There are only {bytes} bytes of text in {string.Join(", ", Folders())}: too few to make data of.");
    }

    private static IEnumerable<string> Folders()
    {
        var dotnet = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return ["/usr/share/doc", "/usr/include", "/usr/lib/python3", "/usr/share/perl", "/usr/share/perl5", "/usr/src", Path.Join(dotnet, "packs")];
    }

    /// <summary>Compressed files have control bytes all over; text has next to none.</summary>
    private static bool IsText(ReadOnlySpan<byte> content)
    {
        var odd = 0;
        foreach (var value in content)
        {
            if (value < 0x20 && value is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\f'))
            {
                odd++;
            }
        }
        return odd < content.Length / 200;
    }

    private static byte[] Reorder(byte[] content, SeededBytes random)
    {
        var blocks = new List<(int Start, int End)>();
        var (start, lines) = (0, 0);
        for (var i = 0; i < content.Length; i++)
        {
            if ((content[i] == '\n' && ++lines == LinesPerBlock) || i == content.Length - 1)
            {
                blocks.Add((start, i + 1));
                (start, lines) = (i + 1, 0);
            }
        }
        random.Shuffle(blocks);
        var result = new MemoryStream(content.Length);
        foreach (var (from, to) in blocks)
        {
            result.Write(content.AsSpan(from..to));
        }
        return result.ToArray();
    }

    private static string ExtensionOf(string path)
    {
        var extension = Path.GetExtension(path);
        return extension.Length is > 1 and <= 8 && extension.Skip(1).All(char.IsAsciiLetterOrDigit) ? extension : ".txt";
    }
}
