using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Packing and uploading at the same time, beside each of the two alone; and what memory it takes within which limit.</summary>
internal sealed class S3BackupScenario : Scenario
{
    private const string PackAlone = "packing alone, to a folder";
    private const string UploadAlone = "uploading the finished archive alone";
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
        ToBucket(Ours.Engine, null),
        ToBucket(LittleMemory, 64 * Megabyte),
        ToBucket(MuchMemory, 1024 * Megabyte),
        Backups.ToFileSystem().First() with { Name = PackAlone },
        new Contender
        {
            Name = UploadAlone,
            IsOurs = true,
            Prepare = _ => Bucket.EmptyAsync(),
            Measured = place => Ours.PutObject(Ours.ArchiveIn(place.Shared)),
            StoredBytes = _ => Bucket.Measure().Bytes,
        },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.LongerThanSlowest([PackAlone, UploadAlone], 10),
        Target.MemoryBelow(LittleMemory, (64 * Megabyte) + Allowance),
        Target.MemoryBelow(MuchMemory, (1024 * Megabyte) + Allowance),
    ];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        await Ours.PrepareAsync(place.Shared, place.Data);
        await Measuring.MeasuredProcess.OutputOfAsync(Ours.Backup(place.Shared));
    }

    private static Contender ToBucket(string name, long? memory) => new()
    {
        Name = name,
        IsOurs = true,
        Prepare = async place =>
        {
            await Bucket.EmptyAsync();
            await Ours.PrepareAsync(
                place.Folder, place.Data, site => Bucket.Adapt(site) with { Limits = site.Limits with { MemoryLimitBytes = memory } }, Bucket.Secrets);
        },
        Measured = place => Ours.Backup(place.Folder),
        StoredBytes = _ => Bucket.Measure().Bytes,
    };
}
