using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A finished archive goes to a bucket: by our storage, and by the tools that are made for that.</summary>
internal sealed class S3UploadScenario : Scenario
{
    private const string Rclone = "rclone copyto";
    private const string Aws = "aws s3 cp";

    /// <inheritdoc/>
    public override string Name => "s3-upload";

    /// <inheritdoc/>
    public override string Question => "a finished archive of 1 GB to a bucket of an S3 server on loopback, which has the same two cores";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new OneFileData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        Uploader(Ours.Engine, [], file => Ours.PutObject(file)) with { IsOurs = true },
        Uploader(Rclone, ["rclone"], file => Bucket.WithAccess(new Command("rclone", "copyto", file, $":s3:{Bucket.Name}/{Path.GetFileName(file)}"))),
        Uploader(Aws, ["aws"], file => Bucket.WithAccess(new Command("aws", "--endpoint-url", Bucket.Url, "s3", "cp", "--only-show-errors", file, $"s3://{Bucket.Name}/"))),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.FasterThan(Rclone, 1.2), Target.FasterThan(Aws, 1.2)];

    private static Contender Uploader(string name, IReadOnlyList<string> tools, Func<string, Command> measured) => new()
    {
        Name = name,
        Tools = tools,
        Prepare = _ => Bucket.EmptyAsync(),
        Measured = place => measured(OneFileData.FileIn(place.Data)),
        StoredBytes = _ => Bucket.Measure().Bytes,
        Check = place => MustHave(new FileInfo(OneFileData.FileIn(place.Data)).Length),
    };

    private static void MustHave(long bytes)
    {
        if (Bucket.Measure() is var found && found != (1, bytes))
        {
            throw new BenchException($"The bucket holds {found.Objects} objects with {found.Bytes} bytes, not one with {bytes}.");
        }
    }
}
