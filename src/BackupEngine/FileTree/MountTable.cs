using System.Text;

namespace CloudBackup.FileTree;

/// <summary>Where file systems are mounted (source: proc(5), /proc/PID/mountinfo). Empty on systems that do not tell.</summary>
internal sealed class MountTable
{
    private readonly string[] _points;

    private MountTable(string[] points) => _points = points;

    /// <summary>The mounts of this process now.</summary>
    public static MountTable Read() =>
        new(OperatingSystem.IsLinux() ? [.. File.ReadLines("/proc/self/mountinfo").Select(line => Unescape(line.Split(' ')[4]))] : []);

    /// <summary>Whether something is mounted at exactly this path.</summary>
    public bool IsMountPoint(string path) => _points.Contains(path, StringComparer.Ordinal);

    /// <summary>A mount point below a folder; null when there is none.</summary>
    public string? FindBelow(string folder) => ListBelow(folder).FirstOrDefault();

    /// <summary>All mount points below a folder: of other file systems, of folders and of single files.</summary>
    public IEnumerable<string> ListBelow(string folder)
    {
        var start = folder.TrimEnd('/') + "/";
        return _points.Where(point => point.StartsWith(start, StringComparison.Ordinal) && point.Length > start.Length).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The kernel writes space, tab, newline and backslash as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                result.Append((char)Convert.ToInt32(text.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }
        return result.ToString();
    }
}
