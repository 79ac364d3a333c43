using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Packing and uploading at the same time, beside each of the two alone; and what memory it takes within which limit.</summary>
internal sealed class S3BackupScenario : Scenario
{
    private const string LittleMemory = "cloudbackup, -MemoryLimit 64MB";
    private const string MuchMemory = "cloudbackup, -MemoryLimit 1GB";
    private const long Megabyte = 1024 * 1024;
    private const long Allowance = 100_000_000;

    /// <inheritdoc/>
    public override string Name => "s3-backup";

    /// <inheritdoc/>
    public override string Question => "a first backup of half text, half media to a bucket of an S3 server on loopback, which has the same two cores";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        BucketBackups.Whole(Ours.Engine, () => Bucket.Url),
        BucketBackups.Whole(LittleMemory, () => Bucket.Url, 64 * Megabyte),
        BucketBackups.Whole(MuchMemory, () => Bucket.Url, 1024 * Megabyte),
        BucketBackups.Packing(),
        BucketBackups.Uploading(() => Bucket.Url),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.LongerThanSlowest([BucketBackups.PackAlone, BucketBackups.UploadAlone], 10),
        Target.MemoryBelow(LittleMemory, (64 * Megabyte) + Allowance),
        Target.MemoryBelow(MuchMemory, (1024 * Megabyte) + Allowance),
    ];

    /// <inheritdoc/>
    public override Task PrepareAsync(Place place) => BucketBackups.MakeArchiveAsync(place);
}
