using System.Security;
using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>What encryption costs a first backup.</summary>
internal sealed class EncryptedBackupScenario : Scenario
{
    private const string Unencrypted = "cloudbackup, not encrypted";

    /// <inheritdoc/>
    public override string Name => "tgz-encrypted";

    /// <inheritdoc/>
    public override string Question => "a first backup of half text, half media, encrypted, beside the same without encryption";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        Backups.ToFileSystem(secrets: new SiteSecrets { Password = Password() }).First() with { Name = "cloudbackup, encrypted" },
        Backups.ToFileSystem().First() with { Name = Unencrypted },
        Restic.InitialBackup,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.LongerThan(Unencrypted, percent: 15)];

    private static SecureString Password()
    {
        var password = new SecureString();
        "correct horse".ToList().ForEach(password.AppendChar);
        return password;
    }
}
