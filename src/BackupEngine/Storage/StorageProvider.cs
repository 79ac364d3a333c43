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
