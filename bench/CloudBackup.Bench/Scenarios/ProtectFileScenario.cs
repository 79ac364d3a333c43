using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Encrypting or decrypting one large file, beside the cipher and MAC alone, in memory, on one core.</summary>
internal sealed class ProtectFileScenario(bool decrypts) : Scenario
{
    private const string OneCore = "AES-256-CBC and HMAC-SHA256 of OpenSSL, in memory, on one core";
    private const string Cmdlet = "the cmdlet in the host";
    private const string HostAlone = "the host alone, module imported";

    /// <inheritdoc/>
    public override string Name => decrypts ? "unprotect-file" : "protect-file";

    /// <inheritdoc/>
    public override string Question => decrypts ? "decrypting a file of 1 GB" : "encrypting a file of 1 GB";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new OneFileData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders =>
    [
        new Contender
        {
            Name = decrypts ? "Unprotect-BackupFile (engine)" : "Protect-BackupFile (engine)",
            IsOurs = true,
            Measured = place => Ours.Protect(decrypts, decrypts ? Path.Join(place.Shared, "encrypted") : OneFileData.FileIn(place.Data), place["out"]),
            StoredBytes = place => new FileInfo(place["out"]).Length,
            Check = decrypts ? place => FolderFacts.MustBeSameFile(place["out"], OneFileData.FileIn(place.Data)) : null,
        },
        new Contender { Name = OneCore, IsOurs = true, Measured = place => Ours.RawCipher(OneFileData.FileIn(place.Data)) },
        new Contender
        {
            Name = Cmdlet,
            IsOurs = true,
            Measured = place => Ours.HostProtect(decrypts, decrypts ? Path.Join(place.Shared, "encrypted") : OneFileData.FileIn(place.Data), place["out"]),
        },
        new Contender { Name = HostAlone, IsOurs = true, Measured = _ => Ours.HostCommand("$null = Get-Command Protect-BackupFile") },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
        [Target.FasterThan(OneCore, 0.8), Target.MemoryAbove(Cmdlet, HostAlone, 20_000_000)];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        if (decrypts)
        {
            await Measuring.MeasuredProcess.OutputOfAsync(
                Ours.Protect(decrypts: false, OneFileData.FileIn(place.Data), Path.Join(place.Shared, "encrypted")));
        }
    }
}
