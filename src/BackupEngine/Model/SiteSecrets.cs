using System.Net;
using System.Security;

namespace CloudBackup;

/// <summary>What a site is told that is never kept with its settings.</summary>
public sealed class SiteSecrets
{
    /// <summary>Nothing.</summary>
    public static SiteSecrets None { get; } = new();

    /// <summary>The password that new backups are encrypted with; null to leave encryption as it is.</summary>
    public SecureString? Password { get; init; }

    /// <summary>Whether new backups are not encrypted any more.</summary>
    public bool RemovePassword { get; init; }

    /// <summary>
    /// What the storage is signed in to with, such as access key and secret key; null to leave it as it is, an empty name to forget it.
    /// </summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The credential as storages take it.</summary>
    internal StorageCredential? ForStorage => Credential is null ? null : new StorageCredential(Credential.UserName, Credential.Password);
}
