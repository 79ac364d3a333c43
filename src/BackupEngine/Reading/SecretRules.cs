using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;
using CloudBackup.Platform;

namespace CloudBackup.Reading;

/// <summary>Which entries of a platform backup are secrets, and what those may be.</summary>
internal static class SecretRules
{
    private const int LargestSecret = 1024 * 1024;
    private const string Folder = PlatformConfig.SecretsPath + "/";

    /// <summary>Whether an entry is among the secrets.</summary>
    public static bool IsSecret(IndexEntry entry) => entry.Path.StartsWith(Folder, StringComparison.Ordinal);

    /// <summary>The name of the secret that an entry holds.</summary>
    public static string NameOf(IndexEntry entry) => entry.Path[Folder.Length..];

    /// <summary>Why an entry among the secrets must not be restored; null when it may, and for all others.</summary>
    public static string? FindFault(IndexEntry entry) =>
        IsSecret(entry) && (entry.Kind != EntryKind.File || !SecretStore.IsName(NameOf(entry)) || entry.Size is < 0 or > LargestSecret)
            ? "it is not a secret of a platform"
            : null;
}
