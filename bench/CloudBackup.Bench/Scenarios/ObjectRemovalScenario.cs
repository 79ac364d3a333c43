using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.Engine;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>What removing very many objects takes beside the requests that it needs.</summary>
internal sealed class ObjectRemovalScenario : Scenario
{
    private const int Objects = 10_000;
    private const int AtATime = 10;
    private const double MostOverTheory = 1.3;

    private const string OneRequest = "bulk, one request at a time";
    private const string AsTheStoreLikes = "bulk, 10 requests at a time (default)";
    private const string BareRequests = "the same 10 bulk requests sent bare, one at a time";
    private const string OneByOne = "a request for each object, 10 at a time";

    /// <inheritdoc/>
    public override string Name => "s3-remove-latency";

    /// <inheritdoc/>
    public override string Question => "removing 10,000 objects from an S3 server on loopback that takes 20 ms for each request";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        Removing(OneRequest, 1, RemovalWork.Bulk),
        Removing(BareRequests, 1, RemovalWork.Bare),
        Removing(AsTheStoreLikes, AtATime, RemovalWork.Bulk),
        Removing(OneByOne, AtATime, RemovalWork.Single),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.TimesOf(OneRequest, BareRequests, MostOverTheory),
        Within(AsTheStoreLikes, Objects / RemovalWork.KeysPerRequest, 1),
        Within(OneByOne, Objects, AtATime),
    ];

    private static Target Within(string contender, int requests, int atATime)
    {
        var theory = RemovalWork.Latency * (requests / atATime);
        return Target.TimeAtMost(contender, theory * MostOverTheory, FormattableString.Invariant(
            $"{MostOverTheory} times the {theory.TotalMilliseconds:0} ms that {requests:N0} requests take, {atATime} at a time"));
    }

    private static Contender Removing(string name, int atATime, string kind) =>
        new() { Name = name, Measured = _ => Ours.RemoveObjects(Objects, atATime, kind), TellsTime = true, IsOurs = true };
}
