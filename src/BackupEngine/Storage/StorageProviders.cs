using CloudBackup.Infrastructure;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Storage.Noop;
using CloudBackup.Storage.S3;

namespace CloudBackup.Storage;

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
