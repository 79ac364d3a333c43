using CloudBackup.Bench.DataSets;

namespace CloudBackup.Bench.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new TgzBackupScenario(),
        new TgzMediaScenario(),
        new TgzRestoreScenario(),
        new ManySmallFilesScenario(),
        new RsyncFirstScenario(),
        new RsyncDurableScenario(),
        new RsyncAgainScenario("rsync-unchanged", "nothing has changed", _ => { }),
        new RsyncAgainScenario("rsync-changed", "1 % have changed", ChangingFilesData.Change),
        new RsyncTinyScenario(),
        new RsyncMillionScenario(),
        new ImportScenario(),
        new EncryptedBackupScenario(),
        new ProtectFileScenario(decrypts: false),
        new ProtectFileScenario(decrypts: true),
        new S3UploadScenario(),
        new S3BackupScenario(),
        new S3LineScenario(),
        new S3LatencyScenario(copies: false),
        new S3LatencyScenario(copies: true),
        new RsyncS3Scenario(),
        new RetentionScenario(),
        new ObjectRemovalScenario(),
    ];

    /// <summary>The scenario of a name.</summary>
    /// <exception cref="OptionException">There is none.</exception>
    public static Scenario Get(string name) => All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new OptionException($"There is no scenario '{name}': {string.Join(", ", All.Select(scenario => scenario.Name))}.");
}
