using System.Text.RegularExpressions;
using CloudBackup.Storage;

namespace CloudBackup.Sites;

/// <summary>What a site may be told.</summary>
internal static partial class SiteRules
{
    /// <summary>A site with its values in their usual form. Its retention policy is not looked at.</summary>
    /// <exception cref="BackupException">A value is not valid.</exception>
    public static BackupSite Check(BackupSite site)
    {
        if (!NamePattern().IsMatch(site.Name))
        {
            throw BackupErrors.NameInvalid("name of a site", site.Name, "letters, digits, dots, dashes and underscores, at most 64");
        }
        var provider = StorageProviders.Get(site.Provider);
        if (!provider.SettingsType.IsInstanceOfType(site.Settings))
        {
            throw BackupErrors.NameInvalid("provider for these settings", site.Provider, $"it needs {provider.SettingsType.Name}");
        }
        site.Limits.Check();
        return site with { Provider = provider.Name, Prefix = CheckPrefix(site.Prefix), Settings = provider.Normalize(site.Settings) };
    }

    private static string CheckPrefix(string prefix)
    {
        var trimmed = prefix.Trim('/');
        if (trimmed.Length > 0 && (trimmed.Length > 512 || trimmed.Split('/').Any(part => part is "" or "." or ".." || part.Any(char.IsControl))))
        {
            throw BackupErrors.NameInvalid("prefix", prefix, "folders separated by single slashes, none of them . or ..");
        }
        return trimmed;
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\z")]
    private static partial Regex NamePattern();
}
