using System.Security;

namespace CloudBackup.Sites;

/// <summary>What a site is told that is never kept with its settings.</summary>
public sealed class SiteSecrets
{
    /// <summary>Nothing.</summary>
    public static SiteSecrets None { get; } = new();

    /// <summary>The password that new backups are encrypted with; null to leave encryption as it is.</summary>
    public SecureString? Password { get; init; }

    /// <summary>Whether new backups are not encrypted any more.</summary>
    public bool RemovePassword { get; init; }
}
