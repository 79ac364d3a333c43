using CloudBackup.Infrastructure;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Storage.Noop;
using CloudBackup.Storage.S3;

namespace CloudBackup.Storage;

/// <summary>A kind of storage that a site can name.</summary>
/// <param name="Name">The name that users give, such as <c>filesystem</c>.</param>
/// <param name="Empty">Settings of that kind that say nothing yet.</param>
/// <param name="Open">Makes the storage for a site's settings; does not touch it yet.</param>
internal sealed record StorageProvider(string Name, StorageSettings Empty, Func<StorageSettings, StorageContext, IBackupStorage> Open)
{
    /// <summary>The kind of settings that it needs.</summary>
    public Type SettingsType => Empty.GetType();

    /// <summary>What a user recognizes it by.</summary>
    public required string Title { get; init; }

    /// <summary>Whether it takes a name and secret.</summary>
    public bool TakesCredential { get; init; }

    /// <summary>What a user can tell about the place, by name.</summary>
    public IReadOnlyList<string> SettingNames =>
    [
        .. SettingsType.GetProperties().Where(property => property.CanWrite).Select(property => property.Name),
        .. TakesCredential ? new[] { nameof(StorageContext.Credential) } : [],
    ];

    /// <summary>The names of the regions that it is known to have.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Settings as they are kept. Throws <see cref="BackupException"/> for those that cannot be right; touches no storage.</summary>
    public Func<StorageSettings, StorageSettings> Normalize { get; init; } = settings => settings;
}

/// <summary>What a storage is made with besides its settings.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Random">Randomness.</param>
/// <param name="Log">Takes lines for finding the cause of a problem.</param>
/// <param name="Intercept">Put around each provider's storage, inside all decorators; tests inject failures there.</param>
internal sealed record StorageContext(
    TimeProvider Time, IRandomSource Random, Action<string> Log, Func<IBackupStorage, IBackupStorage> Intercept)
{
    /// <summary>What the site may use.</summary>
    public SiteLimits Limits { get; init; } = new();

    /// <summary>The name and secret that the site was given; null for none.</summary>
    public StorageCredential? Credential { get; init; }

    /// <summary>How many objects a list is asked for at a time; null for as many as the store likes to tell.</summary>
    public int? ListLength { get; init; }

    /// <summary>How long a failing storage is asked again.</summary>
    public RetryOptions Retry { get; init; } = new();
}

/// <summary>All providers. The only list of them.</summary>
internal static class StorageProviders
{
    private static readonly StorageProvider Folder = new("filesystem", new FileSystemSettings { Path = "" }, (settings, context) =>
        new FileSystemStorage(((FileSystemSettings)settings).Path, context.Random, !((FileSystemSettings)settings).NoHardlink))
    {
        Title = "A folder on a disk or a mounted share",
        Normalize = settings => FileSystemStorage.Normalize((FileSystemSettings)settings),
    };

    /// <summary>All providers, in the order they are shown.</summary>
    public static IReadOnlyList<StorageProvider> All { get; } =
    [
        Folder,
        .. S3Profiles.All.Select(profile => new StorageProvider(profile.Name, new S3Settings { Bucket = "" }, (settings, context) =>
            new S3Storage(BucketAddress.Of(profile, (S3Settings)settings), context))
        {
            Title = profile.Title,
            TakesCredential = true,
            Regions = profile.Regions,
            Normalize = settings =>
            {
                _ = BucketAddress.Of(profile, (S3Settings)settings);
                return settings;
            },
        }),
        new("noop", new NoopSettings(), (_, _) => new NoopStorage()) { Title = "Keeps nothing: switches backups off" },
    ];

    /// <summary>A site that is nothing but a folder of this machine.</summary>
    public static BackupSite SiteOf(string folder) =>
        new() { Name = folder, Provider = Folder.Name, Settings = new FileSystemSettings { Path = folder } };

    /// <summary>A folder of this machine as a storage whose files only their owner can read.</summary>
    public static IBackupStorage OpenPrivateFolder(string path, IRandomSource random) => new FileSystemStorage(path, random, isPrivate: true);

    /// <summary>The provider of a name.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public static StorageProvider Get(string name) => Find(name) ?? throw BackupErrors.ProviderUnknown(name, All.Select(provider => provider.Name));

    /// <summary>The provider of a name; null when there is none.</summary>
    public static StorageProvider? Find(string name) => All.FirstOrDefault(provider => string.Equals(provider.Name, name, StringComparison.OrdinalIgnoreCase));
}
