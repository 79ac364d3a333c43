using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Reporting;
using CloudBackup.IntegrationTests.S3;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A backup of unchanged files to a store that is far away: a copy for each, and as many of them under way as may be.</summary>
internal sealed class RsyncS3Scenario : Scenario
{
    private const int Files = 10_000;
    private const int Concurrency = 10;
    private const double MostOverTheory = 1.3;
    private const string Bare = "as many copies of objects of 10 kB and nothing else";

    /// <summary>What each of the two backups and the snapshot hold beside the files: <c>config.json</c> and <c>fsmetadata.json</c>.</summary>
    private const int Generated = 2;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    private string _url = "";
    private Action<TimeSpan> _setLatency = _ => { };
    private Func<ValueTask> _stopProxy = () => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override string Name => "rsync-s3-latency";

    /// <inheritdoc/>
    public override string Question =>
        $"a backup of 10,000 files of which nothing has changed to a bucket, {Concurrency} copies at a time, each request {Latency.TotalMilliseconds} ms late";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new ChangingFilesData(Files);

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders =>
    [
        new Contender { Name = Ours.Engine, IsOurs = true, Prepare = MakeFirstBackupAsync, Measured = place => Ours.Backup(place.Folder), Check = _ => MustHaveAll() },
        new Contender { Name = Bare, IsOurs = true, Prepare = WriteSourcesAsync, Measured = _ => Ours.ManyObjects(copies: true, _url, Files, Concurrency) },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
        [Target.AtMost(Latency * Files / Concurrency, MostOverTheory, "files × latency ÷ copy concurrency")];

    /// <inheritdoc/>
    public override Task PrepareAsync(Place place)
    {
        var proxy = new FaultProxy(Bucket.Port);
        (_url, _setLatency, _stopProxy) = (proxy.Url, latency => proxy.Latency = latency, proxy.DisposeAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task CleanUpAsync()
    {
        await _stopProxy();
        await Bucket.EmptyAsync();
    }

    private async Task WriteSourcesAsync(Place place)
    {
        await Bucket.EmptyAsync();
        _setLatency(TimeSpan.Zero);
        await MeasuredProcess.OutputOfAsync(Ours.ManyObjects(copies: false, _url, Files, Concurrency));
        _setLatency(Latency);
    }

    private async Task MakeFirstBackupAsync(Place place)
    {
        await Bucket.EmptyAsync();
        _setLatency(TimeSpan.Zero);
        await Ours.PrepareAsync(place.Folder, place.Data, site => Bucket.Adapt(site, _url) with { Format = BackupFormat.Rsync }, Bucket.Secrets);
        await MeasuredProcess.OutputOfAsync(Ours.Backup(place.Folder));
        _setLatency(Latency);
    }

    private static void MustHaveAll()
    {
        if (Bucket.Measure() is var found && found.Objects < 3 * (Files + Generated))
        {
            throw new BenchException($"The bucket holds {found.Objects} objects, which are not two backups and a snapshot of {Files} files.");
        }
    }
}
