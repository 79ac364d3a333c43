using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>Something that is backed up on its own: a data directory, its addons and its commands.</summary>
public sealed record BackupApp
{
    /// <summary>Identifies the app for ever, whatever it is renamed to.</summary>
    public required Guid Id { get; init; }

    /// <summary>The app's unique, domain-like name, such as <c>wiki.example.com</c>.</summary>
    public required string Location { get; init; }

    /// <summary>The name of the package that the app is an installation of.</summary>
    public string PackageName { get; init; } = "";

    /// <summary>The installed version of the package.</summary>
    public required string Version { get; init; }

    /// <summary>The folder that holds the app's data.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The folder that <see cref="DataDirectory"/> was when it was registered, or when a restore put it there; null until that is known.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal DataFolder? DataFolder { get; init; }

    /// <summary>What the app is doing.</summary>
    public AppState State { get; init; }

    /// <summary>Why the app is in <see cref="AppState.Error"/>; null otherwise.</summary>
    public string? LastError { get; init; }

    /// <summary>
    /// The backup that the app's data is still to come from: it was registered by a restore, clone or import that did not end. Null when
    /// the app has its data.
    /// </summary>
    public string? UnfinishedRestore { get; init; }

    /// <summary>
    /// The backup from before an update that did not end: version and data are in doubt until the app is restored, updated, or told to have
    /// a version. Null when nothing is in doubt.
    /// </summary>
    public string? UnfinishedUpdate { get; init; }

    /// <summary>
    /// Whether a clone or import is bringing the app up for the first time: until that has ended well, the app and its data are removed when
    /// it fails, and the same can be begun again.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal bool IsBeingInstalled { get; init; }

    /// <summary>Whether what did not end had come to the app's StartCommand: the app may be up, and its users writing.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal bool WasStarted { get; init; }

    /// <summary>False when scheduled and platform runs pass the app over.</summary>
    public bool AutomaticBackup { get; init; } = true;

    /// <summary>When the newest <see cref="BackupState.Ready"/> backup of the app was made; null when there is none.</summary>
    public DateTimeOffset? LastBackup { get; init; }

    /// <summary>Patterns as in <c>.gitignore</c>, relative to the data directory, of what is left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The data stores that are dumped.</summary>
    public IReadOnlyList<BackupAddon> Addons { get; init; } = [];

    /// <summary>The app's commands.</summary>
    public AppCommands Commands { get; init; } = new();

    /// <summary>When the app was registered.</summary>
    public DateTimeOffset Registered { get; init; }

    /// <summary>
    /// The app at a version that the administrator vouches for: what failed or is in doubt is settled, unless its data is still to come or it was never
    /// started on it.
    /// </summary>
    public BackupApp AtVersion(string version) => this.Vouch(version);

    /// <summary>The location.</summary>
    public override string ToString() => Location;
}
