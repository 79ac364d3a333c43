namespace CloudBackup;

/// <summary>
/// The commands of an app. Each is an executable and its arguments, run without a shell, with
/// <c>CLOUDBACKUP_APP_ID</c>, <c>CLOUDBACKUP_LOCATION</c>, <c>CLOUDBACKUP_VERSION</c> and
/// <c>CLOUDBACKUP_DATA_DIRECTORY</c> in its environment. An empty list means: there is no such command.
/// </summary>
public sealed record AppCommands
{
    /// <summary>Brings the app's code to the version in <c>CLOUDBACKUP_VERSION</c>.</summary>
    public IReadOnlyList<string> Install { get; init; } = [];

    /// <summary>Starts the app.</summary>
    public IReadOnlyList<string> Start { get; init; } = [];

    /// <summary>Stops the app, so that its data is at rest.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Exits with 0 when the app works.</summary>
    public IReadOnlyList<string> Health { get; init; } = [];

    /// <summary>Runs before the app's data is read.</summary>
    public IReadOnlyList<string> PreBackup { get; init; } = [];

    /// <summary>Runs after the app's data was read, also when the backup failed.</summary>
    public IReadOnlyList<string> PostBackup { get; init; } = [];

    /// <summary>All commands, also those that there are not, by the names that they have in a configuration.</summary>
    internal IEnumerable<(string Name, IReadOnlyList<string> Command)> All =>
    [
        ("install", Install), ("start", Start), ("stop", Stop), ("health", Health), ("preBackup", PreBackup), ("postBackup", PostBackup),
    ];

    /// <summary>Which commands there are.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Install.Count > 0 ? "install" : null,
        Start.Count > 0 ? "start" : null,
        Stop.Count > 0 ? "stop" : null,
        Health.Count > 0 ? "health" : null,
        PreBackup.Count > 0 ? "pre-backup" : null,
        PostBackup.Count > 0 ? "post-backup" : null,
    }.OfType<string>());
}
