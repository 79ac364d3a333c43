using System.Text.Json;

namespace CloudBackup.Platform;

/// <summary>The name and secret that each site signs in with, kept among the platform's secrets and nowhere else (I7).</summary>
internal sealed class SiteCredentials(SecretStore secrets)
{
    private const string Prefix = "credential.";

    /// <summary>The names of the secrets that hold credentials.</summary>
    public IReadOnlyList<string> Names => secrets.List(Prefix);

    /// <summary>The name of the secret that holds a site's credential.</summary>
    public static string NameOf(string site) => Prefix + site;

    /// <summary>What a site signs in with; null when it was given nothing.</summary>
    public StorageCredential? Read(string site) =>
        secrets.Read(NameOf(site)) is { } bytes ? JsonSerializer.Deserialize(bytes, ModelJson.Default.StorageCredential) : null;

    /// <summary>Keeps what a site signs in with. An empty name forgets it.</summary>
    public void Write(string site, StorageCredential credential)
    {
        if (credential.UserName.Length == 0)
        {
            Remove(site);
            return;
        }
        secrets.Write(NameOf(site), JsonSerializer.SerializeToUtf8Bytes(credential, ModelJson.Default.StorageCredential));
    }

    /// <summary>Forgets what a site signs in with.</summary>
    public void Remove(string site) => secrets.Remove(NameOf(site));
}
