using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>What is at a path of a random tree.</summary>
internal enum Content
{
    Empty,
    Small,
    Large,
    Sparse,
    Folder,
    SymbolicLink,
    BrokenLink,
    HardLink,
}

/// <summary>Makes contents.</summary>
internal static class Contents
{
    /// <summary>Makes one, and returns what it is.</summary>
    public static EntryKind Make(this Content content, DirectoryNode folder, string name, DirectoryNode root, string? firstFile)
    {
        switch (content)
        {
            case Content.Folder:
                folder.MakeDirectory(name);
                return EntryKind.Directory;
            case Content.SymbolicLink:
                folder.MakeSymbolicLink(name, "../a");
                return EntryKind.SymbolicLink;
            case Content.BrokenLink:
                folder.MakeSymbolicLink(name, PathText.FromBytes([0x2F, 0xFF]));
                return EntryKind.SymbolicLink;
            case Content.HardLink when firstFile is not null:
                using (var cursor = new FolderCursor(root, makes: true))
                {
                    var slash = firstFile.LastIndexOf('/');
                    folder.MakeHardLink(name, cursor.MoveTo(slash < 0 ? "" : firstFile[..slash]), firstFile[(slash + 1)..]);
                }
                return EntryKind.HardLink;
            default:
                MakeFile(content, folder, name);
                return EntryKind.File;
        }
    }

    private static void MakeFile(Content content, DirectoryNode folder, string name)
    {
        using var file = folder.CreateFile(name);
        switch (content)
        {
            case Content.Large:
                file.Write(new SeededRandom(name.Length).Bytes(1_200_000), 0);
                break;
            case Content.Sparse:
                file.Write("start"u8, 0);
                file.SetLength(3_000_000);
                break;
            case Content.Small or Content.HardLink:
                file.Write(new SeededRandom(name.Length).Text(700), 0);
                break;
            default:
                break;
        }
        file.ApplyMetadata(new EntryMetadata { Mode = 0x1A4, Modified = new UnixTime(1_700_000_000, 5), Attributes = [] }, new MetadataLosses());
    }
}

/// <summary>What can happen to a stored object.</summary>
internal enum DamageKind
{
    Flip,
    FlipMany,
    Cut,
    Append,
    Remove,
    Swap,
    Empty,
    ReplaceByOther,
    Rename,
}

/// <summary>One damage.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Which">Which object.</param>
/// <param name="At">Where in it, or which other one.</param>
internal sealed record StoredDamage(DamageKind Kind, int Which, int At)
{
    /// <summary>Does it, until the result is disposed.</summary>
    public IDisposable Inflict(TestPlatform platform)
    {
        var files = platform.StoredFiles().Where(path => !path.StartsWith("snapshot/", StringComparison.Ordinal))
            .Select(path => Path.Join(platform.SitePath, path))
            .Where(File.Exists) // names of any bytes are beyond .NET
            .ToList();
        // The indexes and records are few among many objects, and matter most.
        files.AddRange(files.Where(path => path.Contains(".index.gz", StringComparison.Ordinal) || path.Contains(".backupinfo", StringComparison.Ordinal)).ToList());
        var path = files[Which % files.Count];
        var other = files[At % files.Count];
        var undo = new Undo(path, other, path + "-renamed");
        var bytes = File.ReadAllBytes(path);
        switch (Kind)
        {
            case DamageKind.Flip when bytes.Length > 0:
                bytes[At % bytes.Length] ^= 0x10;
                Replace(path, bytes);
                break;
            case DamageKind.FlipMany:
                bytes.AsSpan(At % (bytes.Length + 1)).Reverse();
                Replace(path, bytes);
                break;
            case DamageKind.Cut:
                Replace(path, bytes[..(At % (bytes.Length + 1))]);
                break;
            case DamageKind.Append:
                Replace(path, [.. bytes, (byte)At]);
                break;
            case DamageKind.Remove:
                File.Delete(path);
                break;
            case DamageKind.Swap:
                var others = File.ReadAllBytes(other);
                Replace(path, others);
                Replace(other, bytes);
                break;
            case DamageKind.ReplaceByOther:
                Replace(path, File.ReadAllBytes(other));
                break;
            case DamageKind.Rename:
                File.Move(path, path + "-renamed");
                break;
            default:
                Replace(path, []);
                break;
        }
        return undo;
    }

    /// <summary>By a new file: the snapshot may have the old one under another name.</summary>
    public static void Replace(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    private sealed class Undo(params string[] paths) : IDisposable
    {
        private readonly Dictionary<string, byte[]?> _before = paths.Distinct().ToDictionary(path => path, path => File.Exists(path) ? File.ReadAllBytes(path) : null);

        public void Dispose()
        {
            foreach (var (path, bytes) in _before)
            {
                File.Delete(path);
                if (bytes is not null)
                {
                    File.WriteAllBytes(path, bytes);
                }
            }
        }
    }
}
