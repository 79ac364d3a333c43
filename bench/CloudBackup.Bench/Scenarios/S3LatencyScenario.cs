using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Many small objects through a line of 50 ms: what counts is that all requests that may be under way are.</summary>
internal sealed class S3LatencyScenario(bool copies) : ProxiedScenario
{
    private const int Objects = 10_000;
    private const int Concurrency = 20;
    private const double MostOverTheory = 1.3;
    private const string Folder = "source";

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Theory = Latency * Objects / Concurrency;

    /// <inheritdoc/>
    public override string Name => copies ? "s3-copy-latency" : "s3-write-latency";

    /// <inheritdoc/>
    public override string Question =>
        $"{(copies ? "server-side copies of" : "writing")} 10,000 objects of 10 kB, {Concurrency} at a time, each request {Latency.TotalMilliseconds} ms late";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders =>
    [
        new Contender
        {
            Name = Ours.Engine,
            IsOurs = true,
            Prepare = _ => Bucket.EmptyAsync(keep: copies ? Folder : ""),
            Measured = _ => Ours.ManyObjects(copies, Proxy.Url, Objects, Concurrency),
            Check = _ => MustHave(copies ? "copy" : Folder),
        },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.AtMost(Theory, MostOverTheory, "objects × latency ÷ concurrency")];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        await Bucket.EmptyAsync();
        if (copies)
        {
            await Measuring.MeasuredProcess.OutputOfAsync(Ours.ManyObjects(copies: false, Bucket.Url, Objects, Concurrency));
        }
        await base.PrepareAsync(place);
        Proxy.Latency = Latency;
    }

    private static void MustHave(string folder)
    {
        if (Bucket.Measure(folder).Objects is var found && found != Objects)
        {
            throw new BenchException($"{found} objects are below '{folder}', not {Objects}.");
        }
    }
}
