using System.Text;

namespace CloudBackup.FileTree;

/// <summary>Where file systems are mounted (source: proc(5), /proc/PID/mountinfo). Empty on systems that do not tell.</summary>
internal sealed class MountTable
{
    private readonly MountEntry[] _mounts;

    private MountTable(MountEntry[] mounts) => _mounts = mounts;

    /// <summary>The mounts of this process now.</summary>
    public static MountTable Read() => OperatingSystem.IsLinux() ? Parse(File.ReadLines("/proc/self/mountinfo")) : new([]);

    /// <summary>The mounts that lines of such a file tell of.</summary>
    public static MountTable Parse(IEnumerable<string> lines) => new([.. lines.Select(ParseLine)]);

    /// <summary>Whether something is mounted at exactly this path.</summary>
    public bool IsMountPoint(string path) => _mounts.Any(mount => mount.Point == path);

    /// <summary>What is mounted at exactly this path, the last one where there are several; null when nothing is.</summary>
    public MountEntry? Find(string path) => _mounts.LastOrDefault(mount => mount.Point == path);

    /// <summary>A mount point below a folder; null when there is none.</summary>
    public string? FindBelow(string folder) => ListBelow(folder).FirstOrDefault();

    /// <summary>All mount points below a folder: of other file systems, of folders and of single files.</summary>
    public IEnumerable<string> ListBelow(string folder)
    {
        var start = folder.TrimEnd('/') + "/";
        return _mounts.Select(mount => mount.Point).Where(point => point.StartsWith(start, StringComparison.Ordinal) && point.Length > start.Length)
            .Distinct(StringComparer.Ordinal);
    }

    private static MountEntry ParseLine(string line)
    {
        // 36 35 98:0 /folder /mnt/point rw,noatime shared:1 - cifs //server/share rw: any number of fields comes before the dash.
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-", 6);
        return new(Unescape(fields[4]), Unescape(fields[dash + 1]), Unescape(fields[dash + 2]));
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

/// <summary>A mount.</summary>
/// <param name="Point">Where it is.</param>
/// <param name="Type">The kind of file system, such as <c>ext4</c>, <c>cifs</c> or <c>fuse.sshfs</c>.</param>
/// <param name="Source">What is mounted, such as <c>/dev/sdb1</c> or <c>//server/share</c>.</param>
internal sealed record MountEntry(string Point, string Type, string Source);
