using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A backup of unchanged files to a store that is far away: a copy for each, and as many of them under way as may be.</summary>
internal sealed class RsyncS3Scenario : ProxiedScenario
{
    private const int Files = 10_000;
    private const int Concurrency = 10;
    private const double MostOverTheory = 1.3;
    private const string Bare = "as many copies of objects of 10 kB and nothing else";

    /// <summary>What each of the two backups and the snapshot hold beside the files: <c>config.json</c> and <c>fsmetadata.json</c>.</summary>
    private const int Generated = 2;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

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
        new Contender { Name = Bare, IsOurs = true, Prepare = WriteSourcesAsync, Measured = _ => Ours.ManyObjects(copies: true, Proxy.Url, Files, Concurrency) },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
        [Target.AtMost(Latency * Files / Concurrency, MostOverTheory, "files × latency ÷ copy concurrency")];

    private Task WriteSourcesAsync(Place place) => AtOnceAsync(() =>
        MeasuredProcess.OutputOfAsync(Ours.ManyObjects(copies: false, Proxy.Url, Files, Concurrency)));

    private Task MakeFirstBackupAsync(Place place) => AtOnceAsync(async () =>
    {
        await Ours.PrepareAsync(place.Folder, place.Data, site => Bucket.Adapt(site, Proxy.Url) with { Format = BackupFormat.Rsync }, Bucket.Secrets);
        await MeasuredProcess.OutputOfAsync(Ours.Backup(place.Folder));
    });

    /// <summary>Fills the empty bucket, without the latency that is measured.</summary>
    private async Task AtOnceAsync(Func<Task> fill)
    {
        await Bucket.EmptyAsync();
        Proxy.Latency = TimeSpan.Zero;
        await fill();
        Proxy.Latency = Latency;
    }

    private static void MustHaveAll()
    {
        if (Bucket.Measure() is var found && found.Objects < 3 * (Files + Generated))
        {
            throw new BenchException($"The bucket holds {found.Objects} objects, which are not two backups and a snapshot of {Files} files.");
        }
    }
}
