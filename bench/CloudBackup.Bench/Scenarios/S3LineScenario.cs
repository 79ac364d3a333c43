using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Reporting;
using CloudBackup.IntegrationTests.S3;

namespace CloudBackup.Bench.Scenarios;

/// <summary>
/// Packing and uploading at the same time where the line is what is short, not the processor that client and server share here: what a backup
/// takes is what its upload takes.
/// </summary>
internal sealed class S3LineScenario : Scenario
{
    private const string PackAlone = "packing alone, to a folder";
    private const string UploadAlone = "uploading the finished archive alone";
    private const long BytesPerSecond = 50_000_000;

    private string _url = "";
    private Func<ValueTask> _stopProxy = () => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override string Name => "s3-backup-line";

    /// <inheritdoc/>
    public override string Question => "a first backup of text and media side by side to a bucket through a line of 400 Mbit/s";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData(folders: 32);

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders =>
    [
        new Contender
        {
            Name = Ours.Engine,
            IsOurs = true,
            Prepare = async place =>
            {
                await Bucket.EmptyAsync();
                await Ours.PrepareAsync(place.Folder, place.Data, site => Bucket.Adapt(site, _url), Bucket.Secrets);
            },
            Measured = place => Ours.Backup(place.Folder),
            StoredBytes = _ => Bucket.Measure().Bytes,
        },
        Backups.ToFileSystem().First() with { Name = PackAlone },
        new Contender
        {
            Name = UploadAlone,
            IsOurs = true,
            Prepare = _ => Bucket.EmptyAsync(),
            Measured = place => Ours.PutObject(Ours.ArchiveIn(place.Shared), _url),
            StoredBytes = _ => Bucket.Measure().Bytes,
        },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.LongerThanSlowest([PackAlone, UploadAlone], 10)];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        await Ours.PrepareAsync(place.Shared, place.Data);
        await MeasuredProcess.OutputOfAsync(Ours.Backup(place.Shared));
        var proxy = new FaultProxy(Bucket.Port) { BytesPerSecond = BytesPerSecond };
        (_url, _stopProxy) = (proxy.Url, proxy.DisposeAsync);
    }

    /// <inheritdoc/>
    public override async Task CleanUpAsync()
    {
        await _stopProxy();
        await Bucket.EmptyAsync();
    }
}
