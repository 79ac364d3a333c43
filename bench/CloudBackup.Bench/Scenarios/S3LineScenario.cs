using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>
/// Packing and uploading at the same time where the line is what is short, not the processor that client and server share here: what a backup
/// takes is what its upload takes.
/// </summary>
internal sealed class S3LineScenario : ProxiedScenario
{
    private const long BytesPerSecond = 50_000_000;

    /// <inheritdoc/>
    public override string Name => "s3-backup-line";

    /// <inheritdoc/>
    public override string Question => "a first backup of text and media side by side to a bucket through a line of 400 Mbit/s";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData(folders: 32);

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders =>
        [BucketBackups.Whole(Ours.Engine, () => Proxy.Url), BucketBackups.Packing(), BucketBackups.Uploading(() => Proxy.Url)];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.LongerThanSlowest([BucketBackups.PackAlone, BucketBackups.UploadAlone], 10)];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        await BucketBackups.MakeArchiveAsync(place);
        await base.PrepareAsync(place);
        Proxy.BytesPerSecond = BytesPerSecond;
    }
}
