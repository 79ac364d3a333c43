using CloudBackup.Storage;

namespace CloudBackup;

public sealed partial class SiteService
{
    /// <summary>The names of all storage providers.</summary>
    public static IReadOnlyList<string> ProviderNames { get; } = [.. StorageProviders.All.Select(provider => provider.Name)];

    /// <summary>What a user recognizes a provider by; empty where there is no such provider.</summary>
    public static string ProviderTitle(string provider) => StorageProviders.Find(provider)?.Title ?? "";

    /// <summary>The names of the regions that a provider is known to have; empty where it has none.</summary>
    public static IReadOnlyList<string> RegionNames(string provider) => StorageProviders.Find(provider)?.Regions ?? [];

    /// <summary>Settings of a provider's kind that say nothing yet.</summary>
    /// <exception cref="BackupException">There is no such provider.</exception>
    public static StorageSettings EmptySettings(string provider) => StorageProviders.Get(provider).Empty;

    /// <summary>Checks that those of the names which are settings of some provider are ones of this provider.</summary>
    /// <exception cref="BackupException">One is not, or there is no such provider.</exception>
    public static void CheckSettingNames(string provider, IEnumerable<string> names)
    {
        var own = StorageProviders.Get(provider).SettingNames;
        var foreign = names.Intersect(StorageProviders.All.SelectMany(one => one.SettingNames)).Except(own).Order(StringComparer.Ordinal);
        if (foreign.FirstOrDefault() is { } first)
        {
            throw BackupErrors.SettingNotForProvider(first, provider, own);
        }
    }
}
