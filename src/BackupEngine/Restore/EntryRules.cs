using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Restore;

/// <summary>
/// What an entry of a backup may say. Whoever can write to a storage can write anything into a backup, so nothing of it is believed:
/// paths stay inside, and bits that give rights away are kept only when the backup is known to be our own.
/// </summary>
internal static class EntryRules
{
    private const int SetIdBits = 0xC00; // 06000
    private const int LongestPath = 64 * 1024;

    /// <summary>Why the entry must not be restored; null when it may.</summary>
    public static string? FindFault(IndexEntry entry)
    {
        if (!IsInside(entry.Path))
        {
            return "its path leads out of the backup";
        }
        if (entry.Kind == EntryKind.HardLink && (entry.LinkTarget is null || !IsInside(entry.LinkTarget)))
        {
            return "it is a hard link to something outside the backup";
        }
        if (entry.Kind == EntryKind.SymbolicLink && (string.IsNullOrEmpty(entry.LinkTarget) || entry.LinkTarget.Contains('\0')))
        {
            return "it is a symbolic link to nowhere";
        }
        return entry.Size < 0 ? "its size is negative" : null;
    }

    /// <summary>The metadata to set.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isTrusted">Whether the backup is known to be the one that this platform, or the holder of its key, made.</param>
    public static EntryMetadata MetadataFor(IndexEntry entry, bool isTrusted)
    {
        var metadata = entry.Metadata;
        if (isTrusted || !GivesRightsAway(entry))
        {
            return metadata;
        }
        return metadata with
        {
            Mode = entry.Kind == EntryKind.File ? metadata.Mode & ~SetIdBits : metadata.Mode,
            Attributes = [.. metadata.Attributes.Where(attribute => !IsOfTheSystem(attribute))],
        };
    }

    /// <summary>Whether <see cref="MetadataFor"/> leaves something out.</summary>
    public static bool GivesRightsAway(IndexEntry entry) =>
        (entry.Kind == EntryKind.File && (entry.Mode & SetIdBits) != 0) || entry.Attributes.Any(IsOfTheSystem);

    /// <summary>What only privileged programs may set: capabilities, labels, and what the layers of containers keep for themselves.</summary>
    private static bool IsOfTheSystem(ExtendedAttribute attribute) =>
        attribute.Name.StartsWith("security.", StringComparison.Ordinal) || attribute.Name.StartsWith("trusted.", StringComparison.Ordinal);

    private static bool IsInside(string path)
    {
        if (path.Length is 0 or > LongestPath || path.Contains('\0'))
        {
            return false;
        }
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or "..")
            {
                return false;
            }
        }
        return true;
    }
}
