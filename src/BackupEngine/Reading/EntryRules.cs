using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;

namespace CloudBackup.Reading;

/// <summary>
/// What an entry of a backup may say. Anyone who can write to a storage can write anything into a backup, so nothing of it is believed:
/// paths stay inside, and bits that give rights away are kept only when the backup is known to be our own.
/// </summary>
internal static class EntryRules
{
    private const int SetIdBits = 0xC00; // 06000
    private const int LongestTarget = 4095;
    private const string OwnPrefix = ".cloudbackup-";

    /// <summary>Why the entry must not be restored; null when it may.</summary>
    public static string? FindFault(IndexEntry entry)
    {
        if (PathRules.FindFault(entry.Path) is { } fault)
        {
            return fault;
        }
        if (entry.Kind == EntryKind.SymbolicLink && entry.LinkTarget is { } target && PathText.CountBytes(target) > LongestTarget)
        {
            return "it is a symbolic link with a target longer than any system takes";
        }
        if (entry.Kind == EntryKind.HardLink && (entry.LinkTarget is null || !PathRules.IsInside(entry.LinkTarget)))
        {
            return "it is a hard link to something outside the backup";
        }
        if (entry.Kind == EntryKind.SymbolicLink && (string.IsNullOrEmpty(entry.LinkTarget) || entry.LinkTarget.Contains('\0')))
        {
            return "it is a symbolic link to nowhere";
        }
        return entry.Size < 0 ? "its size is negative" : null;
    }

    /// <summary>
    /// Why an entry of a stored index must not be restored, besides what <see cref="FindFault"/> finds in entries from anywhere; null when it may.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="state">What the backup's record says of it.</param>
    public static string? FindStoredFault(IndexEntry entry, BackupState state)
    {
        if (entry.Path.StartsWith(OwnPrefix, StringComparison.Ordinal))
        {
            return "its name is one of the files that a restore itself makes";
        }
        if (entry.Kind == EntryKind.File && entry.Sha256 is not { Length: SHA256.HashSizeInBytes })
        {
            return "the index has no hash of its content";
        }
        return entry.IsIncomplete && state != BackupState.Partial ? "it is incomplete, and the backup's record does not say so" : null;
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
        (entry.Kind == EntryKind.File && (entry.Facts.Mode & SetIdBits) != 0) || entry.Facts.Attributes.Any(IsOfTheSystem);

    /// <summary>What only privileged programs may set: capabilities, labels, and what the layers of containers keep for themselves.</summary>
    private static bool IsOfTheSystem(ExtendedAttribute attribute) =>
        attribute.Name.StartsWith("security.", StringComparison.Ordinal) || attribute.Name.StartsWith("trusted.", StringComparison.Ordinal);
}
